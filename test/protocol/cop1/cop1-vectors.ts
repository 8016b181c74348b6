/** The vectors of ccsds-cop1.json; every one of them is run. */
import { readFileSync } from 'node:fs';

/** One entry; which fields it has follows from its kind. */
export interface Vector {
  readonly id: string;
  readonly kind: 'clcw' | 'farm1-sequence' | 'fop1-sequence';
  readonly octets: string;
  readonly fields: Record<string, number>;
  readonly config: {
    readonly sliding_window: number;
    readonly vcid: number;
    readonly transmission_limit: number;
    readonly timeout_type: 0 | 1;
  };
  readonly initial: { readonly state: string; readonly v_r: number; readonly lockout: boolean };
  readonly steps: readonly Step[];
}

/** One event and what must be seen after it. */
export interface Step {
  readonly event: string;
  readonly argument?: number;
  readonly state?: string;
  readonly clcw: string;
  readonly transmission_count?: number;
  readonly sent_queue?: number;
  readonly report_value?: number;
  readonly alert?: boolean;
  readonly suspended?: boolean;
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/ccsds-cop1.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

/** The vectors of a kind, with their ids for `it.each`. */
export function vectorsOf(kind: Vector['kind']): (readonly [string, Vector])[] {
  return vectors.filter((vector) => vector.kind === kind).map((vector) => [vector.id, vector]);
}
