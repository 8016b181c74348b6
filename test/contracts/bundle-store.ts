/** What every BundleStore must do, whether it answers in the same turn or later. */
import { describe, expect, it } from 'vitest';
import type { BundleStore, StoreCompletion } from '#node/ports.ts';

/** A store on a medium of its own, and a second look at that medium. */
export interface StoreOnMedium {
  readonly store: BundleStore;
  /** Stops the node in the middle of whatever it does, and opens the medium again. */
  crash(): Promise<StoreOnMedium>;
}

/** Runs the suite; `open` gives an empty store that keeps at most `octetsMax` octets. */
export function bundleStoreContract(
  name: string,
  open: (octetsMax: number) => Promise<StoreOnMedium> | StoreOnMedium,
): void {
  const opened = async (octetsMax: number) => observe(await open(octetsMax));

  describe(`${name} as a bundle store`, () => {
    it('gives back what was put', async () => {
      const { store, answer } = await opened(100);
      expect(await answer(() => store.put('a', Uint8Array.of(1, 2, 3), NOTE))).toEqual({
        kind: 'put',
        id: 'a',
      });
      expect(await answer(() => store.get('a'))).toEqual({
        kind: 'got',
        id: 'a',
        octets: Uint8Array.of(1, 2, 3),
      });
    });

    it('says that it does not have what was never put', async () => {
      const { store, answer } = await opened(100);
      expect(await answer(() => store.get('a'))).toEqual({
        kind: 'got',
        id: 'a',
        octets: undefined,
      });
    });

    it('forgets what is deleted, and nothing else', async () => {
      const { store, answer } = await opened(100);
      await answer(() => store.put('a', Uint8Array.of(1), NOTE));
      await answer(() => store.put('b', Uint8Array.of(2), NOTE));
      expect(await answer(() => store.delete('a'))).toEqual({ kind: 'deleted', id: 'a' });
      expect(await answer(() => store.get('a'))).toMatchObject({ octets: undefined });
      expect(await answer(() => store.get('b'))).toMatchObject({ octets: Uint8Array.of(2) });
    });

    it('answers the deletion of what it does not have', async () => {
      const { store, answer } = await opened(100);
      expect(await answer(() => store.delete('a'))).toEqual({ kind: 'deleted', id: 'a' });
    });

    it('refuses what does not fit, and takes it once there is room', async () => {
      const { store, answer } = await opened(10);
      await answer(() => store.put('a', new Uint8Array(6), NOTE));
      const refused = { kind: 'put-failed', id: 'b', reason: 'full' };
      expect(await answer(() => store.put('b', new Uint8Array(5), NOTE))).toEqual(refused);
      expect(await answer(() => store.get('b'))).toMatchObject({ octets: undefined });
      await answer(() => store.delete('a'));
      expect(await answer(() => store.put('b', new Uint8Array(10), NOTE))).toMatchObject({
        kind: 'put',
      });
    });

    it('replaces what has the same id, and counts its octets once', async () => {
      const { store, answer } = await opened(10);
      await answer(() => store.put('a', new Uint8Array(8), NOTE));
      const second = new Uint8Array(10).fill(7);
      expect(await answer(() => store.put('a', second.slice(), NOTE))).toMatchObject({
        kind: 'put',
      });
      expect(await answer(() => store.get('a'))).toMatchObject({ octets: second });
      expect(await answer(() => store.put('b', new Uint8Array(1), NOTE))).toMatchObject({
        reason: 'full',
      });
    });

    it('answers every command exactly once, those on one id in order', async () => {
      const { store, answers } = await opened(3);
      store.put('a', Uint8Array.of(1), NOTE);
      store.get('a');
      store.put('a', new Uint8Array(4), NOTE);
      store.delete('a');
      store.get('a');
      await expect.poll(() => answers.length).toBe(5);
      expect(answers.map(({ kind }) => kind)).toEqual([
        'put',
        'got',
        'put-failed',
        'deleted',
        'got',
      ]);
      expect(answers[1]).toMatchObject({ octets: Uint8Array.of(1) });
      expect(answers[4]).toMatchObject({ octets: undefined });
    });

    it('takes many bundles at once, and gives each its own answer', async () => {
      const { store, answers } = await opened(100_000);
      const ids = Array.from({ length: 500 }, (_, k) => `b${k}`);
      for (const id of ids) store.put(id, new Uint8Array(100).fill(id.length), NOTE);
      await expect.poll(() => answers.length).toBe(500);
      expect(answers).toEqual(ids.map((id) => ({ kind: 'put', id })));
    });
  });

  describe(`${name} over a crash`, () => {
    it('is empty at first', async () => {
      expect(contentsOf(await opened(100))).toEqual({ bundles: [], seen: [], setAside: 0 });
    });

    it('has every bundle that it confirmed, with its note, in the order of arrival', async () => {
      const first = await opened(10_000);
      for (const k of [3, 1, 2]) {
        const note = { previous: k, arrivedUnixMs: 1_800_000_000_000 + k };
        await first.answer(() => first.store.put(`b${k}`, Uint8Array.of(k), note));
      }
      const { bundles, setAside } = contentsOf(observe(await first.crash()));
      expect(bundles).toEqual(
        [3, 1, 2].map((k) => ({
          id: `b${k}`,
          octets: Uint8Array.of(k),
          note: { previous: k, arrivedUnixMs: 1_800_000_000_000 + k },
        })),
      );
      expect(setAside).toBe(0);
    });

    it('does not have what it confirmed to have deleted, and knows that it was seen', async () => {
      const first = await opened(100);
      const seen = { hops: 4, fromUnixMs: 1_000, untilUnixMs: 9_000 };
      const delivered = { hops: Number.POSITIVE_INFINITY, fromUnixMs: 1_000, untilUnixMs: 5_000 };
      for (const id of ['a', 'b', 'c', 'd']) {
        await first.answer(() => first.store.put(id, Uint8Array.of(1), NOTE));
      }
      await first.answer(() => first.store.delete('a', seen));
      await first.answer(() => first.store.delete('b'));
      await first.answer(() => first.store.delete('c', delivered));
      const contents = contentsOf(observe(await first.crash()));
      expect(contents.bundles.map(({ id }) => id)).toEqual(['d']);
      expect(new Map(contents.seen)).toEqual(
        new Map([
          ['a', seen],
          ['c', delivered],
        ]),
      );
    });

    it('may or may not have what it has not confirmed, but never half of it', async () => {
      for (let round = 0; round < 5; round++) {
        const first = await opened(100_000);
        await first.answer(() => first.store.put('sure', new Uint8Array(9).fill(9), NOTE));
        for (let k = 0; k < 20; k++) {
          first.store.put(`b${k}`, new Uint8Array(100).fill(k), NOTE);
        }
        const confirmed = first.answers.map(({ id }) => id);
        const { bundles } = contentsOf(observe(await first.crash()));
        const ids = bundles.map(({ id }) => id);
        expect(ids).toEqual(expect.arrayContaining(confirmed));
        for (const { id, octets } of bundles) {
          const whole = id === 'sure' ? new Uint8Array(9).fill(9) : filled(id);
          expect(octets).toEqual(whole);
        }
      }
    });

    it('counts what it found against its bound, and works as before', async () => {
      const first = await opened(10);
      await first.answer(() => first.store.put('a', new Uint8Array(6), NOTE));
      const { store, answer } = observe(await first.crash());
      expect(await answer(() => store.put('b', new Uint8Array(5), NOTE))).toMatchObject({
        reason: 'full',
      });
      await answer(() => store.delete('a'));
      expect(await answer(() => store.put('b', new Uint8Array(5), NOTE))).toMatchObject({
        kind: 'put',
      });
    });

    it('remembers none that have expired when later ones go', async () => {
      const first = await opened(100);
      const seen = (fromUnixMs: number) => ({ hops: 1, fromUnixMs, untilUnixMs: fromUnixMs + 10 });
      for (const at of [1_000, 2_000, 3_000, 4_000]) {
        await first.answer(() => first.store.delete(`b${at}`, seen(at)));
      }
      const contents = contentsOf(observe(await first.crash()));
      expect(contents.seen.map(([id]) => id)).toContain('b4000');
      expect(contents.seen.map(([id]) => id)).not.toContain('b1000');
    });
  });
}

/** A store with all it has answered, and a way to wait for the next answer. */
function observe(medium: StoreOnMedium) {
  const { store } = medium;
  const answers: StoreCompletion[] = [];
  store.completed$.subscribe((completion) => answers.push(completion));
  const answer = async (command: () => void): Promise<StoreCompletion | undefined> => {
    const before = answers.length;
    command();
    await expect.poll(() => answers.length, { interval: 1 }).toBe(before + 1);
    return answers.at(-1);
  };
  return { store, answers, answer, crash: () => medium.crash() };
}

function contentsOf({ store }: { store: BundleStore }) {
  const { bundles, seen, setAside } = store.contents();
  return { bundles: [...bundles], seen: [...seen], setAside };
}

/** What was put as `bN`. */
function filled(id: string): Uint8Array {
  return new Uint8Array(100).fill(Number(id.slice(1)));
}

const NOTE = { previous: 7, arrivedUnixMs: 1_800_000_000_000 };
