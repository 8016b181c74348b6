/**
 * Packets, of both kinds, out of the frames of one virtual channel and MAP: in zones of fixed
 * length they run on from frame to frame (rule 000); in zones of variable length a packet that fits
 * no zone is cut into segments (rules 100, 101, 110), and several may share a zone (rule 111).
 * Source: CCSDS 732.1-B-3 §4.3.2.2.
 */
import { Fault } from '../fault.ts';
import type { MapService } from './map-demultiplexer.ts';
import { decodePacket, isIdlePacket, type Packet } from './packet.ts';
import { PacketStream } from './packet-stream.ts';
import { RULE_UNSUPPORTED, SduReassembler, UPID_OTHER } from './sdu-reassembler.ts';
import { decodeTfdf, RULE_PACKETS, UPID_PACKETS, USLP_POINTERS } from './tfdf.ts';

/** What the frames look like and how much of them may wait. */
export interface PacketReassemblerOptions {
  /** The longest packet joined from several frames, octets: the bound on memory. */
  readonly packetOctetsMax: number;
  /** Whether the zones are of fixed length. */
  readonly fixedLength: boolean;
}

/** The packets of a MAP, idle ones left out. */
export function packetReassembler(options: PacketReassemblerOptions): MapService<Packet> {
  return options.fixedLength ? new RunningPackets(options) : new SegmentedPackets(options);
}

/** Rule 000. Bounded as its stream is. */
class RunningPackets implements MapService<Packet> {
  readonly #stream: PacketStream;
  #fault: Fault | undefined = undefined;

  constructor({ packetOctetsMax }: PacketReassemblerOptions) {
    this.#stream = new PacketStream({ pointers: USLP_POINTERS, packetOctetsMax });
  }

  interrupt(): void {
    this.#stream.interrupt();
  }

  push(tfdf: Uint8Array): void {
    const decoded = decodeTfdf(tfdf);
    if (decoded instanceof Fault) this.#refuse(decoded);
    else if (decoded.rule !== RULE_PACKETS) this.#refuse(RULE_UNSUPPORTED);
    else if (decoded.upid !== UPID_PACKETS) this.#refuse(UPID_OTHER);
    else this.#stream.push(decoded.zone, decoded.pointer);
  }

  next(): Packet | Fault | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault ?? this.#stream.next();
  }

  #refuse(fault: Fault): void {
    this.#fault = fault;
    this.#stream.interrupt();
  }
}

/** Rules 100 to 111. Bounded as its reassembler is. */
class SegmentedPackets implements MapService<Packet> {
  readonly #sdus: SduReassembler;
  /** Whole packets, of which those before `#at` have been taken. */
  #zone: Uint8Array = NOTHING;
  #at = 0;

  constructor({ packetOctetsMax, fixedLength }: PacketReassemblerOptions) {
    const upid = UPID_PACKETS;
    this.#sdus = new SduReassembler({ sduOctetsMax: packetOctetsMax, upid, fixedLength });
  }

  interrupt(): void {
    this.#sdus.interrupt();
  }

  push(tfdf: Uint8Array): void {
    this.#sdus.push(tfdf);
  }

  next(): Packet | Fault | undefined {
    // Bounded by the outputs of one push and the octets of one zone: each turn takes some.
    for (;;) {
      if (this.#at === this.#zone.length) {
        const output = this.#sdus.next();
        this.#at = 0;
        this.#zone = output instanceof Uint8Array ? output : NOTHING;
        if (output === undefined || output instanceof Fault) return output;
        continue;
      }
      const packet = decodePacket(this.#zone, this.#at);
      if (packet === 'more' || packet instanceof Fault) {
        this.#at = this.#zone.length;
        return packet === 'more' ? TRUNCATED : packet;
      }
      this.#at = packet.end;
      if (!isIdlePacket(packet)) return packet;
    }
  }
}

const NOTHING = new Uint8Array(0);
const TRUNCATED = new Fault('packet', 'truncated', 'CCSDS 133.1-B-3 4.1.2.8');
