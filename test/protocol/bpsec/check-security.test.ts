/** What a verifier, an acceptor and a bystander make of a bundle. */
import { describe, expect, it } from 'vitest';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { bibParameterItems, signTarget } from '#protocol/bpsec/bib-hmac-sha2.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import type { SecurityRule } from '#protocol/bpsec/policy.ts';
import {
  bytesItem,
  decodeSecurityBlock,
  encodeSecurityBlock,
  type SecurityBlock,
  type SecurityItem,
  uintItem,
} from '#protocol/bpsec/security-block.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import type { Bundle } from '#protocol/bundle/bundle.ts';
import type { CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import {
  accepts,
  blockOf,
  bpsecVectors,
  bundleOf,
  hexOf,
  KEYS,
  policy,
  ring,
  seals,
  signs,
  success,
  verifies,
} from './bpsec.ts';

const PLAIN =
  '9f88070000820282010282028202018202820201820018281a000f4240' +
  '8507020000410085010100004568656c6c6fff';
const payloadOnly = { targets: ['payload'] as const, required: true };
const signedPayload = secured(signs());
const signedAge = secured(signs({ targets: [7] }));
const sealedPayload = secured(seals());
const sealedAge = secured(seals({ targets: [7] }));
const both = secured(signs(), seals());

describe('a verifier', () => {
  it('keeps the operation and every octet of the bundle', () => {
    expect(passed(signedPayload, verifies('integrity', payloadOnly))).toBe(signedPayload);
    expect(passed(sealedPayload, verifies('confidentiality'))).toBe(sealedPayload);
  });

  it('refuses an altered target, or lets it go on where the rule says so', () => {
    const altered = signedPayload.replace('68656c6c6f', '68656c6c6e');
    expect(checked(altered, verifies('integrity'))).toMatchObject({
      verdict: 'discard',
      reason: 15,
      findings: [{ target: 1, fault: { key: 'bpsec.mac' }, handling: 'discard-bundle' }],
    });
    const keeping = verifies('integrity', { onFailure: 'keep' });
    expect(passed(altered, keeping)).toBe(altered);
    expect(checked(altered, keeping).findings).toMatchObject([{ reason: 15, handling: 'keep' }]);
  });

  it('decrypts at the destination all the same', () => {
    expect(delivered(sealedPayload, verifies('confidentiality'))).toBe(PLAIN);
  });
});

describe('an acceptor', () => {
  it('tells how many operations it accepted, and how many it verified', () => {
    const two = secured(signs({ targets: ['payload', 7] }));
    const counts = (...rules: SecurityRule[]) => {
      const outcome = checkSecurity(bundleOf(two), policy(...rules), ring(), false);
      return outcome.verdict === 'pass' ? [outcome.verified, outcome.accepted] : [];
    };
    expect(counts()).toEqual([0, 0]);
    expect(counts(verifies('integrity'))).toEqual([2, 0]);
    expect(counts(verifies('integrity', { targets: [7] }), accepts('integrity'))).toEqual([1, 1]);
    expect(counts(verifies('integrity', { key: 'other-hmac', onFailure: 'keep' }))).toEqual([0, 0]);
  });

  it('takes off what it accepts, and the block with the last of it', () => {
    expect(passed(signedPayload, accepts('integrity'))).toBe(PLAIN);
    const two = secured(signs({ targets: ['payload', 7] }));
    const one = bundleOf(passed(two, accepts('integrity', { targets: [7] })));
    expect(success(readSecurityBlocks(one)).signed).toEqual(new Set([1]));
    expect(passed(hexOf(one), accepts('integrity'))).toBe(PLAIN);
  });

  it('removes a failed block with its operations, and discards where that is the payload', () => {
    const rule = accepts('integrity', { onFailure: 'remove-block' });
    const noAge = PLAIN.replace('85070200004100', '');
    expect(passed(signedAge.replace('85070200004100', '85070200004101'), rule)).toBe(noAge);
    const altered = signedPayload.replace('68656c6c6f', '68656c6c6e');
    expect(checked(altered, rule)).toMatchObject({ verdict: 'discard', reason: 15 });
  });

  it('keeps nothing that it could not decrypt, even if told to', () => {
    const rule = accepts('confidentiality', { key: 'other-aes', onFailure: 'keep' });
    expect(checked(sealedPayload, rule)).toMatchObject({ verdict: 'discard', reason: 15 });
    expect(passed(sealedAge, rule)).toBe(PLAIN.replace('85070200004100', ''));
  });

  it('decrypts, then verifies what was encrypted along', () => {
    expect(passed(both, accepts('integrity', payloadOnly), accepts('confidentiality'))).toBe(PLAIN);
    const wrong = accepts('integrity', { key: 'other-hmac' });
    expect(checked(both, accepts('confidentiality'), wrong)).toMatchObject({ reason: 15 });
  });

  it('takes no key for another, nor a wrapped one for a known one', () => {
    for (const key of ['hmac', 'aes128', 'kek', 'nobody']) {
      const outcome = checked(sealedPayload, accepts('confidentiality', { key }));
      expect(outcome, key).toMatchObject({ verdict: 'discard', fault: { key: 'bpsec.key' } });
    }
    const wrapped = secured(seals({ key: 'kek' }));
    const outcome = checked(wrapped, accepts('confidentiality', { key: 'aes256' }));
    expect(outcome).toMatchObject({ verdict: 'discard', fault: { key: 'bpsec.key' } });
    expect(passed(wrapped, accepts('confidentiality', { key: 'kek' }))).toBe(PLAIN);
  });

  it('holds what was hidden to the rules for what comes in clear', () => {
    const { primary, blocks } = bundleOf(PLAIN);
    const age = { ...blocks[0]!, data: fromHex('ffff'), octets: undefined };
    const bundle = { primary, blocks: [age, blocks[1]!] };
    const hidden = hexOf(success(applySecurity(bundle, policy(seals({ targets: [7] })), ring())));
    expect(checked(hidden, accepts('confidentiality'))).toMatchObject({
      verdict: 'discard',
      reason: 8,
      fault: { layer: 'cbor' },
    });
  });

  it('takes off what signs a block that went because it did not decrypt', () => {
    const ages = secured(signs({ targets: [7] }), seals({ targets: [7] }));
    const { primary, blocks } = bundleOf(ages);
    const spoilt = blocks.map((block) =>
      block.type === 7 ? { ...block, data: block.data.slice().fill(0), octets: undefined } : block,
    );
    const failing = accepts('confidentiality', { onFailure: 'remove-block' });
    expect(passed(hexOf({ primary, blocks: spoilt }), failing)).toBe(
      PLAIN.replace('85070200004100', ''),
    );
  });

  it('leaves a primary block that kept its CRC as it is', () => {
    const { primary, blocks } = bundleOf(PLAIN);
    const withCrc = bundleOf(
      hexOf({ primary: { ...primary, crcType: 1, octets: undefined }, blocks }),
    );
    const security = { type: 11, number: 5, flags: 0 };
    const shared = { shaVariant: 6, scopeFlags: 7, wrappedKey: undefined } as const;
    const operation = { primary: withCrc.primary, target: undefined, security };
    const data = encodeSecurityBlock({
      targets: [0],
      contextId: 1,
      source: primary.source,
      parameters: bibParameterItems(shared),
      results: [signTarget(fromHex(KEYS.hmac), shared, operation)],
    });
    const bib = { ...security, crcType: 0 as const, data, octets: undefined };
    const signed = hexOf({ primary: withCrc.primary, blocks: [bib, ...withCrc.blocks] });
    expect(passed(signed, accepts('integrity'))).toBe(hexOf(withCrc));
  });

  it('gives the primary block its CRC again when no operation is left', () => {
    const signed = secured(signs({ targets: ['primary'] }));
    expect(bundleOf(signed).primary.crcType).toBe(0);
    const rule = accepts('integrity', { targets: ['primary'] });
    expect(bundleOf(passed(signed, rule)).primary.crcType).toBe(2);
    const more = secured(
      signs({ targets: ['primary'] }),
      signs({ targets: [7], key: 'other-hmac' }),
    );
    const outcome = bundleOf(passed(more, rule));
    expect(outcome.primary.crcType).toBe(0);
    expect(success(readSecurityBlocks(outcome)).signed).toEqual(new Set([2]));
  });
});

describe('the destination', () => {
  it('lets nothing through that it has no rule to decrypt', () => {
    for (const rules of [[], [accepts('integrity')]]) {
      expect(checked(sealedPayload, ...rules).verdict).toBe('pass');
      const outcome = checkSecurity(bundleOf(sealedPayload), policy(...rules), ring(), true);
      expect(outcome).toMatchObject({ verdict: 'discard', reason: 14 });
    }
    expect(delivered(sealedAge)).toBe(PLAIN.replace('85070200004100', ''));
  });

  it('tells a context that nobody here knows from an operation that no rule is for', () => {
    const { primary, blocks } = bundleOf(sealedPayload);
    const bcb = blocks[0]!;
    const content = { ...success(decodeSecurityBlock(bcb.data)), contextId: 3 };
    const changed = { ...bcb, data: encodeSecurityBlock(content), octets: undefined };
    const foreign = hexOf({ primary, blocks: [changed, ...blocks.slice(1)] });
    const outcome = checkSecurity(bundleOf(foreign), policy(), ring(), true);
    expect(outcome).toMatchObject({ verdict: 'discard', reason: 13 });
  });

  it('finds nothing wrong in an operation on a block that somebody took out', () => {
    const gone = sealedAge.replace(/850702000041../, '');
    const outcome = checkSecurity(bundleOf(gone), policy(), ring(), true);
    expect(outcome).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('decrypts a BIB by whichever rule there is', () => {
    const ages = secured(signs({ targets: [7] }), seals({ targets: [7] }));
    const rules = [accepts('confidentiality', { targets: [7] }), accepts('integrity')];
    expect(delivered(ages, ...rules)).toBe(PLAIN);
    const { findings } = checkSecurity(bundleOf(ages), policy(...rules), ring(), true);
    expect(findings).toEqual([]);
    // On the way nobody asked for the BIB.
    expect(checked(ages, ...rules)).toMatchObject({ fault: { key: 'bpsec.bcb-shares-no-target' } });
    expect(passed(ages, accepts('confidentiality', { targets: [7, 11] }), rules[1]!)).toBe(PLAIN);
  });
});

describe('a bystander', () => {
  it.each([
    ['a BIB', signedPayload],
    ['a BCB', sealedPayload],
    ['an encrypted BIB', both],
  ])('passes %s on, octet for octet', (_, hex) => {
    expect(passed(hex)).toBe(hex);
    expect(passed(hex, accepts('integrity', { targets: [9] }))).toBe(hex);
  });

  it('does not verify what signs ciphertext, even where a rule is for it', () => {
    // The BIB of others is in clear, as 3.9 does not want it; under the ciphertext it would fail.
    const { primary, blocks } = bundleOf(signedPayload);
    const sealed = bundleOf(secured(seals({ scopeFlags: 0 })));
    const bcb = { ...sealed.blocks[0]!, number: 9, octets: undefined };
    const hex = hexOf({ primary, blocks: [bcb, blocks[0]!, blocks[1]!, blockOf(sealed, 1)] });
    expect(passed(hex, accepts('integrity', payloadOnly))).toBe(hex);
    expect(passed(hex, accepts('integrity'), accepts('confidentiality'))).toBe(PLAIN);
  });

  it('cannot verify what is encrypted, and misses nothing that may be there', () => {
    expect(passed(both, verifies('integrity', { required: true }))).toBe(both);
  });

  it('is who has a rule for other bundles, or for other security sources', () => {
    const altered = signedPayload.replace('68656c6c6f', '68656c6c6e');
    const other = success(parseEndpointPattern('ipn:9.*'));
    for (const rule of [{ source: other }, { destination: other }, { securitySource: other }]) {
      expect(passed(altered, verifies('integrity', rule))).toBe(altered);
    }
  });

  it('passes a fragment unchecked, in which nothing is as it was signed', () => {
    const [vector] = bpsecVectors('bpsec-pics').filter(({ id }) => id === 'pics-56.1');
    const { primary } = bundleOf(vector!.incoming);
    const fragment = hexOf({ ...bundleOf(signedPayload), primary });
    expect(delivered(fragment, accepts('integrity', { required: true }))).toBe(fragment);
    const sealed = hexOf({ ...bundleOf(sealedPayload), primary });
    expect(delivered(sealed, accepts('confidentiality'))).toBe(sealed);
  });
});

describe('what a rule requires', () => {
  const mine = success(parseEndpointPattern('ipn:2.1'));
  const other = success(parseEndpointPattern('ipn:9.*'));

  it('must come from the security source that the rule names', () => {
    const rule = accepts('integrity', { ...payloadOnly, securitySource: mine });
    expect(passed(signedPayload, rule)).toBe(PLAIN);
    const strangers = accepts('integrity', { ...payloadOnly, securitySource: other });
    expect(checked(signedPayload, strangers)).toMatchObject({ verdict: 'discard', reason: 12 });
    // What another rule takes off is not what this one wants.
    expect(checked(signedPayload, strangers, accepts('integrity'))).toMatchObject({ reason: 12 });
  });

  it('is there too where a rule before it decides on it', () => {
    const special = verifies('integrity', { ...payloadOnly, securitySource: mine });
    const general = verifies('integrity', { ...payloadOnly, key: 'other-hmac' });
    expect(passed(signedPayload, special, general)).toBe(signedPayload);
    expect(checked(signedPayload, general)).toMatchObject({ verdict: 'discard', reason: 15 });
    expect(checked(PLAIN, special, general)).toMatchObject({ verdict: 'discard', reason: 12 });
  });

  it('may be on blocks that are not there', () => {
    const rule = accepts('integrity', { targets: ['payload', 10], required: true });
    expect(passed(signedPayload, rule)).toBe(PLAIN);
  });

  it('is not missing where it failed and is kept', () => {
    const altered = signedPayload.replace('68656c6c6f', '68656c6c6e');
    const rule = verifies('integrity', { targets: ['payload'], required: true, onFailure: 'keep' });
    expect(passed(altered, rule)).toBe(altered);
  });
});

describe('an operation with', () => {
  const change = (hex: string, edit: (content: SecurityBlock) => Partial<SecurityBlock>) => {
    const { primary, blocks } = bundleOf(hex);
    const [first, ...others] = blocks;
    const content = success(decodeSecurityBlock(first!.data));
    const data = encodeSecurityBlock({ ...content, ...edit(content) });
    return hexOf({ primary, blocks: [{ ...first!, data, octets: undefined }, ...others] });
  };
  const parameter = (item: SecurityItem) => (content: SecurityBlock) => ({
    parameters: content.parameters!.map((other) => (other.id === item.id ? item : other)),
  });
  const octets = (count: number) => new Uint8Array(count);

  it.each<[string, string, (content: SecurityBlock) => Partial<SecurityBlock>, string]>([
    ['no code', signedPayload, () => ({ results: [[]] }), 'bpsec.mac'],
    ['an empty code', signedPayload, () => ({ results: [[bytesItem(1, octets(0))]] }), 'bpsec.mac'],
    [
      'a code in another kind',
      signedPayload,
      () => ({ results: [[uintItem(1, 5)]] }),
      'bpsec.item',
    ],
    ['no such SHA', signedPayload, parameter(uintItem(1, 8)), 'bpsec.bib-parameter'],
    ['no such AES', sealedPayload, parameter(uintItem(2, 2)), 'bpsec.bcb-parameter'],
    ['an IV too short', sealedPayload, parameter(bytesItem(1, octets(7))), 'bpsec.bcb-parameter'],
    ['an IV too long', sealedPayload, parameter(bytesItem(1, octets(17))), 'bpsec.bcb-parameter'],
    ['no IV', sealedPayload, () => ({ parameters: undefined }), 'bpsec.bcb-parameter'],
    ['a scope of a text', sealedPayload, parameter(bytesItem(4, octets(1))), 'bpsec.item'],
    [
      'half a tag',
      sealedPayload,
      () => ({ results: [[bytesItem(1, octets(8))]] }),
      'bpsec.tag-length',
    ],
    ['no tag', sealedPayload, () => ({ results: [[]] }), 'crypto.tag'],
  ])('%s fails', (_, hex, edit, key) => {
    const outcome = checked(change(hex, edit), accepts('confidentiality'), accepts('integrity'));
    expect(outcome).toMatchObject({ verdict: 'discard', reason: 15, fault: { key } });
  });

  it('parameters left out means their defaults', () => {
    const bare = () => ({ parameters: undefined });
    expect(passed(change(signedPayload, bare), accepts('integrity'))).toBe(PLAIN);
    const ivOnly = ({ parameters }: SecurityBlock) => ({ parameters: parameters!.slice(0, 1) });
    expect(passed(change(sealedPayload, ivOnly), accepts('confidentiality'))).toBe(PLAIN);
  });

  it('reserved and unassigned flags binds them as 0', () => {
    const { primary, blocks } = bundleOf(signedPayload);
    const flagged = blocks.map((block) => ({ ...block, flags: 0xffe8, octets: undefined }));
    const hex = hexOf({ primary, blocks: flagged });
    const outcome = checked(hex, accepts('integrity'));
    expect(outcome).toMatchObject({ verdict: 'pass', findings: [] });
    const wide = change(signedPayload, parameter(uintItem(3, 0xff07)));
    expect(passed(wide, accepts('integrity'))).toBe(PLAIN);
  });
});

describe('structure', () => {
  it('has one BIB and one BCB for a target', () => {
    for (const hex of [signedPayload, sealedPayload]) {
      const { primary, blocks } = bundleOf(hex);
      const twin = { ...blocks[0]!, number: 9, octets: undefined };
      const outcome = checked(hexOf({ primary, blocks: [twin, ...blocks] }));
      expect(outcome).toMatchObject({
        verdict: 'discard',
        reason: 16,
        fault: { key: 'bpsec.duplicate-operation' },
      });
    }
  });

  it('has no BIB encrypted without something that it signs', () => {
    const { primary, blocks } = bundleOf(both);
    const { confidentiality } = success(readSecurityBlocks(bundleOf(both)));
    const onPayload = confidentiality.find(({ content }) => content.targets[0] === 1)!.block;
    // The payload as it was: only its BIB is encrypted, by a BCB of its own.
    const inClear = (block: CanonicalBlock) =>
      block.number === 1 ? blockOf(bundleOf(PLAIN), 1) : block;
    const bibOnly = blocks.filter(({ number }) => number !== onPayload.number).map(inClear);
    const fault = { key: 'bpsec.bcb-shares-no-target' };
    expect(checked(hexOf({ primary, blocks: bibOnly }))).toMatchObject({ reason: 8, fault });
    // The age is encrypted, too, but the BIB signs the payload: only its acceptor can see that.
    const loose = bundleOf(secured(seals({ targets: [7], scopeFlags: 0 })));
    const onAge = { ...loose.blocks[0]!, number: 20, octets: undefined };
    const mixed = bibOnly.map((block) => (block.type === 7 ? blockOf(loose, 2) : block));
    const hex = hexOf({ primary, blocks: [onAge, ...mixed] });
    expect(passed(hex)).toBe(hex);
    const rule = accepts('confidentiality', { targets: [7, 11] });
    expect(checked(hex, rule)).toMatchObject({ verdict: 'discard', reason: 8, fault });
  });

  it('may lack a target, for any node may take a block out', () => {
    const { primary, blocks } = bundleOf(signedAge);
    const hex = hexOf({ primary, blocks: blocks.filter(({ type }) => type !== 7) });
    expect(passed(hex, accepts('integrity'))).toBe(hex);
    expect(delivered(hex, accepts('integrity'))).toBe(hex);
  });
});

function secured(...rules: SecurityRule[]): string {
  return hexOf(success(applySecurity(bundleOf(PLAIN), policy(...rules), ring())));
}

function checked(hex: string, ...rules: SecurityRule[]) {
  return checkSecurity(bundleOf(hex), policy(...rules), ring(), false);
}

function passed(hex: string, ...rules: SecurityRule[]): string {
  return hexOf(bundleIn(checked(hex, ...rules)));
}

function delivered(hex: string, ...rules: SecurityRule[]): string {
  return hexOf(bundleIn(checkSecurity(bundleOf(hex), policy(...rules), ring(), true)));
}

function bundleIn(outcome: ReturnType<typeof checkSecurity>): Bundle {
  if (outcome.verdict === 'discard') throw new Error(outcome.fault.key);
  return outcome.bundle;
}
