/** Section G of the conformance clauses: what checks the security of bundles (RFC 9172, RFC 9173). */
import { describe, expect, test } from 'vitest';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { payloadOf } from '#protocol/bundle/bundle.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { A3, accepts, seals, success, verifies } from '../protocol/bpsec/bpsec.ts';
import { blockOf, dataOf, read } from './device.ts';
import {
  AGE,
  appendix,
  CONFIDENTIALITY,
  delivered,
  destination,
  INTEGRITY,
  incoming,
  leftOf,
  made,
  negative,
  registered,
  securityOf,
  waypoint,
} from './security-nodes.ts';

/** The payload of RFC 9173 Appendix A. */
const PLAIN = toHex(new TextEncoder().encode('Ready to generate a 32-byte payload'));
const both = (key: string) => [accepts('confidentiality', { key }), accepts('integrity')];

describe('a receiver', () => {
  const bibTwice = () => {
    const hex = incoming('pics-1.2');
    const bib = toHex(blockOf(read(hex), INTEGRITY)!.octets!);
    return hex.replace(bib, bib + bib.replace(/^(850b)(..)/, '$109'));
  };
  const bcbOn = (target: string) => {
    const hex = incoming('pics-14.1');
    const bcb = toHex(blockOf(read(hex), CONFIDENTIALITY)!.octets!);
    const other = bcb.replace(/^(850c)(..)/, '$109').replace(/(58..)81(..)/, `$181${target}`);
    return hex.replace(bcb, bcb + other);
  };

  test.each<[string, () => string]>([
    ['two BIBs over the payload', bibTwice],
    ['two BCBs over one target', () => bcbOn('01')],
    ['a BIB that targets a BIB', () => negative('n-bib-targets-bib')],
    ['a BCB that targets the primary block', () => negative('n-bcb-targets-primary')],
    ['a BCB that targets a BCB', () => bcbOn('03')],
    ['a BCB that targets a BIB and nothing that it signs', () => bibAlone()],
    ['a target twice', () => negative('n-dup-target')],
    ['fewer results than targets', () => negative('n-result-count')],
    ['no targets', () => negative('n-empty-targets')],
  ])('clauses 78, 79, 80, 81, 83: refuses %s, for itself and for others', (_name, make) => {
    const hex = make();
    for (const rules of [[], both('aes128'), both('aes256')]) {
      expect(destination(rules, hex).all('deliver')).toEqual([]);
      expect(waypoint(rules, hex).all('forward')).toEqual([]);
    }
  });

  test.each(['rfc9173-A.4', 'pics-2.6', 'pics-42.1', 'pics-27.1'])(
    'clause 86: without the key passes on %s as it is',
    (id) => {
      const hex = id.startsWith('rfc') ? appendix(id) : incoming(id);
      for (const rules of [[], [verifies('integrity')]]) {
        const verifier = id === 'pics-42.1' ? [] : rules;
        expect(securityOf(leftOf(waypoint(verifier, hex))!)).toEqual(securityOf(hex));
      }
    },
  );

  test.each([
    ['n-tag-bit', 'kek'],
    ['n-iv-changed', 'kek'],
    ['n-wrapped-key-bit', 'kek'],
  ])('clause 87: discards a bundle whose payload does not authenticate (%s)', (id, key) => {
    for (const handling of ['discard-bundle', 'remove-block', 'keep'] as const) {
      const rule = accepts('confidentiality', { key, onFailure: handling });
      const node = destination([rule], negative(id));
      expect(node.all('deliver')).toEqual([]);
      expect(node.all('deleted')).toMatchObject([{ reason: 'failed-security-operation' }]);
    }
  });

  test('clause 88: takes out a block that does not decrypt, and goes on', () => {
    const rule = accepts('confidentiality', { key: 'other-aes', onFailure: 'remove-block' });
    const left = leftOf(waypoint([rule], incoming('pics-37.1')))!;
    expect(dataOf(read(left), CONFIDENTIALITY)).toEqual([]);
    // The bundle has no creation time, so it goes on with the age that it has here.
    expect(dataOf(read(left), AGE)).toEqual(['00']);
    expect(destination([rule], incoming('pics-37.1')).all('deliver').length).toBe(1);
  });

  test('clause 89: decrypts at the destination, and frames the plaintext', () => {
    expect(delivered(both('kek'), appendix('rfc9173-A.2'))).toEqual([PLAIN]);
    expect(delivered(both('aes256'), appendix('rfc9173-A.4'))).toEqual([PLAIN]);
    expect(delivered([], appendix('rfc9173-A.2'))).toEqual([]);
    const elsewhere = registered(both('kek'), appendix('rfc9173-A.2'));
    expect(elsewhere.all('deliver').map(({ adu }) => toHex(adu))).toEqual([PLAIN]);
    expect(registered([], appendix('rfc9173-A.2')).all('deliver')).toEqual([]);
    const left = leftOf(waypoint(both('kek'), appendix('rfc9173-A.2')))!;
    expect(toHex(payloadOf(read(left)).octets!)).toBe(`85010100005823${PLAIN}`);
  });

  test.each(['pics-2.2', 'pics-2.6', 'pics-2.8'])(
    'clause 90: has no empty block left of %s',
    (id) => {
      const left = read(leftOf(waypoint(both('aes256'), incoming(id)))!);
      expect([...dataOf(left, INTEGRITY), ...dataOf(left, CONFIDENTIALITY)]).toEqual([]);
    },
  );

  test('clause 91: keeps what it only verifies', () => {
    const hex = incoming('pics-1.2');
    const node = waypoint([verifies('integrity', { targets: ['payload'], required: true })], hex);
    expect(node.all('security')).toMatchObject([{ act: 'verified' }]);
    expect(securityOf(leftOf(node)!)).toEqual(securityOf(hex));
  });

  test.each(['n-payload-bit', 'n-mac-bit', 'n-mac-truncated'])(
    'clause 92: neither delivers nor passes on what fails its code (%s)',
    (id) => {
      expect(delivered(both('aes128'), negative(id))).toEqual([]);
      const node = waypoint([verifies('integrity')], negative(id));
      expect(node.all('forward')).toEqual([]);
      expect(node.all('deleted')).toMatchObject([{ reason: 'failed-security-operation' }]);
    },
  );

  test('clause 93: neither delivers nor passes on what lacks a required BIB', () => {
    for (const role of [accepts, verifies]) {
      const rule = role('integrity', { targets: ['payload'], required: true, onFailure: 'keep' });
      for (const node of [
        destination([rule], incoming('pics-48.1')),
        waypoint([rule], incoming('pics-48.1')),
      ]) {
        expect([...node.all('deliver'), ...node.all('forward')]).toEqual([]);
        expect(node.all('deleted')).toMatchObject([{ reason: 'missing-security-operation' }]);
      }
    }
  });

  test('clause 95: takes SHA-384 and full scope where parameters are left out', () => {
    const [bib] = success(readSecurityBlocks(read(incoming('pics-1.2')))).integrity;
    expect(bib!.content.parameters).toBeUndefined();
    const rule = accepts('integrity', { targets: ['payload'], required: true });
    expect(delivered([rule], incoming('pics-1.2'))).toEqual([PLAIN]);
    expect(delivered([rule], incoming('pics-1.2').replace('1a000f4240', '1a000f4241'))).toEqual([]);
  });

  test('clause 96: verifies example 3, and no other primary block or age', () => {
    const rules = [
      accepts('integrity', { targets: ['primary', 7], required: true }),
      accepts('confidentiality', { key: 'aes128' }),
    ];
    expect(delivered(rules, A3)).toEqual([PLAIN]);
    expect(delivered(rules, A3.replace('1a000f4240', '1a000f4241'))).toEqual([]);
    expect(delivered(rules, A3.replace('4319012c', '4319012d'))).toEqual([]);
  });

  test('clause 99: binds the primary block as far as the scope says', () => {
    const changed = (hex: string) => hex.replace('1a000f4240', '1a000f4241');
    expect(delivered(both('kek'), negative('n-a2-primary-changed'))).toEqual([PLAIN]);
    expect(delivered(both('kek'), changed(appendix('rfc9173-A.2')))).toEqual([PLAIN]);
    expect(delivered(both('aes256'), changed(appendix('rfc9173-A.4')))).toEqual([]);
  });

  test.each([false, true])(
    'clause 100: takes a tag as a result or appended (%s)',
    (tagAppended) => {
      const rule = seals({ tagAppended, key: 'kek' });
      const hex = made(rule);
      expect(payloadOf(read(hex)).data.length).toBe(3 + (tagAppended ? 16 : 0));
      expect(delivered(both('kek'), hex)).toEqual(['010203']);
    },
  );

  test('clause 101: unwraps the key that comes with the bundle', () => {
    expect(
      delivered([accepts('confidentiality', { key: 'kek' })], appendix('rfc9173-A.2')),
    ).toEqual([PLAIN]);
    expect(
      delivered([accepts('confidentiality', { key: 'aes128' })], appendix('rfc9173-A.2')),
    ).toEqual([]);
  });
});

/** A BIB, and a BCB that encrypts it and nothing else. */
function bibAlone(): string {
  const hex = incoming('pics-1.2');
  const bib = blockOf(read(hex), INTEGRITY)!;
  const bcb = toHex(blockOf(read(incoming('pics-14.1')), CONFIDENTIALITY)!.octets!);
  const onBib = bcb.replace(/^(850c)(..)/, '$109').replace(/(58..)81(..)/, `$1810${bib.number}`);
  return hex.replace(toHex(bib.octets!), onBib + toHex(bib.octets!));
}
