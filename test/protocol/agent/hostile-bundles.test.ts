/** Bundles that are well-formed and mean no good: a neighbour that is a member may send any. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBundle } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { type Eid, ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { encodeBundleAge, encodeHopCount } from '#protocol/bundle/extension-blocks.ts';
import { BUNDLE_FLAG } from '#protocol/bundle/primary-block.ts';
import { Node, planOf, S } from './mesh.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const TIME_OF_EPOCH_MS = 853_315_200_000;

const extreme = fc.constantFrom(0, 1, 60_000, TIME_OF_EPOCH_MS, MAX - 5_000, MAX);
const extreme64 = fc.oneof(extreme, fc.constant(2n ** 53n), fc.constant(2n ** 64n - 1n));
const endpoint = fc.constantFrom<Eid>(
  ipnEid(1, 1001),
  ipnEid(2, 7),
  ipnEid(2, 1001),
  ipnEid(3, 7),
  ipnEid(9, 7),
  ipnEid(0xffff_ffff, 7),
  { scheme: 'ipn', allocator: 5, node: 2, service: 7, items: 3 },
  { scheme: 'dtn', ssp: '//far/away' },
  NULL_EID,
);
const block = (type: number, data: Uint8Array): CanonicalBlock => {
  return { type, number: type, flags: 0, crcType: 0, data, octets: undefined };
};
const hostile = fc
  .record({
    destination: endpoint,
    source: endpoint,
    flags: fc.constantFrom(0, 0x74040, 0x74042, 4),
    reportTo: endpoint,
    creationTimeMs: extreme64,
    sequence: extreme64,
    lifetimeMs: extreme,
    fragment: fc.option(fc.record({ offset: extreme, totalLength: extreme }), { nil: undefined }),
    ageMs: fc.option(extreme, { nil: undefined }),
    hops: fc.option(fc.record({ limit: fc.integer({ min: 1, max: 255 }), count: extreme }), {
      nil: undefined,
    }),
    unknown: fc.option(fc.constantFrom(0x01, 0x02, 0x04, 0x10, MAX), { nil: undefined }),
  })
  .map(({ ageMs, hops, unknown, ...fields }) => {
    const flags = fields.flags + (fields.fragment === undefined ? 0 : BUNDLE_FLAG.fragment);
    const rest = { flags, crcType: 2, octets: undefined } as const;
    const blocks = [
      ...(ageMs === undefined ? [] : [block(BLOCK_TYPE.bundleAge, encodeBundleAge(ageMs))]),
      ...(hops === undefined ? [] : [block(BLOCK_TYPE.hopCount, encodeHopCount(hops))]),
      ...(unknown === undefined ? [] : [{ ...block(201, Uint8Array.of(0)), flags: unknown }]),
      block(BLOCK_TYPE.payload, Uint8Array.of(1, 2, 3)),
    ];
    return encodeBundle({ primary: { ...fields, ...rest }, blocks });
  });

test('no bundle of a neighbour stops a node or spoils its books', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 8 }), (bundles) => {
      const group = { scheme: 'ipn', allocator: 5, node: 2, service: 7, items: 3 } as const;
      const node = new Node(2, planOf([1, 2, 0, 100], [2, 3, 50, 100]), {
        statusReports: true,
        fragmentOctetsMax: 150,
        reassembly: { setsMax: 2 },
        groups: { ipnAllocator: 5, memberOf: [{ group, service: 7 }] },
      });
      node.agent.register(0, 7);
      for (const octets of bundles) {
        node.agent.receive(0, octets, 1);
        node.drain(0);
      }
      const own = { sourceService: 1001, lifetimeMs: 60_000, trafficClass: 1 } as const;
      node.agent.originate(0, { adu: new Uint8Array(9), destination: ipnEid(3, 7), ...own });
      node.drain(0);
      node.runUntil(52 * S);
      node.up(52 * S, 3);
      node.up(52 * S, 1);
      node.runUntil(200 * S);
      expect(node.agent.ledger().accepted).toBeGreaterThan(0);
    }),
  );
});
