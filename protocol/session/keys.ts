/**
 * The two keys of a session. Each is bound for good to its counter or its window: there is no way
 * to copy, set or roll back either, so no (key, IV) pair can occur twice. `erase` ends a key: the
 * octets that this program holds are overwritten or let go. What copies the JavaScript runtime made
 * of them while it worked, nobody can reach (LS-1503).
 *
 *   IV = fixed field (4 octets, from the key schedule) ‖ counter (8 octets, big-endian)
 *
 * Source: link-security §9–§11.
 */
import { assert } from '../assert.ts';
import { FRAME_AUTH, SA_STOPPED } from '../association/faults.ts';
import type { AeadKey } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { type AntiReplay, createAntiReplay, REPLAY_PROFILE } from './anti-replay.ts';
import { COUNTER_RANGE, IV_FIXED, LIMIT_FAILURES, LIMIT_FRAMES, LIMIT_OCTETS } from './faults.ts';
import { SESSION_LIMITS, type SessionLimits } from './limits.ts';

/** Seals the frames of one direction. It is a `FrameSealer` (protocol/frame/sdls.ts). */
export class SendKey {
  /** The index that the receiver chose for this security association. */
  readonly spi: number;
  readonly #iv: Uint8Array;
  readonly #limits: SessionLimits;
  #key: AeadKey | undefined;
  #counter = 0;
  #octets = 0;

  /** `fixedField` is 4 octets and is copied; `key` passes to this object. */
  constructor(spi: number, key: AeadKey, fixedField: Uint8Array, limits = SESSION_LIMITS) {
    this.spi = spi;
    this.#key = key;
    this.#iv = ivOf(fixedField);
    this.#limits = limits;
  }

  /** Frames sealed, which is the last counter. */
  get frames(): number {
    return this.#counter;
  }

  /** Octets sealed, additional data included. */
  get octets(): number {
    return this.#octets;
  }

  /** Whether it is time for new keys. */
  get due(): boolean {
    const { frames, octets } = this.#limits.rekey;
    return this.#counter >= frames || this.#octets >= octets;
  }

  /** Nothing is sealed from here on: `seal` answers `session.sa-stopped`. */
  erase(): void {
    this.#key?.erase();
    this.#key = undefined;
    this.#iv.fill(0);
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
    const { stop } = this.#limits;
    if (this.#key === undefined) return SA_STOPPED;
    if (this.#counter >= stop.frames) return LIMIT_FRAMES;
    this.#counter++;
    this.#octets += aad.length + plaintext.length;
    if (this.#octets > stop.octets) return LIMIT_OCTETS;
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
  readonly #expected: Uint8Array;
  readonly #limits: SessionLimits;
  readonly #antiReplay: AntiReplay;
  #key: AeadKey | undefined;
  #frames = 0;
  #octets = 0;
  #failures = 0;

  /** `fixedField` is 4 octets and is copied; `key` passes to this object. */
  constructor(
    spi: number,
    key: AeadKey,
    fixedField: Uint8Array,
    limits = SESSION_LIMITS,
    profile = REPLAY_PROFILE,
  ) {
    this.spi = spi;
    this.#key = key;
    this.#expected = ivOf(fixedField);
    this.#limits = limits;
    this.#antiReplay = createAntiReplay(profile);
  }

  /** Frames opened. */
  get frames(): number {
    return this.#frames;
  }

  /** Octets opened, additional data included. */
  get octets(): number {
    return this.#octets;
  }

  /** Frames whose tag did not verify. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether so many frames failed that it is time for new keys. */
  get due(): boolean {
    return this.#failures >= this.#limits.rekey.failures;
  }

  /** Nothing is opened from here on: `open` answers `session.sa-stopped`. */
  erase(): void {
    this.#key?.erase();
    this.#key = undefined;
    this.#expected.fill(0);
  }

  /**
   * The plaintext, a fresh array; or `session.iv-fixed`, `counter-range`, `replay`, `too-old`,
   * `window`, `frame-auth` or a `limit-` fault, with nothing exposed and no counter accepted. `iv`
   * is 12 octets, `sealed` the ciphertext with its whole tag; both are views, not kept.
   * Source: LS-904, LS-905, LS-1101, §10.
   */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    assert(iv.length === IV_OCTETS, 'SDLS hands over a 12-octet IV');
    const expected = this.#expected;
    if (this.#key === undefined) return SA_STOPPED;
    // Bounded by the fixed field.
    for (let i = 0; i < FIXED_FIELD_OCTETS; i++) if (iv[i] !== expected[i]) return IV_FIXED;
    const counter = counterIn(iv);
    const { stop } = this.#limits;
    if (counter === 0 || counter > stop.frames) return COUNTER_RANGE;
    const stale = this.#antiReplay.check(counter);
    if (stale !== undefined) return stale;
    if (sealed.length < TAG_OCTETS) return FRAME_AUTH;
    if (this.#failures >= stop.failures) return LIMIT_FAILURES;
    const octets = this.#octets + aad.length + sealed.length - TAG_OCTETS;
    if (octets > stop.octets) return LIMIT_OCTETS;
    const plaintext = this.#key.open(iv, aad, sealed);
    if (plaintext instanceof Fault) {
      this.#failures++;
      return FRAME_AUTH;
    }
    this.#frames++;
    this.#octets = octets;
    return this.#antiReplay.accept(counter) ?? plaintext;
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
