/**
 * Makes bundles of application data units.
 *
 * Both the primary block and the payload carry CRC-32C: the primary must have one (RFC 9171 §4.3.1)
 * and the payload's tells of damage in a store, which no link's seal does. The extension blocks
 * carry none, for hops rewrite them and the links authenticate them.
 *
 * Source: RFC 9171 §4.2.7, §4.3, §4.4.3, §5.2.
 */
import type { Bundle } from '../bundle/bundle.ts';
import {
  BLOCK_FLAG,
  BLOCK_TYPE,
  type CanonicalBlock,
  PAYLOAD_NUMBER,
} from '../bundle/canonical-block.ts';
import { dtnTimeMs } from '../bundle/dtn-time.ts';
import { ipnEid, NULL_EID } from '../bundle/eid.ts';
import { encodeHopCount, encodeTrafficClass } from '../bundle/extension-blocks.ts';
import type { Instant } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import type { SendRequest } from './contract.ts';

/** Gives every bundle of a node a creation timestamp of its own. */
export class BundleSource {
  readonly #node: NodeNumber;
  readonly #epochUnixMs: number;
  #lastMs = -1;
  #sequence = 0;

  constructor(node: NodeNumber, epochUnixMs: number) {
    this.#node = node;
    this.#epochUnixMs = epochUnixMs;
  }

  /** A bundle that carries the request; its payload is the request's own octets. */
  create(now: Instant, request: SendRequest): Bundle {
    const creationTimeMs = dtnTimeMs(this.#epochUnixMs, now);
    // Within a millisecond the sequence counts up; it may restart as soon as the time advances.
    this.#sequence = creationTimeMs === this.#lastMs ? this.#sequence + 1 : 0;
    this.#lastMs = creationTimeMs;
    return {
      primary: {
        flags: 0,
        crcType: CRC_32C,
        destination: request.destination,
        source: ipnEid(this.#node, request.sourceService),
        reportTo: NULL_EID,
        creationTimeMs,
        sequence: this.#sequence,
        lifetimeMs: request.lifetimeMs,
        fragment: undefined,
        octets: undefined,
      },
      blocks: [
        extension(BLOCK_TYPE.hopCount, 2, encodeHopCount({ limit: HOP_LIMIT, count: 0 })),
        extension(BLOCK_TYPE.trafficClass, 3, encodeTrafficClass(request.trafficClass)),
        {
          type: BLOCK_TYPE.payload,
          number: PAYLOAD_NUMBER,
          flags: 0,
          crcType: CRC_32C,
          data: request.adu,
          octets: undefined,
        },
      ],
    };
  }
}

/** A fragment needs these blocks as much as the whole bundle does. */
function extension(type: number, number: number, data: Uint8Array): CanonicalBlock {
  const flags = BLOCK_FLAG.replicateInFragments;
  return { type, number, flags, crcType: 0, data, octets: undefined };
}

const CRC_32C = 2;
/** Twice the longest sensible way through a mesh of a few hundred nodes. */
const HOP_LIMIT = 64;
