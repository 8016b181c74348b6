/**
 * The keys of a statically provisioned association, one for each direction. Each owns its numbers:
 * they only rise, and nobody sets them back.
 *
 *   IV = fixed octets (not sent) ‖ counter (sent), big-endian; or the sequence number counts
 *
 * They are a `FrameSealer` and a `FrameOpener` (protocol/frame/sdls.ts).
 * Source: CCSDS 355.0-B-2 §4.2.3.4, 4.2.4.3 to 4.2.4.5; LS-1801 to LS-1803.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { ForwardWindow } from './forward-window.ts';
import type { ReceiveMark, SendCounter } from './kept-numbers.ts';
import type { Protection } from './protection.ts';

/** How the fields of the security header are filled; the shape of `AssociationParameters`. */
export interface StaticFields {
  /** Octets of the IV that are sent, the low ones of the algorithm's. */
  readonly ivOctets: number;
  /** 0 where the IV serves as sequence number. */
  readonly sequenceNumberOctets: number;
  readonly padLengthOctets: number;
  readonly macOctets: number;
  /** One octet for each of prefix and security header; undefined: all ones but for the IV. */
  readonly mask: Uint8Array | undefined;
}

/** Octets of the field that counts: the sequence number, or the IV where that serves as one. */
export function numberOctets(fields: StaticFields): number {
  return fields.sequenceNumberOctets > 0 ? fields.sequenceNumberOctets : fields.ivOctets;
}

/** Seals the frames of one direction. */
export class StaticSendKey {
  readonly spi: number;
  readonly association: StaticFields;
  readonly #protection: Protection;
  readonly #counter: SendCounter;
  readonly #iv: Uint8Array;
  /** The low octets of the IV, as sent: the same memory. */
  readonly #sentIv: Uint8Array;

  /** The counter is as wide as `numberOctets`. `fixedIv` are the octets that are not sent. */
  constructor(
    spi: number,
    protection: Protection,
    fields: StaticFields,
    counter: SendCounter,
    fixedIv?: Uint8Array,
  ) {
    const { ivOctets, macOctets } = fields;
    assert(protection.macOctets === macOctets, 'the suite has this MAC');
    assert(
      protection.ivOctets === 0 || (ivOctets > 0 && ivOctets >= numberOctets(fields)),
      'every number gives an IV of its own',
    );
    this.spi = spi;
    this.#protection = protection;
    this.association = fields;
    this.#counter = counter;
    this.#iv = ivOf(protection, fields, fixedIv);
    this.#sentIv = this.#iv.subarray(this.#iv.length - fields.ivOctets);
  }

  /**
   * Adds one to the number, then seals with it: IV at `out[ivAt]`, sequence number behind it, data
   * and MAC from `out[sealedAt]`. `session.number-unreserved` and `number-spent` leave all as it
   * was. `aad` gets the fields that are authenticated; `plaintext` is a view.
   */
  seal(
    aad: Uint8Array,
    plaintext: Uint8Array,
    out: Uint8Array,
    ivAt: number,
    sealedAt: number,
  ): Fault | undefined {
    const number = this.#counter.next();
    if (number instanceof Fault) return number;
    const { ivOctets, sequenceNumberOctets, mask } = this.association;
    const sent = this.#sentIv;
    const carried = Math.min(ivOctets, number.length);
    sent.set(number.subarray(number.length - carried), ivOctets - carried);
    out.set(sent, ivAt);
    const sequenceAt = ivAt + ivOctets;
    if (sequenceNumberOctets > 0) out.set(number, sequenceAt);
    const end = sequenceAt + sequenceNumberOctets;
    // Bounded by the security header.
    for (let i = ivAt; i < end; i++) {
      aad[i] = out[i]! & (mask === undefined ? (i < sequenceAt ? 0 : 0xff) : mask[i]!);
    }
    this.#protection.seal(this.#iv, aad, plaintext, out, sealedAt);
    return undefined;
  }

  /** The last number used, fresh. */
  get number(): Uint8Array {
    return this.#counter.last;
  }

  /** Whether a mark allows the next frame. */
  get ready(): boolean {
    return this.#counter.ready;
  }

  /** Passes over the numbers up to this one (a view). */
  skipTo(number: Uint8Array): void {
    this.#counter.skipTo(number);
  }

  /** The association is over: the key is not used after that. */
  erase(): void {
    this.#protection.erase();
  }
}

/** Opens the frames of one direction: MAC, number, forward window, in the order of the book. */
export class StaticReceiveKey {
  readonly spi: number;
  readonly association: StaticFields;
  readonly #protection: Protection;
  readonly #mark: ReceiveMark;
  readonly #window: ForwardWindow;
  /** Beside a sequence number the IV must rise as well, or one IV could serve two frames. */
  readonly #ivWindow: ForwardWindow | undefined;
  readonly #iv: Uint8Array;

  /** `mark` holds the managed number, as wide as `numberOctets`. */
  constructor(
    spi: number,
    protection: Protection,
    fields: StaticFields,
    mark: ReceiveMark,
    windowWidth: number,
    fixedIv?: Uint8Array,
    managedIv?: Uint8Array,
  ) {
    assert(protection.macOctets === fields.macOctets, 'the suite has this MAC');
    this.spi = spi;
    this.#protection = protection;
    this.association = fields;
    this.#mark = mark;
    this.#window = new ForwardWindow(mark.seen, windowWidth);
    const { ivOctets, sequenceNumberOctets } = fields;
    this.#ivWindow =
      sequenceNumberOctets > 0 && ivOctets > 0
        ? new ForwardWindow(managedIv ?? new Uint8Array(ivOctets), Number.MAX_SAFE_INTEGER)
        : undefined;
    this.#iv = ivOf(protection, fields, fixedIv);
  }

  /**
   * The clear data, a fresh array; or `session.frame-auth`, `replay`, `window` or
   * `number-unreserved`, with nothing exposed and no number moved. `numbers` are IV and sequence
   * number as sent; all are views, not kept. Under encryption alone they are judged as well, though
   * anybody can write them.
   */
  open(numbers: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    const { ivOctets, sequenceNumberOctets } = this.association;
    const sentIv = numbers.subarray(0, ivOctets);
    this.#iv.set(sentIv, this.#iv.length - ivOctets);
    const data = this.#protection.open(this.#iv, aad, sealed);
    if (data instanceof Fault || numbers.length === 0 || !this.#protection.counts) return data;
    const number = sequenceNumberOctets > 0 ? numbers.subarray(ivOctets) : sentIv;
    const fault =
      this.#window.check(number) ?? this.#ivWindow?.check(sentIv) ?? this.#mark.accept(number);
    if (fault !== undefined) return fault;
    this.#window.accept(number);
    this.#ivWindow?.accept(sentIv);
    return data;
  }

  /** The last number accepted, fresh. */
  get number(): Uint8Array {
    return this.#window.managed;
  }

  /** Frames up to this number (a view) count as accepted. */
  skipTo(number: Uint8Array): void {
    this.#window.accept(number);
    this.#mark.move(number);
  }

  /** How far ahead the next number may be. */
  set windowWidth(width: number) {
    this.#window.width = width;
  }

  /** The association is over: the key is not used after that. */
  erase(): void {
    this.#protection.erase();
  }
}

function ivOf(
  protection: Protection,
  fields: StaticFields,
  fixedIv: Uint8Array | undefined,
): Uint8Array {
  const iv = new Uint8Array(Math.max(protection.ivOctets, fields.ivOctets));
  if (fixedIv !== undefined) iv.set(fixedIv.subarray(0, iv.length - fields.ivOctets));
  return iv;
}
