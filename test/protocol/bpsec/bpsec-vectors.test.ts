/** Cases of a public conformance series, and bundles that are wrong in one place: all of them. */
import { describe, expect, it } from 'vitest';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import type { SecurityRule } from '#protocol/bpsec/policy.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { BLOCK_FLAG } from '#protocol/bundle/canonical-block.ts';
import { Fault } from '#protocol/fault.ts';
import {
  accepts,
  bpsecVectors,
  bundleOf,
  hexOf,
  policy,
  ring,
  seals,
  signs,
  success,
  verifies,
} from './bpsec.ts';

const both = [accepts('confidentiality'), accepts('integrity')];
const pics = new Map(bpsecVectors('bpsec-pics').map((vector) => [vector.id, vector]));
const negative = new Map(bpsecVectors('bpsec-negative').map((vector) => [vector.id, vector]));

describe('the conformance series', () => {
  const sourceRefuses: [string, SecurityRule, string][] = [
    ['pics-1.1', seals(), 'bpsec.duplicate-operation'],
    ['pics-1.2', signs(), 'bpsec.duplicate-operation'],
    ['pics-22.1', signs(), 'bpsec.encrypted-target'],
    ['pics-56.1', seals(), 'bpsec.fragment'],
    ['pics-56.1b', signs(), 'bpsec.fragment'],
  ];
  it.each(sourceRefuses)('%s: a source refuses', (id, rule, key) => {
    expect(applied(pics.get(id)!.incoming, rule)).toMatchObject({ key });
  });

  const accepted = ['pics-2.2', 'pics-2.6', 'pics-2.8'];
  it.each(accepted)('%s: an acceptor gives back what was protected', (id) => {
    const { incoming, outgoing } = pics.get(id)!;
    expect(passed(incoming, ...both)).toBe(outgoing);
  });

  const sources: [string, SecurityRule[]][] = [
    ['pics-2.3', [seals({ targets: ['payload', 7], tagAppended: true })]],
    ['pics-2.5', [signs({ targets: [7, 'payload'] }), seals({ targets: ['payload', 7] })]],
  ];
  it.each(sources)('%s: the peer’s bundle and ours hide the same', (id, rules) => {
    const { incoming, outgoing } = pics.get(id)!;
    expect(passed(outgoing!, ...both)).toBe(incoming);
    const ours = success(applied(incoming, ...rules));
    expect(passed(hexOf(ours), ...both)).toBe(incoming);
    const theirs = success(readSecurityBlocks(bundleOf(outgoing!)));
    const blocks = success(readSecurityBlocks(ours));
    expect([...blocks.encrypted].sort()).toEqual([...theirs.encrypted].sort());
    // Where they have one IV for all targets, ours have one each.
    for (const { content } of blocks.confidentiality) expect(content.targets).toHaveLength(1);
    expect(blocks.confidentiality).toHaveLength(theirs.encrypted.size);
  });

  it('pics-2.5: the codes in our BIB are theirs', () => {
    const { incoming, outgoing } = pics.get('pics-2.5')!;
    const theirs = bundleOf(passed(outgoing!, accepts('confidentiality')));
    const ours = success(applied(incoming, signs({ targets: [7, 'payload'] })));
    const [codes, expected] = [ours, theirs].map((bundle) => {
      const { content, block } = success(readSecurityBlocks(bundle)).integrity[0]!;
      const results = content.targets.map((target, at) => [target, content.results[at]] as const);
      return [block.number, new Map(results)];
    });
    expect(codes).toEqual(expected);
  });

  it('pics-21.1: what signs more than is encrypted is not split, the rest is encrypted too', () => {
    const { incoming, outgoing } = pics.get('pics-21.1')!;
    const ours = success(applied(incoming, seals()));
    expect([...success(readSecurityBlocks(ours)).encrypted].sort()).toEqual([1, 2, 3]);
    expect(passed(hexOf(ours), accepts('confidentiality'))).toBe(incoming);
    expect(passed(hexOf(ours), ...both)).toBe(passed(incoming, accepts('integrity')));
    // The split of the series moves a code to another header, where it fails.
    const outcome = checked(outgoing!, ...both);
    expect(outcome).toMatchObject({ verdict: 'discard', reason: 15, fault: { key: 'bpsec.mac' } });
  });

  it('pics-7.1: a BIB that targets a BIB is refused, and no rule makes one', () => {
    const { incoming } = pics.get('pics-7.1')!;
    const onBib = incoming.replace('850b030000583f810101', '850b040000583f810301');
    const two = incoming.replace('850702', `${blockHex(onBib)}850702`);
    expect(checked(two)).toMatchObject({ verdict: 'discard', fault: { key: 'bpsec.bib-target' } });
    expect(applied(incoming, signs({ targets: [11] }))).toEqual(bundleOf(incoming));
  });

  it('pics-14.1: a BCB that targets a BCB is refused, and no rule makes one', () => {
    const { incoming } = pics.get('pics-14.1')!;
    const onBcb = incoming.replace('850c030100581b810102', '850c040100581b810302');
    const two = incoming.replace('850702', `${blockHex(onBcb)}850702`);
    expect(checked(two)).toMatchObject({ verdict: 'discard', fault: { key: 'bpsec.bcb-target' } });
    expect(applied(incoming, seals({ targets: [12] }))).toEqual(bundleOf(incoming));
  });

  it('pics-15.1: a BCB that targets the primary block is refused', () => {
    const { incoming } = pics.get('pics-15.1')!;
    const bcb = blockHex(pics.get('pics-14.1')!.incoming).replace('581b8101', '581b8100');
    const outcome = checked(incoming.replace('850702', `${bcb}850702`));
    expect(outcome).toMatchObject({ verdict: 'discard', fault: { key: 'bpsec.bcb-target' } });
  });

  it.each(['pics-27.1', 'pics-42.1'])('%s: who is no acceptor passes it on as it is', (id) => {
    const { incoming } = pics.get(id)!;
    expect(passed(incoming)).toBe(incoming);
  });

  it('pics-34.1: without the BCB that is required, the bundle is refused', () => {
    const rule = accepts('confidentiality', { targets: ['payload'], required: true });
    expect(checked(pics.get('pics-34.1')!.incoming, rule)).toMatchObject({
      verdict: 'discard',
      reason: 12,
    });
  });

  it('pics-37.1: a block that does not decrypt goes, with its operations', () => {
    const rule = accepts('confidentiality', { key: 'other-aes', onFailure: 'remove-block' });
    const { incoming } = pics.get('pics-37.1')!;
    const plain = pics.get('pics-34.1')!.incoming;
    expect(passed(incoming, rule)).toBe(plain.replace('85070200004100', ''));
    expect(checked(incoming, rule).findings).toMatchObject([
      { target: 2, reason: 15, handling: 'remove-block', fault: { key: 'crypto.tag' } },
    ]);
    expect(passed(incoming, accepts('confidentiality'))).toBe(plain);
  });

  it('pics-48.1: without the BIB that is required on the payload, the bundle is refused', () => {
    const { incoming } = pics.get('pics-48.1')!;
    for (const make of [accepts, verifies]) {
      const rule = make('integrity', { targets: ['payload'], required: true, onFailure: 'keep' });
      expect(checked(incoming, rule)).toMatchObject({ verdict: 'discard', reason: 12 });
    }
  });

  it('pics-49.1: without the BIB that is required on another block, that block goes', () => {
    const { incoming } = pics.get('pics-49.1')!;
    const rule = accepts('integrity', { targets: [7], required: true });
    expect(passed(incoming, rule)).toBe(incoming.replace('85070200004100', ''));
    expect(checked(incoming, rule).findings).toMatchObject([{ target: 2, reason: 12 }]);
  });

  it('is used to the last entry', () => {
    const used = [
      ...sourceRefuses.map(([id]) => id),
      ...accepted,
      ...sources.map(([id]) => id),
      ...['21.1', '7.1', '14.1', '15.1', '27.1', '42.1', '34.1', '37.1', '48.1', '49.1'].map(
        (number) => `pics-${number}`,
      ),
    ];
    expect(used.sort()).toEqual([...pics.keys()].sort());
  });
});

