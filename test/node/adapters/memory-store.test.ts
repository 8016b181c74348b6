import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { type MemoryDisk, MemoryStore } from '#node/adapters/memory-store.ts';
import { bundleStoreContract, type StoreOnMedium } from '../../contracts/bundle-store.ts';

bundleStoreContract('MemoryStore', (octetsMax) => prompt(octetsMax));
bundleStoreContract('MemoryStore that holds writes back', (octetsMax) => held(octetsMax, 1));

it('answers in the same turn, or when it is told to flush', () => {
  const answers: string[] = [];
  const store = new MemoryStore(10);
  store.completed$.subscribe(({ kind }) => answers.push(kind));
  store.put('a', Uint8Array.of(1), NOTE);
  expect(answers).toEqual(['put']);
  const slow = new MemoryStore(10, 'held');
  slow.completed$.subscribe(({ kind }) => answers.push(kind));
  slow.put('a', Uint8Array.of(1), NOTE);
  expect(answers).toEqual(['put']);
  slow.flush();
  expect(answers).toEqual(['put', 'put']);
});

it('loses, tears or keeps what was not flushed, as the seed says', () => {
  const fates = { lost: 0, torn: 0, kept: 0 };
  const property = fc.property(fc.integer({ min: 0 }), (seed) => {
    const crash = (): MemoryStore => {
      const store = new MemoryStore(1_000, 'held');
      store.put('a', new Uint8Array(10), NOTE);
      return new MemoryStore(1_000, 'held', store.crash(new SeededRandom(seed, 'crash')));
    };
    const { bundles, setAside } = crash().contents();
    const found = [...bundles].length;
    expect(found + setAside).toBeLessThanOrEqual(1);
    expect([...crash().contents().bundles].length).toBe(found);
    fates[found === 1 ? 'kept' : setAside === 1 ? 'torn' : 'lost'] += 1;
  });
  fc.assert(property, { numRuns: 100 });
  expect(Math.min(...Object.values(fates))).toBeGreaterThan(0);
});

function prompt(octetsMax: number, disk?: MemoryDisk): StoreOnMedium {
  const store = new MemoryStore(octetsMax, 'prompt', disk);
  const crash = async () => prompt(octetsMax, store.crash(new SeededRandom(1, 'crash')));
  return { store, crash };
}

/** Flushes by itself a little later, until the crash. */
function held(octetsMax: number, seed: number, disk?: MemoryDisk): StoreOnMedium {
  const store = new MemoryStore(octetsMax, 'held', disk);
  const timer = setInterval(() => store.flush(), 1);
  timer.unref();
  return {
    store,
    crash: async () => {
      clearInterval(timer);
      return held(octetsMax, seed + 1, store.crash(new SeededRandom(seed, 'crash')));
    },
  };
}

const NOTE = { previous: 0, arrivedUnixMs: 0 };
