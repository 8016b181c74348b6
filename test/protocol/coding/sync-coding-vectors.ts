/** The vectors of ccsds-sync-coding.json, and those of them that no test here runs. */
import { readFileSync } from 'node:fs';

/** One entry; which fields it has follows from its kind. */
export interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly expect: string;
  readonly octets: string;
  readonly data: string;
  readonly parity: string;
  readonly frame: string;
  readonly cadu: string;
  readonly conventional: string;
  readonly dual: string;
  readonly same_as?: string;
  readonly change?: { readonly offset: number; readonly value: string };
  readonly config: {
    readonly code: string;
    readonly interleave: 1 | 5;
    readonly virtual_fill: number;
    readonly randomizer: string;
  };
}

/** All of the file. */
export const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/ccsds-sync-coding.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

/** By id, the reason why a vector is not run. */
export const LEFT: Record<string, string> = {
  'asm-64': 'a marker of turbo and LDPC codes, which are not built',
  'asm-turbo-1-3': 'turbo codes are not built',
  'asm-turbo-1-4': 'turbo codes are not built',
  'asm-turbo-1-6': 'turbo codes are not built',
  'asm-embedded': 'one datagram is one block: nothing is embedded',
  'tc-start': 'the telecommand link transmission unit is not built',
  'tc-tail': 'the telecommand link transmission unit is not built',
  'pn-tc255': 'the randomizer of the telecommand link transmission unit, which is not built',
};

/** The vectors of a kind that are run. */
export function vectorsOf(kind: string): Vector[] {
  return vectors.filter((vector) => vector.kind === kind && !(vector.id in LEFT));
}

/** The vector of that id, which is there. */
export function vectorNamed(id: string): Vector {
  return vectors.find((vector) => vector.id === id)!;
}
