/**
 * The two keys of a session. Each is bound for good to its counter or its window: there is no way
 * to copy, set or read back either, so no (key, IV) pair can occur twice.
 *
 *   IV = fixed field (4 octets, from the key schedule) ‖ counter (8 octets, big-endian)
 *
 * Source: link-security §9–§11.
 */
import { assert } from '../assert.ts';
import type { AeadKey } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { COUNTER_RANGE, FRAME_AUTH, IV_FIXED, LIMIT_FRAMES, LIMIT_OCTETS } from './faults.ts';
import { ReplayWindow } from './replay-window.ts';

/** Seals the frames of one direction. It is a `FrameSealer` (protocol/frame/sdls.ts). */
export class SendKey {
  /** The index that the receiver chose for this security association. */
  readonly spi: number;
  readonly #key: AeadKey;
  readonly #iv: Uint8Array;
  #counter = 0;
  #octets = 0;

  /** `fixedField` is 4 octets and is copied; `key` passes to this object. */
  constructor(spi: number, key: AeadKey, fixedField: Uint8Array) {
    this.spi = spi;
    this.#key = key;
    this.#iv = ivOf(fixedField);
  }

  /**
   * Takes the next counter, then writes the 12-octet IV at `out[ivAt]` and the ciphertext with its
   * 16-octet tag from `out[sealedAt]`. `aad` and `plaintext` are views, not kept. A limit once
   * reached gives `session.limit-frames` or `session.limit-octets` for ever, with nothing written.
   * Source: LS-901, LS-902.
   */
  seal(
    aad: Uint8Array,
    plaintext: Uint8Array,
    out: Uint8Array,
    ivAt: number,
    sealedAt: number,
  ): Fault | undefined {
    if (this.#counter >= FRAMES_MAX) return LIMIT_FRAMES;
    this.#counter++;
    this.#octets += aad.length + plaintext.length;
    if (this.#octets > OCTETS_MAX) return LIMIT_OCTETS;
    const iv = this.#iv;
    iv[9] = this.#counter >> 16;
    iv[10] = this.#counter >> 8;
    iv[11] = this.#counter;
    out.set(iv, ivAt);
    this.#key.seal(iv, aad, plaintext, out, sealedAt);
    return undefined;
  }
}

/** Opens the frames of one direction. It is a `FrameOpener` (protocol/frame/sdls.ts). */
export class ReceiveKey {
  /** The index that this node chose for this security association. */
  readonly spi: number;
  readonly #key: AeadKey;
  readonly #expected: Uint8Array;
  readonly #window = new ReplayWindow();

  /** `fixedField` is 4 octets and is copied; `key` passes to this object. */
  constructor(spi: number, key: AeadKey, fixedField: Uint8Array) {
    this.spi = spi;
    this.#key = key;
    this.#expected = ivOf(fixedField);
  }

  /**
   * The plaintext, a fresh array; or `session.iv-fixed`, `counter-range`, `replay`, `too-old` or
   * `frame-auth`, with nothing exposed and the window where it was. `iv` is 12 octets, `sealed`
   * the ciphertext with its whole tag; both are views, not kept. Source: LS-904, LS-905, LS-1101.
   */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    assert(iv.length === IV_OCTETS, 'SDLS hands over a 12-octet IV');
    const expected = this.#expected;
    // Bounded by the fixed field.
    for (let i = 0; i < FIXED_FIELD_OCTETS; i++) if (iv[i] !== expected[i]) return IV_FIXED;
    const counter = counterIn(iv);
    if (counter === 0 || counter > FRAMES_MAX) return COUNTER_RANGE;
    const stale = this.#window.check(counter);
    if (stale !== undefined) return stale;
    if (sealed.length < TAG_OCTETS) return FRAME_AUTH;
    const plaintext = this.#key.open(iv, aad, sealed);
    if (plaintext instanceof Fault) return FRAME_AUTH;
    return this.#window.accept(counter) ?? plaintext;
  }
}

function ivOf(fixedField: Uint8Array): Uint8Array {
  assert(fixedField.length === FIXED_FIELD_OCTETS, 'the fixed field of an IV has 4 octets');
  const iv = new Uint8Array(IV_OCTETS);
  iv.set(fixedField);
  return iv;
}

/** The counter of an IV, or zero (which is never sent) when its high half is in use. */
function counterIn(iv: Uint8Array): number {
  if ((iv[4]! | iv[5]! | iv[6]! | iv[7]!) !== 0) return 0;
  return iv[8]! * 0x1000000 + ((iv[9]! << 16) | (iv[10]! << 8) | iv[11]!);
}

const IV_OCTETS = 12;
const FIXED_FIELD_OCTETS = 4;
const TAG_OCTETS = 16;

/** The hard limits of §10: frames, and octets of plaintext and additional data together. */
const FRAMES_MAX = 2 ** 22;
const OCTETS_MAX = 2 ** 36;
