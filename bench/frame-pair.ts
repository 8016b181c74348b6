/** One direction of a session without its link: whole frames sealed, whole frames opened. */
import { assert } from '#protocol/assert.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import { openData, sealFrame } from '#protocol/frame/sdls.ts';
import { decodeFrame, type FrameHeader, followingCount } from '#protocol/frame/uslp.ts';
import { ReceiveKey, SendKey } from '#protocol/session/keys.ts';

/** Octets that a frame authenticates besides its data: primary header and security header. */
export const AAD_OCTETS = 7 + 3 + 2 + 12;

/** The sender's key and the receiver's, with the replay window of the latter. */
export class FramePair {
  readonly #tfdf: Uint8Array;
  readonly #sendKey: SendKey;
  readonly #receiveKey: ReceiveKey;
  readonly #findOpener = (): ReceiveKey => this.#receiveKey;
  readonly #header: { -readonly [Field in keyof FrameHeader]: FrameHeader[Field] } = {
    scid: MANAGED.scid,
    sourceOrDestination: 0,
    vcid: 1,
    mapId: 0,
    bypass: true,
    controlCommand: false,
    ocf: false,
    vcfCountOctets: MANAGED.vcfCountOctets,
    vcfCount: 0,
  };

  /** Frames around so many octets of data field. */
  constructor(provider: CryptoProvider, key: Uint8Array, tfdfOctets: number) {
    const fixedField = new Uint8Array(4);
    this.#tfdf = new Uint8Array(tfdfOctets).fill(0x5a);
    this.#sendKey = new SendKey(SPI, provider.aead.key(key), fixedField);
    this.#receiveKey = new ReceiveKey(SPI, provider.aead.key(key), fixedField);
  }

  /** The next frame, fresh. */
  seal(): Uint8Array {
    const header = this.#header;
    const frame = sealFrame(header, this.#tfdf, this.#sendKey, MANAGED);
    assert(!(frame instanceof Fault), 'a measurement ends before its key is spent');
    header.vcfCount = followingCount(header.vcfCount, MANAGED.vcfCountOctets);
    return frame;
  }

  /** Checks and opens a frame that `seal` has made, once. */
  open(octets: Uint8Array): void {
    const frame = decodeFrame(octets, MANAGED);
    assert(!(frame instanceof Fault), 'the frame is a good one');
    assert(!(openData(frame, this.#findOpener) instanceof Fault), 'the frame is authentic');
  }
}

const SPI = 0x1234;
const MANAGED: ManagedParameters = {
  scid: 257,
  frameOctetsMax: 16_384,
  vcfCountOctets: 3,
  fecf: true,
};
