/** The bundles of every measurement: with the blocks that one has on its way through this mesh. */
import type { Bundle } from '#protocol/bundle/bundle.ts';
import {
  BLOCK_TYPE,
  type CanonicalBlock,
  PAYLOAD_NUMBER,
} from '#protocol/bundle/canonical-block.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import {
  encodeHopCount,
  encodePreviousNode,
  encodeTrafficClass,
} from '#protocol/bundle/extension-blocks.ts';

/** The CRC types of RFC 9171 §4.2.1. */
export const CRC_TYPES = [
  { crcType: 0, name: 'no CRC' },
  { crcType: 1, name: 'CRC-16' },
  { crcType: 2, name: 'CRC-32C' },
] as const;

/** How a bundle differs from others. */
export interface Identity {
  readonly destination?: number;
  readonly sequence?: number;
}

/** A bundle with a payload of so many octets, and CRCs of one type over primary and payload. */
export function bundleOf(
  octets: number,
  crcType: 0 | 1 | 2,
  { destination = 2, sequence = 0 }: Identity = {},
): Bundle {
  const payload = new Uint8Array(octets).fill(37);
  return {
    primary: {
      flags: 0,
      crcType,
      destination: ipnEid(destination, 9),
      source: ipnEid(SOURCE, 1_000),
      reportTo: NULL_EID,
      creationTimeMs: CREATION_TIME_MS,
      sequence,
      lifetimeMs: 600_000,
      fragment: undefined,
      octets: undefined,
    },
    blocks: [
      block(BLOCK_TYPE.hopCount, 2, 0, encodeHopCount({ limit: 64, count: 3 })),
      block(BLOCK_TYPE.trafficClass, 3, 0, encodeTrafficClass(1)),
      block(BLOCK_TYPE.previousNode, 4, 0, encodePreviousNode(ipnEid(SOURCE, 0))),
      block(BLOCK_TYPE.payload, PAYLOAD_NUMBER, crcType, payload),
    ],
  };
}

function block(type: number, number: number, crcType: 0 | 1 | 2, data: Uint8Array): CanonicalBlock {
  return { type, number, flags: 0, crcType, data, octets: undefined };
}

/** The node that all of them come from. */
export const SOURCE = 9_001;
/** DTN time of 2026-01-01T00:00:00Z, at which they are made. */
const CREATION_TIME_MS = 820_540_800_000;
