/** Encapsulation Packets out of the frames of one virtual channel and MAP. */
import { Fault } from '../fault.ts';
import {
  decodeEncapsulation,
  type EncapsulationPacket,
  PROTOCOL_ID_IDLE,
} from './encapsulation.ts';
import { type ReassemblerOptions, SduReassembler } from './sdu-reassembler.ts';
import { UPID_PACKETS } from './tfdf.ts';

/** After every `push` the owner calls `next` until undefined. Bounded as SduReassembler is. */
export class PacketReassembler {
  readonly #sdus: SduReassembler;
  /** Whole packets, of which those before `#at` have been taken. */
  #zone: Uint8Array = NOTHING;
  #at = 0;

  constructor(options: Omit<ReassemblerOptions, 'upid'>) {
    this.#sdus = new SduReassembler({ ...options, upid: UPID_PACKETS });
  }

  /** Takes the TFDF of the next frame received; the octets pass to the reassembler. */
  push(vcfCount: number, tfdf: Uint8Array): void {
    this.#sdus.push(vcfCount, tfdf);
  }

  /** The next packet that is not idle; or the fault by which something was lost; or undefined. */
  next(): EncapsulationPacket | Fault | undefined {
    // Bounded by the outputs of one push and the octets of one zone: each turn takes some.
    for (;;) {
      if (this.#at === this.#zone.length) {
        const output = this.#sdus.next();
        this.#at = 0;
        this.#zone = output instanceof Uint8Array ? output : NOTHING;
        if (output === undefined || output instanceof Fault) return output;
        continue;
      }
      const packet = decodeEncapsulation(this.#zone, this.#at);
      if (packet === 'more' || packet instanceof Fault) {
        this.#at = this.#zone.length;
        return packet === 'more' ? TRUNCATED : packet;
      }
      this.#at = packet.end;
      if (packet.protocolId !== PROTOCOL_ID_IDLE) return packet;
    }
  }
}

const NOTHING = new Uint8Array(0);
const TRUNCATED = new Fault('packet', 'truncated', 'CCSDS 133.1-B-3 4.1.2.8');
