/**
 * How to measure on a machine that others use too: entrants take turns, and what counts is the
 * median of the ratios within each round, for whatever slows one entrant down slows its
 * neighbours down as well.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Runs an entrant for a moment; how much it did in a second. */
export type Entrant = () => Promise<number>;

/** The rates of each entrant, one a round, after a round that does not count. */
export async function alternate(rounds: number, entrants: readonly Entrant[]): Promise<number[][]> {
  const rates: number[][] = entrants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, entrant] of entrants.entries()) {
      const rate = await entrant();
      if (round > 0) rates[index]!.push(rate);
    }
  }
  return rates;
}

/** Something that keeps one core busy. */
export interface Labour {
  /** How often `work` does its thing: for some ten milliseconds. */
  readonly count: number;
  /** Comes before each `work`, and costs nothing. */
  prepare?(): void;
  work(): void;
}

/**
 * Repetitions a second of processor time for each entrant, one a round, after a round that does not
 * count. Everyone clears away his own garbage: a turn begins with an empty young generation, and
 * ends when it is empty again.
 */
export function labour(rounds: number, entrants: readonly Labour[]): number[][] {
  const rates: number[][] = entrants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, entrant] of entrants.entries()) {
      entrant.prepare?.();
      clearAway();
      const start = process.cpuUsage();
      entrant.work();
      clearAway();
      const { user, system } = process.cpuUsage(start);
      if (round > 0) rates[index]!.push((entrant.count * 1e6) / (user + system));
    }
  }
  return rates;
}

/** The second collection waits for what the first one leaves to other threads. */
function clearAway(): void {
  collect({ type: 'minor' });
  collect({ type: 'minor' });
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** The median over the rounds of what `ours` is to `theirs`. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((rate, round) => rate / theirs[round]!));
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
