/** Feeds a target one input after another and holds it to its promises. */
import { toHex } from '#protocol/bytes/octets.ts';
import { Dice } from './dice.ts';
import { makeInput } from './mutate.ts';
import type { Feed, Target } from './target.ts';

/** What a run of one target came to. */
export interface Tally {
  readonly inputs: number;
  readonly accepted: number;
  readonly slowestMs: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly inputs: number;
  /** An input that takes longer is a failure. */
  readonly inputMsMax: number;
  /** Called before each input, so that someone else can tell which one never ended. */
  readonly before?: (octets: Uint8Array) => void;
  /** Called after every CHECK_EVERY inputs; throws where memory has grown. */
  readonly check?: (done: number) => void;
}

/** Throws with the seed and the octets at the first promise broken. */
export function runTarget(target: Target, options: RunOptions): Tally {
  const { inputs, seed, inputMsMax, before, check } = options;
  const dice = new Dice(`${seed} ${target.name}`);
  let accepted = 0;
  let slowestMs = 0;
  let feed: Feed = target.start();
  /** What the instance has been fed. Bounded by the streak. */
  let fed: Uint8Array[] = [];
  for (let done = 0; done < inputs; done++) {
    if (fed.length === target.streak) {
      fed = [];
      if (target.streak > 1) feed = target.start();
    }
    const octets = makeInput(dice, target.corpus);
    fed.push(octets);
    before?.(octets);
    const startedAt = performance.now();
    try {
      // A copy, for the taker may own and change it.
      if (feed(octets.slice())) accepted++;
    } catch (thrown) {
      throw new Error(describe(target, seed, fed), { cause: thrown });
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > slowestMs) slowestMs = tookMs;
    if (tookMs > inputMsMax) {
      throw new Error(`${describe(target, seed, fed)}: took ${Math.round(tookMs)} ms`);
    }
    if (done % CHECK_EVERY === CHECK_EVERY - 1) check?.(done + 1);
  }
  return { inputs, accepted, slowestMs };
}

/** How many inputs a run of `inputs` in all gives each target, by weight; at least one. */
export function shares(targets: readonly Target[], inputs: number): number[] {
  const whole = targets.reduce((sum, { weight }) => sum + weight, 0);
  return targets.map(({ weight }) => Math.max(1, Math.ceil((inputs * weight) / whole)));
}

function describe({ name }: Target, seed: number, fed: readonly Uint8Array[]): string {
  return `${name}, seed ${seed}, input${fed.length > 1 ? 's' : ''} ${fed.map(toHex).join(' ')}`;
}

const CHECK_EVERY = 4_096;
