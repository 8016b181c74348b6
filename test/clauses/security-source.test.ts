/** Section G of the conformance clauses: what adds security to bundles (RFC 9172, RFC 9173). */
import { Decoder } from 'cbor-x';
import { describe, expect, test } from 'vitest';
import type { SecurityRule } from '#protocol/bpsec/policy.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { payloadOf } from '#protocol/bundle/bundle.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { seals, signs, success } from '../protocol/bpsec/bpsec.ts';
import { blockOf, dataOf, read } from './device.ts';
import {
  CONFIDENTIALITY,
  HOPS,
  INTEGRITY,
  incoming,
  leftOf,
  made,
  securityOf,
  waypoint,
} from './security-nodes.ts';

/** A result: its id, and a code or tag. */
const CODE = [1, expect.any(Uint8Array)];
const SECOND = new Decoder({ useRecords: false });

describe('a source', () => {
  test('clause 78: writes a sequence of items whose results are parallel to its targets', () => {
    const signed = made(signs({ targets: ['primary', 'payload', HOPS] }));
    const sealed = made(seals({ targets: ['payload', HOPS] }));
    const blocks = [...dataOf(read(signed), INTEGRITY), ...dataOf(read(sealed), CONFIDENTIALITY)];
    expect(blocks.map((data) => SECOND.decodeMultiple(fromHex(data)))).toEqual([
      [[0, 2, 1], 1, 1, [2, [2, 0]], expect.any(Array), [[CODE], [CODE], [CODE]]],
      [[1], 2, 1, [2, [2, 0]], expect.any(Array), [[CODE]]],
      [[2], 2, 1, [2, [2, 0]], expect.any(Array), [[CODE]]],
    ]);
  });

  test('clause 82: gives a BCB over the payload the replicate flag, and none the discard flag', () => {
    const hex = made(seals({ targets: ['payload', HOPS] }));
    const { confidentiality } = success(readSecurityBlocks(read(hex)));
    expect(confidentiality.length).toBe(2);
    for (const { block, content } of confidentiality) {
      expect(block.flags).toBe(content.targets.includes(1) ? 1 : 0);
    }
  });

  test('clause 84: encrypts a BIB with what it signs', () => {
    const { integrity, encrypted } = success(readSecurityBlocks(read(made(signs(), seals()))));
    expect(integrity).toEqual([]);
    const bib = blockOf(read(made(signs(), seals())), INTEGRITY)!;
    expect([...encrypted].sort()).toEqual([1, bib.number].sort());
  });

  test('clause 97: takes the CRC off every target', () => {
    const [plain, secured] = [read(made()), read(made(signs({ targets: ['primary', 'payload'] })))];
    expect([plain.primary.crcType, payloadOf(plain).crcType]).toEqual([2, 2]);
    expect([secured.primary.crcType, payloadOf(secured).crcType]).toEqual([0, 0]);
    expect(payloadOf(read(made(seals()))).crcType).toBe(0);
  });
});

describe('a gateway that is to add an operation', () => {
  test.each<[string, string, SecurityRule]>([
    ['a second BCB', 'pics-1.1', seals()],
    ['a second BIB', 'pics-1.2', signs()],
    ['a BIB over ciphertext', 'pics-22.1', signs()],
    ['a BCB in a fragment', 'pics-56.1', seals()],
    ['a BIB in a fragment', 'pics-56.1b', signs()],
  ])('clauses 79, 85, 94: refuses %s (%s)', (_name, id, rule) => {
    const gateway = waypoint([rule], incoming(id));
    expect(gateway.all('forward')).toEqual([]);
    expect(gateway.all('deleted').length).toBe(1);
    const keeping = waypoint([{ ...rule, onFailure: 'keep' } as SecurityRule], incoming(id));
    expect(securityOf(leftOf(keeping)!)).toEqual(securityOf(incoming(id)));
  });
});
