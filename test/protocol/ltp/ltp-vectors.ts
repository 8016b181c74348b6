/** The vectors of ltp.json; every one of them is run. */
import { readFileSync } from 'node:fs';

/** One entry; which fields it has follows from its kind. */
export interface Vector {
  readonly id: string;
  readonly kind: 'sdnv' | 'sdnv-bad' | 'ltp' | 'ltp-size' | 'exchange';
  readonly hex: string;
  readonly value: string;
  readonly expect: string;
  readonly valid: boolean;
  readonly sizes: readonly number[];
  readonly steps: readonly string[];
  readonly decoded: Record<string, unknown> & {
    readonly type: number;
    readonly engine: number;
    readonly session: number;
  };
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/ltp.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

/** The vectors of a kind, with their ids for `it.each`. */
export function vectorsOf(kind: Vector['kind']): (readonly [string, Vector])[] {
  return vectors.filter((vector) => vector.kind === kind).map((vector) => [vector.id, vector]);
}

/** The vector so named. */
export function vector(id: string): Vector {
  return vectors.find((candidate) => candidate.id === id) as Vector;
}