describe('bundles that are wrong in one place', () => {
  const a = (key: string) => [accepts('confidentiality', { key }), accepts('integrity')];
  /** The rules, and the reason and fault of the discard; none where the bundle passes. */
  const cases: [string, SecurityRule[], number | undefined, string?][] = [
    ['n-mac-bit', a('aes128'), 15, 'bpsec.mac'],
    ['n-payload-bit', a('aes128'), 15, 'bpsec.mac'],
    ['n-a2-primary-changed', a('kek'), undefined],
    ['n-tag-bit', a('kek'), 15, 'crypto.tag'],
    ['n-iv-changed', a('kek'), 15, 'crypto.tag'],
    ['n-wrapped-key-bit', a('kek'), 15, 'crypto.key-wrap'],
    ['n-dup-target', [], 8, 'bpsec.targets'],
    ['n-result-count', [], 8, 'bpsec.results'],
    ['n-bib-targets-bib', [], 8, 'bpsec.bib-target'],
    ['n-bcb-targets-primary', [], 8, 'bpsec.bcb-target'],
    ['n-bcb-no-replicate', a('aes128'), undefined],
    ['n-bcb-discard-flag', a('aes128'), undefined],
    ['n-unknown-context', a('aes128'), 13, 'bpsec.unknown-context'],
    ['n-private-context', a('aes128'), 13, 'bpsec.unknown-context'],
    ['n-empty-targets', [], 8, 'bpsec.targets'],
    ['n-mac-truncated', a('aes128'), 15, 'bpsec.mac'],
    ['n-bib-with-target-crc', a('aes128'), undefined],
  ];
  it.each(cases)('%s', (id, rules, reason, key) => {
    const outcome = checked(negative.get(id)!.hex, ...rules);
    if (reason === undefined) expect(outcome).toMatchObject({ verdict: 'pass', findings: [] });
    else expect(outcome).toMatchObject({ verdict: 'discard', reason, fault: { key } });
  });

  it('are used to the last entry', () => {
    expect(cases.map(([id]) => id)).toEqual([...negative.keys()]);
  });

  it.each(['n-unknown-context', 'n-private-context'])('%s passes a waypoint as it is', (id) => {
    expect(passed(negative.get(id)!.hex)).toBe(negative.get(id)!.hex);
  });

  it('a source sets the flags that the two BCBs lack', () => {
    const plain = pics.get('pics-34.1')!.incoming;
    const ours = success(applied(plain, seals({ targets: ['payload', 7] })));
    for (const { block, content } of success(readSecurityBlocks(ours)).confidentiality) {
      const replicated = content.targets.includes(1) ? BLOCK_FLAG.replicateInFragments : 0;
      expect(block.flags).toBe(replicated);
    }
  });
});

function applied(hex: string, ...rules: SecurityRule[]) {
  return applySecurity(bundleOf(hex), policy(...rules), ring());
}

function checked(hex: string, ...rules: SecurityRule[]) {
  return checkSecurity(bundleOf(hex), policy(...rules), ring(), false);
}

function passed(hex: string, ...rules: SecurityRule[]): string {
  const outcome = checked(hex, ...rules);
  if (outcome.verdict === 'discard') throw new Error(outcome.fault.key);
  return hexOf(outcome.bundle);
}

/** The first block behind the primary. */
function blockHex(hex: string): string {
  const [block] = bundleOf(hex).blocks;
  if (block?.octets === undefined || block instanceof Fault) throw new Error('no block');
  return Buffer.from(block.octets).toString('hex');
}
