/** What is fuzzed, and what it promises. */
import { readFileSync } from 'node:fs';
import { equal, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';

/** Takes one input: whether it was accepted. Throws where a promise is broken. */
export type Feed = (octets: Uint8Array) => boolean;

/** A decoder or receiver. */
export interface Target {
  readonly name: string;
  /** The exports that it reaches: `decodeFrame`, `Link.receive`. */
  readonly covers: readonly string[];
  /** Good inputs, from which the others are made. */
  readonly corpus: readonly Uint8Array[];
  /** A fresh instance, or the decoder itself. */
  readonly start: () => Feed;
  /** Inputs that one instance takes one after another; 1 where nothing is remembered. */
  readonly streak: number;
  /** Its share of a run: the cheaper, the larger. */
  readonly weight: number;
}

/** A target without memory. */
export function decoder(
  name: string,
  corpus: readonly Uint8Array[],
  feed: Feed,
  covers: readonly string[] = [name],
  weight = 8,
): Target {
  return { name, covers, corpus, start: () => feed, streak: 1, weight };
}

/** Whether a decoder accepted; its result, if not a fault, is what `check` is called with. */
export function accepted<T>(result: T | Fault | undefined, check?: (value: T) => void): boolean {
  if (result === undefined || result instanceof Fault) return false;
  check?.(result);
  return true;
}

/** `own` as often as not, however many others there are. */
export function favouring(own: readonly Uint8Array[], others: readonly Uint8Array[]): Uint8Array[] {
  const times = Math.max(1, Math.ceil(others.length / own.length));
  return [...others, ...Array.from({ length: times }, () => own).flat()];
}

/** The promise that what was read is written the same. */
export function same(written: Uint8Array, read: Uint8Array): void {
  if (!equal(written, read)) throw new Error(`written as ${toHex(written)}`);
}

/** A promise by name. */
export function promise(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

/** All octet strings of the vector files so named, of at least `octetsMin` octets. */
export function vectorOctets(names: readonly string[], octetsMin = 1): Uint8Array[] {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string' && /^([0-9a-f]{2})+$/i.test(value)) found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  for (const name of names) {
    collect(JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')));
  }
  return [...found].map(fromHex).filter(({ length }) => length >= octetsMin);
}
