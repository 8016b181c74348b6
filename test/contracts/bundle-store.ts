/** What every BundleStore must do, whether it answers in the same turn or later. */
import { describe, expect, it } from 'vitest';
import type { BundleStore, StoreCompletion } from '#node/ports.ts';

/** Runs the suite; `open` gives an empty store that keeps at most `octetsMax` octets. */
export function bundleStoreContract(
  name: string,
  open: (octetsMax: number) => Promise<BundleStore> | BundleStore,
): void {
  describe(`${name} as a bundle store`, () => {
    it('gives back what was put', async () => {
      const { store, answer } = await opened(100);
      expect(await answer(() => store.put('a', Uint8Array.of(1, 2, 3)))).toEqual({
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
      await answer(() => store.put('a', Uint8Array.of(1)));
      await answer(() => store.put('b', Uint8Array.of(2)));
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
      await answer(() => store.put('a', new Uint8Array(6)));
      const refused = { kind: 'put-failed', id: 'b', reason: 'full' };
      expect(await answer(() => store.put('b', new Uint8Array(5)))).toEqual(refused);
      expect(await answer(() => store.get('b'))).toMatchObject({ octets: undefined });
      await answer(() => store.delete('a'));
      expect(await answer(() => store.put('b', new Uint8Array(10)))).toMatchObject({ kind: 'put' });
    });

    it('replaces what has the same id, and counts its octets once', async () => {
      const { store, answer } = await opened(10);
      await answer(() => store.put('a', new Uint8Array(8)));
      expect(await answer(() => store.put('a', new Uint8Array(10).fill(7)))).toMatchObject({
        kind: 'put',
      });
      expect(await answer(() => store.get('a'))).toMatchObject({
        octets: new Uint8Array(10).fill(7),
      });
    });

    it('answers every command exactly once, in order', async () => {
      const { store, answers } = await opened(100);
      store.put('a', Uint8Array.of(1));
      store.get('a');
      store.delete('a');
      store.get('a');
      await expect.poll(() => answers.length).toBe(4);
      expect(answers.map(({ kind }) => kind)).toEqual(['put', 'got', 'deleted', 'got']);
    });
  });

  async function opened(octetsMax: number) {
    const store = await open(octetsMax);
    const answers: StoreCompletion[] = [];
    store.completed$.subscribe((completion) => answers.push(completion));
    const answer = async (command: () => void): Promise<StoreCompletion | undefined> => {
      const before = answers.length;
      command();
      await expect.poll(() => answers.length).toBe(before + 1);
      return answers.at(-1);
    };
    return { store, answers, answer };
  }
}
