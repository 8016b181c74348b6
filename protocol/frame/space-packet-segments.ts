/**
 * User data of any length in the Space Packets of one APID: cut into segments where one packet does
 * not hold them, and joined again. The count goes on from packet to packet, modulo 16384, so that a
 * missing one shows: the gap is flagged, and of the packets that came none is thrown away but those
 * of the unit that the gap has cut. Source: CCSDS 133.0-B-2 §4.1.3.4.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { type JoinerFaults, type Part, SegmentJoiner } from './segment-joiner.ts';
import {
  APID_IDLE,
  encodeSpacePacket,
  SEQUENCE_CONTINUATION,
  SEQUENCE_FIRST,
  SEQUENCE_LAST,
  SEQUENCE_WHOLE,
  SequenceCounts,
  type SequenceFlags,
  type SpacePacket,
} from './space-packet.ts';

/** What the packets of one APID are. */
export interface SegmenterOptions {
  readonly apid: number;
  readonly telecommand: boolean;
  /** Octets of data in a packet, 1 to 65536. */
  readonly dataOctetsMax: number;
}

/** Makes the packets of one APID. Bounded by one unit. */
export class SpacePacketSegmenter {
  readonly #options: SegmenterOptions;
  #sequenceCount = 0;
  #data: Uint8Array = NOTHING;
  #at = 0;

  constructor(options: SegmenterOptions) {
    const { apid, dataOctetsMax } = options;
    assert(apid >= 0 && apid < APID_IDLE, 'idle packets carry nothing');
    assert(dataOctetsMax >= 1 && dataOctetsMax <= 65536, 'a packet has 1 to 65536 octets of data');
    this.#options = options;
  }

  /** Takes the next unit: at least one octet, not changed until all its packets are taken. */
  send(data: Uint8Array): void {
    assert(this.#at === this.#data.length, 'the packets of the unit before have been taken');
    assert(data.length > 0, 'a space packet has data');
    this.#data = data;
    this.#at = 0;
  }

  /** The next packet, fresh, or undefined when the unit has left. */
  next(): Uint8Array | undefined {
    if (this.#at === this.#data.length) return undefined;
    const { apid, telecommand, dataOctetsMax } = this.#options;
    const end = Math.min(this.#at + dataOctetsMax, this.#data.length);
    const sequenceFlags = flagsOf(this.#at === 0, end === this.#data.length);
    const header = { telecommand, secondaryHeader: false, apid, sequenceFlags };
    const sequenceCount = this.#sequenceCount;
    const packet = encodeSpacePacket(
      { ...header, sequenceCount },
      this.#data.subarray(this.#at, end),
    );
    this.#sequenceCount = (sequenceCount + 1) % COUNT_MODULUS;
    this.#at = end;
    return packet;
  }
}

/** After every `push` the owner calls `next` until undefined. Bounded as its joiner is. */
export class SpacePacketReassembler {
  readonly #apid: number;
  readonly #counts = new SequenceCounts();
  readonly #joiner: SegmentJoiner;
  #isGap = false;

  /** For the packets of one APID; units longer than `octetsMax` are dropped. */
  constructor(apid: number, octetsMax: number) {
    this.#apid = apid;
    this.#joiner = new SegmentJoiner(octetsMax, FAULTS);
  }

  /** Takes the next packet received of the APID; the octets pass to the reassembler. */
  push({ header, data }: SpacePacket): void {
    assert(header.apid === this.#apid, 'a reassembler serves one APID');
    this.#isGap = this.#counts.skippedBefore(header) > 0;
    if (this.#isGap) this.#joiner.interrupt();
    this.#joiner.take(PARTS[header.sequenceFlags], data);
  }

  /** The next whole unit, whose octets belong to the taker; or a fault; or undefined. */
  next(): Uint8Array | Fault | undefined {
    if (!this.#isGap) return this.#joiner.next();
    this.#isGap = false;
    return GAP;
  }
}

function flagsOf(isFirst: boolean, isLast: boolean): SequenceFlags {
  if (isFirst) return isLast ? SEQUENCE_WHOLE : SEQUENCE_FIRST;
  return isLast ? SEQUENCE_LAST : SEQUENCE_CONTINUATION;
}

const NOTHING = new Uint8Array(0);
const COUNT_MODULUS = 16384;
const PARTS: Readonly<Record<SequenceFlags, Part>> = {
  [SEQUENCE_FIRST]: 'first',
  [SEQUENCE_CONTINUATION]: 'middle',
  [SEQUENCE_LAST]: 'last',
  [SEQUENCE_WHOLE]: 'whole',
};

const GAP = new Fault('packet', 'count-gap', 'CCSDS 133.0-B-2 4.1.3.4');
const FAULTS: JoinerFaults = {
  unfinished: new Fault('packet', 'segment-unfinished', 'CCSDS 133.0-B-2 4.1.3.4'),
  orphan: new Fault('packet', 'segment-orphan', 'CCSDS 133.0-B-2 4.1.3.4'),
  tooLong: new Fault('packet', 'unit-too-long', 'CCSDS 133.0-B-2 4.1.3.4'),
};
