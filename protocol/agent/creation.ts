/**
 * Makes bundles of application data units and of status reports.
 *
 * Both the primary block and the payload carry CRC-32C: the primary must have one (RFC 9171 §4.3.1)
 * and the payload's tells of damage in a store, which no link's seal does. The extension blocks
 * carry none, for hops rewrite them and the links authenticate them.
 *
 * Source: RFC 9171 §4.2.3, §4.2.7, §4.3, §4.4.2, §4.4.3, §5.2, §6.2.
 */
import type { Bundle } from '../bundle/bundle.ts';
import {
  BLOCK_FLAG,
  BLOCK_TYPE,
  type CanonicalBlock,
  PAYLOAD_NUMBER,
} from '../bundle/canonical-block.ts';
import { dtnTimeMs } from '../bundle/dtn-time.ts';
import { type Eid, ipnEid, isLocalNode, isNullEid, NULL_EID } from '../bundle/eid.ts';
import { encodeBundleAge, encodeHopCount, encodeTrafficClass } from '../bundle/extension-blocks.ts';
import { BUNDLE_FLAG } from '../bundle/primary-block.ts';
import { encodeStatusReport } from '../bundle/status-report.ts';
import type { Instant } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';
import type { RefusalReason, ReportRequest, SendRequest } from './contract.ts';
import type { Draft } from './reporter.ts';

/** What a node stamps its bundles with. */
export interface BundleSourceOptions {
  readonly node: NodeNumber;
  /** Unix milliseconds at instant 0; undefined on a node without a clock. */
  readonly epochUnixMs: number | undefined;
  /** Without a clock the first sequence number: above every one of an earlier life. */
  readonly sequenceStart: number;
}

interface Making {
  readonly adu: Uint8Array;
  readonly destination: Eid;
  readonly source: Eid;
  readonly reportTo: Eid;
  readonly flags: number;
  readonly lifetimeMs: number;
  readonly trafficClass: TrafficClass;
}

/** Why no bundle comes of a request, whatever the node holds; `custody` is that of its options. */
export function refusalOf(request: SendRequest, custody: boolean): RefusalReason | undefined {
  const { destination, lifetimeMs, trafficClass, reports } = request;
  // No bundle that leaves may say "this very node" (RFC 9758 §5.4).
  const isLocal = [destination, reports?.to ?? destination].some(isLocalNode);
  if (isNullEid(destination) || isLocal) return 'no-destination';
  if (!Number.isSafeInteger(lifetimeMs) || lifetimeMs < 0) return 'malformed';
  if (TRAFFIC_CLASSES[trafficClass] === undefined) return 'malformed';
  return request.custody === true && !custody ? 'no-custody' : undefined;
}

/** Gives every bundle of a node a creation timestamp of its own. */
export class BundleSource {
  readonly #options: BundleSourceOptions;
  #lastMs: number;
  #sequence: number;

  constructor(options: BundleSourceOptions) {
    this.#options = options;
    const { epochUnixMs, sequenceStart } = options;
    this.#lastMs = epochUnixMs === undefined ? 0 : -1;
    this.#sequence = sequenceStart - 1;
  }

  /** A bundle that carries the request; its payload is the request's own octets. */
  create(now: Instant, request: SendRequest): Bundle {
    const { adu, destination, sourceService, lifetimeMs, trafficClass, reports } = request;
    const isAnonymous = request.anonymous === true;
    const source = isAnonymous ? NULL_EID : ipnEid(this.#options.node, sourceService);
    const isWhole = isAnonymous || request.mustNotFragment === true;
    const asked = isAnonymous ? 0 : flagsOf(reports);
    return this.#make(now, {
      ...{ adu, destination, source, lifetimeMs, trafficClass },
      reportTo: asked === 0 ? NULL_EID : (reports?.to ?? ipnEid(this.#options.node, 0)),
      flags: asked + (isWhole ? BUNDLE_FLAG.mustNotFragment : 0),
    });
  }

  /** A bundle that carries a status report. */
  createReport({ at, to, report }: Draft): Bundle {
    return this.#make(at, {
      adu: encodeStatusReport(report),
      destination: to,
      source: ipnEid(this.#options.node, 0),
      reportTo: NULL_EID,
      flags: BUNDLE_FLAG.administrativeRecord,
      lifetimeMs: REPORT_LIFETIME_MS,
      trafficClass: REPORT_CLASS,
    });
  }

  #make(now: Instant, making: Making): Bundle {
    const { epochUnixMs } = this.#options;
    const creationTimeMs = epochUnixMs === undefined ? 0 : dtnTimeMs(epochUnixMs, now);
    // Within a millisecond the sequence counts up; it may restart as soon as the time advances.
    this.#sequence = creationTimeMs === this.#lastMs ? this.#sequence + 1 : 0;
    this.#lastMs = creationTimeMs;
    const { adu, destination, source, reportTo, flags, lifetimeMs, trafficClass } = making;
    const extensions = [
      extension(BLOCK_TYPE.hopCount, 2, encodeHopCount({ limit: HOP_LIMIT, count: 0 })),
      extension(BLOCK_TYPE.trafficClass, 3, encodeTrafficClass(trafficClass)),
    ];
    if (creationTimeMs === 0)
      extensions.push(extension(BLOCK_TYPE.bundleAge, 4, encodeBundleAge(0)));
    return {
      primary: {
        flags,
        crcType: CRC_32C,
        destination,
        source,
        reportTo,
        creationTimeMs,
        sequence: this.#sequence,
        lifetimeMs,
        fragment: undefined,
        octets: undefined,
      },
      blocks: [
        ...extensions,
        {
          type: BLOCK_TYPE.payload,
          number: PAYLOAD_NUMBER,
          flags: 0,
          crcType: CRC_32C,
          data: adu,
          octets: undefined,
        },
      ],
    };
  }
}

function flagsOf(reports: ReportRequest | undefined): number {
  if (reports === undefined) return 0;
  const { reception, forwarding, delivery, deletion, times } = reports;
  const asked =
    (reception === true ? BUNDLE_FLAG.reportReception : 0) |
    (forwarding === true ? BUNDLE_FLAG.reportForwarding : 0) |
    (delivery === true ? BUNDLE_FLAG.reportDelivery : 0) |
    (deletion === true ? BUNDLE_FLAG.reportDeletion : 0);
  return asked !== 0 && times === true ? asked | BUNDLE_FLAG.statusTime : asked;
}

/** A fragment needs these blocks as much as the whole bundle does. */
function extension(type: number, number: number, data: Uint8Array): CanonicalBlock {
  const flags = BLOCK_FLAG.replicateInFragments;
  return { type, number, flags, crcType: 0, data, octets: undefined };
}

const CRC_32C = 2;
/** Twice the longest sensible way through a mesh of a few hundred nodes. */
const HOP_LIMIT = 64;
/** A report that takes a day tells nothing new. */
const REPORT_LIFETIME_MS = 86_400_000;
/** Bulk: reports give way to what they report on. */
const REPORT_CLASS = 0;
