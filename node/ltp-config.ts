/**
 * The part of a node's configuration for neighbours that are reached by LTP over UDP: nodes of
 * another make, without frames and without keys. Each has an engine number and an address; when,
 * how fast and how far away it is, the plan says, as of every neighbour.
 */
import { SEGMENT_OCTETS_MIN } from '#protocol/ltp/encode-segment.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { DATAGRAM_OCTETS_MAX } from './channel-config.ts';
import type { JsonCursor } from './json-cursor.ts';
import type { TerminalAddress } from './ports.ts';
import { IPN_NUMBER_MAX } from './services-config.ts';

/** A neighbour reached by LTP over UDP; its address is that of its terminal 0. */
export interface LtpNeighbour {
  /** Its EID is `ipn:node.0`. */
  readonly node: NodeNumber;
  /** Its engine number; the node number unless given. */
  readonly engine?: number;
  readonly address: TerminalAddress;
  /** The longest datagram to it; 1400 octets unless given. */
  readonly segmentOctetsMax?: number;
}

/** All of them. */
export interface LtpConfig {
  /** The engine number of this node; its node number unless given. */
  readonly engine?: number;
  readonly neighbours: readonly LtpNeighbour[];
}

/** Octets of the longest segment, where nothing else is said: with headers, it fits Ethernet. */
export const SEGMENT_OCTETS_MAX = 1_400;

/** Checks what a person wrote; throws ConfigError with the place and the remedy. */
export function readLtp(
  cursor: JsonCursor,
  readAddress: (cursor: JsonCursor) => TerminalAddress,
): LtpConfig {
  cursor.object(['engine', 'neighbours']);
  return {
    ...engineAt(cursor),
    neighbours: cursor.at('neighbours').list(NEIGHBOURS_MAX, (neighbour) => {
      neighbour.object(['node', 'engine', 'address', 'segmentOctetsMax']);
      const size = neighbour.at('segmentOctetsMax');
      return {
        node: neighbour.at('node').integer(1, IPN_NUMBER_MAX),
        ...engineAt(neighbour),
        address: readAddress(neighbour.at('address')),
        ...(size.present
          ? { segmentOctetsMax: size.integer(SEGMENT_OCTETS_MIN, DATAGRAM_OCTETS_MAX) }
          : {}),
      };
    }),
  };
}

function engineAt(cursor: JsonCursor): { readonly engine?: number } {
  const engine = cursor.at('engine');
  return engine.present ? { engine: engine.integer(1, ENGINE_MAX) } : {};
}

const NEIGHBOURS_MAX = 64;
const ENGINE_MAX = Number.MAX_SAFE_INTEGER;
