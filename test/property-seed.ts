/**
 * The seed of every property test: fixed, so that a commit passes or fails alike wherever it runs.
 * `ORBWEAVER_SEED=random npm test` searches new ground, and a number repeats what a search found.
 */
import fc from 'fast-check';

const DEFAULT_SEED = 20_261_126;

const wish = process.env.ORBWEAVER_SEED ?? `${DEFAULT_SEED}`;
if (wish !== 'random') {
  const seed = Number(wish);
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`ORBWEAVER_SEED is "${wish}": expected an integer, or "random"`);
  }
  fc.configureGlobal({ seed });
}
