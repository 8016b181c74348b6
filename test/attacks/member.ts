/**
 * A member of the constellation that says whatever it is told to: it has a session with a link,
 * and its keys in hand.
 */
import { Fault } from '#protocol/fault.ts';
import { sealFrame } from '#protocol/frame/sdls.ts';
import { SduReassembler } from '#protocol/frame/sdu-reassembler.ts';
import { segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { UPID_MISSION } from '#protocol/frame/tfdf.ts';
import {
  clearTfdfOctetsMax,
  decodeFrame,
  encodeFrame,
  type FrameHeader,
} from '#protocol/frame/uslp.ts';
import { Handshake, type Session } from '#protocol/session/handshake.ts';
import { type LinkPair, optionsOf, SCIDS } from '../protocol/link/link-pair.ts';

/** Of the frames that a member sends. */
export const MANAGED = {
  scid: SCIDS[0],
  frameOctetsMax: 1_400,
  vcfCountOctets: 3,
  fecf: true,
} as const;

/** The header of its frames on virtual channel `vcid`. */
export function headerOf(vcid: number, vcfCount: number): FrameHeader {
  const flags = { bypass: true, controlCommand: false, ocf: false } as const;
  const channel = { scid: SCIDS[0], sourceOrDestination: 0, vcid, mapId: 0 } as const;
  return { ...channel, ...flags, vcfCountOctets: 3, vcfCount };
}

/** Stands in for the first end of a pair, whose second end takes it for its neighbour. */
export class Member {
  readonly session: Session;
  readonly #counts = new Map<number, number>();

  /** Agrees on keys with the second end of `pair`, whose contact begins here. */
  constructor(pair: LinkPair, seed = 1) {
    const handshake = new Handshake(optionsOf(0, seed, 200));
    const heard: Uint8Array[] = [];
    const messages = new SduReassembler({
      upid: UPID_MISSION,
      sduOctetsMax: 4_096,
      fixedLength: false,
    });
    pair.tap = (from, frame) => {
      if (from === 1) heard.push(frame);
      return undefined;
    };
    pair.connectEnd(1);
    handshake.connect({ roundTripUs: 10_000 });
    handshake.begin(pair.now);
    let session: Session | undefined;
    // HELLO, FINISH and what is left of the wait for the first frame.
    for (let turn = 0; turn < 8 && session === undefined; turn++) {
      for (let output = handshake.poll(); output !== undefined; output = handshake.poll()) {
        if (output.kind === 'established') session = output.session;
        if (output.kind === 'send') this.#speak(pair, output.message);
      }
      for (const frame of heard.splice(0)) {
        const decoded = decodeFrame(frame, { ...MANAGED, scid: SCIDS[1] });
        if (decoded instanceof Fault || decoded.header.vcid !== HANDSHAKE_VCID) continue;
        messages.push(decoded.data);
        for (let sdu = messages.next(); sdu !== undefined; sdu = messages.next()) {
          if (sdu instanceof Uint8Array) handshake.receive(pair.now, sdu);
        }
      }
    }
    if (session === undefined) throw new Error('the member has a session');
    this.session = session;
  }

  /** A protected frame around `tfdf` on a virtual channel. */
  seal(vcid: number, tfdf: Uint8Array): Uint8Array {
    const header = headerOf(vcid, this.#nextCount(vcid));
    const frame = sealFrame(header, tfdf, this.session.sendKey, MANAGED);
    if (frame instanceof Fault) throw new Error(frame.key);
    return frame;
  }

  #speak(pair: LinkPair, message: Uint8Array): void {
    const segments = segmentSdu(message, clearTfdfOctetsMax(MANAGED));
    for (let tfdf = segments.next(); tfdf !== undefined; tfdf = segments.next()) {
      const header = headerOf(HANDSHAKE_VCID, this.#nextCount(HANDSHAKE_VCID));
      pair.inject(1, encodeFrame(header, tfdf, MANAGED));
    }
  }

  #nextCount(vcid: number): number {
    const count = this.#counts.get(vcid) ?? 0;
    this.#counts.set(vcid, count + 1);
    return count;
  }
}

const HANDSHAKE_VCID = 62;
