/**
 * What a peer or the channel did wrong, as a value. Decoders and machines return a Fault; it is
 * counted and reported, never thrown. Every Fault is made once, at module load, and frozen, so a
 * flood of bad octets allocates nothing.
 */

/** The room of the protocol that refused the input. */
export type Layer =
  | 'cbor'
  | 'crypto'
  | 'eid'
  | 'bundle'
  | 'bpsec'
  | 'agent'
  | 'ltp'
  | 'packet'
  | 'frame'
  | 'sdls'
  | 'coding'
  | 'cop1'
  | 'session'
  | 'procedures'
  | 'link'
  | 'channel';

/** One way to be wrong: equal by identity, named `layer.code` in reports. */
export class Fault {
  readonly layer: Layer;
  /** Kebab-case, unique within the layer. */
  readonly code: string;
  /** The standard and section that the input broke, such as `RFC 9171 4.3.1`. */
  readonly clause: string;
  /** `layer.code`, the key under which reports count it. */
  readonly key: string;

  constructor(layer: Layer, code: string, clause: string) {
    this.layer = layer;
    this.code = code;
    this.clause = clause;
    this.key = `${layer}.${code}`;
    Object.freeze(this);
  }
}

/** Counts faults by key. Bounded by the number of Fault constants in the program. */
export class FaultCounter {
  readonly #counts = new Map<string, number>();

  /** Adds one (or `count`) to the fault's tally. */
  add(fault: Fault, count = 1): void {
    this.#counts.set(fault.key, (this.#counts.get(fault.key) ?? 0) + count);
  }

  /** A fresh object from fault key to count, in order of first occurrence. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
