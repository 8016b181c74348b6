import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipnEid } from '#protocol/bundle/eid.ts';
import {
  decodeBundleAge,
  decodeHopCount,
  decodePreviousNode,
  decodeTrafficClass,
  encodeBundleAge,
  encodeHopCount,
  encodePreviousNode,
  encodeTrafficClass,
} from '#protocol/bundle/extension-blocks.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';

test('each kind of data has the octets of RFC 9171 §4.4', () => {
  expect(toHex(encodePreviousNode(ipnEid(1, 0)))).toBe('8202820100');
  expect(toHex(encodeBundleAge(1001))).toBe('1903e9');
  expect(toHex(encodeHopCount({ limit: 30, count: 2 }))).toBe('82181e02');
  expect(toHex(encodeTrafficClass(3))).toBe('03');
});

test('each kind of data reads back as it was written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 255 }), fc.nat(3), (n, limit, rank) => {
      const hops = { limit, count: n };
      expect(decodePreviousNode(encodePreviousNode(ipnEid(rank, n)))).toEqual(ipnEid(rank, n));
      expect(decodeBundleAge(encodeBundleAge(n))).toBe(n);
      expect(decodeHopCount(encodeHopCount(hops))).toEqual(hops);
      expect(decodeTrafficClass(encodeTrafficClass(rank as TrafficClass))).toBe(rank);
    }),
  );
});

const decoders = {
  decodePreviousNode,
  decodeBundleAge,
  decodeHopCount,
  decodeTrafficClass,
};

test.each<[keyof typeof decoders, string, string]>([
  ['decodePreviousNode', '820282010000', 'bundle.block-data'],
  ['decodePreviousNode', '82028100', 'eid.structure'],
  ['decodeBundleAge', '0500', 'bundle.block-data'],
  ['decodeBundleAge', '6135', 'cbor.unexpected-type'],
  ['decodeBundleAge', '1bffffffffffffffff', 'cbor.integer-range'],
  ['decodeHopCount', '82181e0200', 'bundle.block-data'],
  ['decodeHopCount', '8105', 'bundle.hop-count'],
  ['decodeHopCount', '83050000', 'bundle.hop-count'],
  ['decodeHopCount', '820000', 'bundle.hop-count'],
  ['decodeHopCount', '8219010000', 'bundle.hop-count'],
  ['decodeHopCount', '8205', 'cbor.truncated'],
  ['decodeHopCount', '05', 'cbor.unexpected-type'],
  ['decodeTrafficClass', '04', 'bundle.traffic-class'],
  ['decodeTrafficClass', '0300', 'bundle.block-data'],
  ['decodeTrafficClass', '', 'cbor.truncated'],
])('%s refuses %s', (name, hex, key) => {
  const fault = decoders[name](fromHex(hex));
  expect(fault).toBeInstanceOf(Fault);
  expect((fault as Fault).key).toBe(key);
});

test('no data makes a decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 16 }), (data) => {
      for (const decode of Object.values(decoders)) decode(data);
    }),
  );
});
