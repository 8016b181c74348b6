import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isSoundLmdbFile } from '#node/adapters/lmdb-file.ts';
import { openLmdbStore } from '#node/adapters/lmdb-store.ts';
import { ConfigError } from '#node/config-error.ts';
import type { OpenedStore, StoreCompletion } from '#node/ports.ts';
import { bundleStoreContract, type StoreOnMedium } from '../../contracts/bundle-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbweaver-store-'));
const opened: OpenedStore[] = [];
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

bundleStoreContract('LmdbStore', (octetsMax) => onMedium(newDirectory(), octetsMax));

describe('a damaged store', () => {
  it('sets aside the record that is damaged, and gives back all others', async () => {
    const directory = await filled(['a', 'b', 'c']);
    alterFile(directory, (octets) => damage(octets, 'b'));
    const { store, setAside } = await reopened(directory);
    expect(setAside).toBe(1);
    expect(idsIn(store)).toEqual(['a', 'c']);
    await store.close();
    expect((await reopened(directory)).setAside).toBe(0);
  });

  it('says that a record which was damaged while it ran is not there', async () => {
    const directory = await filled(['a', 'b']);
    const { store } = await reopened(directory);
    alterFile(directory, (octets) => damage(octets, 'a'));
    const answers: StoreCompletion[] = [];
    store.completed$.subscribe((completion) => answers.push(completion));
    store.get('a');
    store.get('b');
    expect(answers).toMatchObject([{ octets: undefined }, { octets: letters('b') }]);
  });

  it.each([
    ['is something else', (octets: Buffer) => void octets.fill(0x5a)],
    ['is full of zeros', (octets: Buffer) => void octets.fill(0)],
    ['has no pages but its heads', (octets: Buffer) => void octets.fill(0xff, 8_192)],
    ['has lost one of its heads', (octets: Buffer) => void octets.fill(0, 0, 4_096)],
  ])('starts empty when the whole file %s, and keeps that for people', async (_, alter) => {
    const directory = await filled(['a', 'b', 'c']);
    alterFile(directory, alter);
    const { store, setAside } = await reopened(directory);
    expect(setAside).toBe(1);
    expect(idsIn(store)).toEqual([]);
    expect(readFileSync(join(directory, 'data.mdb.aside')).length).toBeGreaterThan(8_192);
    await put(store, 'd');
    expect(idsIn(store)).toEqual(['d']);
  });

  it('does not end the process when the file is cut short anywhere', async () => {
    const directory = await filled(['a', 'b', 'c']);
    const { length } = readFileSync(join(directory, 'data.mdb'));
    for (let size = 0; size < length; size += 4_096) {
      const copy = newDirectory();
      copyFileSync(join(directory, 'data.mdb'), join(copy, 'data.mdb'));
      truncateSync(join(copy, 'data.mdb'), size);
      const { store } = await reopened(copy);
      expect(idsIn(store).length).toBeLessThanOrEqual(3);
      await put(store, 'd');
      expect(idsIn(store)).toContain('d');
    }
  });
});

it('finds a file sound whatever has come and gone in it, short or long', async () => {
  const directory = newDirectory();
  const { store } = await reopened(directory, 100_000_000);
  for (let round = 0; round < 20; round++) {
    const ids = Array.from({ length: 60 }, (_, k) => `b${round}-${k}`);
    await Promise.all(ids.map((id, k) => put(store, id, k % 5 === 0 ? 50_000 : 300)));
    const seen = { hops: 1, fromUnixMs: round, untilUnixMs: 1_000_000 };
    for (const id of ids.slice(round)) store.delete(id, seen);
    await put(store, `last${round}`);
    expect(isSoundLmdbFile(join(directory, 'data.mdb'))).toBe(true);
  }
});

it('writes many bundles with one flush', async () => {
  const directory = newDirectory();
  const { store } = await reopened(directory);
  await put(store, 'first');
  const before = transactionsOf(directory);
  const ids = Array.from({ length: 300 }, (_, k) => `b${k}`);
  await Promise.all(ids.map((id) => put(store, id)));
  expect(transactionsOf(directory) - before).toBeLessThanOrEqual(3);
});

it('removes what nobody waits for along with what comes next, and a delivery at once', async () => {
  const directory = newDirectory();
  const { store } = await reopened(directory);
  for (const id of ['a', 'b', 'c']) await put(store, id);
  const before = transactionsOf(directory);
  const answers: string[] = [];
  store.completed$.subscribe(({ id }) => answers.push(id));
  const seen = { hops: 1, fromUnixMs: 0, untilUnixMs: 9 };
  store.delete('a', seen);
  // Sooner than a removal by itself would begin.
  await new Promise((resolve) => setImmediate(resolve));
  store.delete('b', { ...seen, hops: Number.POSITIVE_INFINITY });
  await expect.poll(() => answers).toEqual(['a', 'b']);
  expect(transactionsOf(directory) - before).toBe(1);
  store.delete('c', seen);
  await store.close();
  expect(answers).toEqual(['a', 'b', 'c']);
  expect(idsIn((await reopened(directory)).store)).toEqual([]);
});

it('does not write what comes and goes within one transaction', async () => {
  const directory = newDirectory();
  const { store } = await reopened(directory, 10_000_000);
  await put(store, 'first');
  const octetsBefore = statSync(join(directory, 'data.mdb')).size;
  const answers: string[] = [];
  store.completed$.subscribe(({ kind, id }) => answers.push(`${kind} ${id}`));
  const seen = { hops: 1, fromUnixMs: 0, untilUnixMs: 9 };
  store.put('second', new Uint8Array(5_000_000), { previous: 0, arrivedUnixMs: 0 });
  store.delete('second', seen);
  store.get('second');
  store.put('third', letters('t'), { previous: 0, arrivedUnixMs: 0 });
  store.get('third');
  store.delete('third', seen);
  await expect.poll(() => answers.length).toBe(6);
  const second = ['put second', 'deleted second', 'got second'];
  expect(answers).toEqual([...second, 'put third', 'got third', 'deleted third']);
  expect(statSync(join(directory, 'data.mdb')).size - octetsBefore).toBeLessThan(1_000_000);
  await store.close();
  const contents = (await reopened(directory)).store.contents();
  expect([...contents.bundles].map(({ id }) => id)).toEqual(['first']);
  expect(new Map(contents.seen)).toEqual(
    new Map([
      ['second', seen],
      ['third', seen],
    ]),
  );
});

it('can be filled and drained again and again, in a file that stays as large', async () => {
  const directory = newDirectory();
  const { store } = await reopened(directory, 1_000_000);
  const sizes: number[] = [];
  for (let round = 0; round < 4; round++) {
    const answers: StoreCompletion[] = [];
    const life = store.completed$.subscribe((completion) => answers.push(completion));
    for (let k = 0; k < 1_100; k++) {
      store.put(`b${k}`, letters('b'), { previous: 0, arrivedUnixMs: 0 });
    }
    await expect.poll(() => answers.length).toBe(1_100);
    expect(answers.filter(({ kind }) => kind === 'put').length).toBe(1_000);
    const refused = answers.filter((answer) => answer.kind === 'put-failed');
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['full']));
    for (let k = 0; k < 1_000; k++) store.delete(`b${k}`);
    await expect.poll(() => answers.length).toBe(2_100);
    life.unsubscribe();
    expect(idsIn(store)).toEqual([]);
    sizes.push(statSync(join(directory, 'data.mdb')).size);
  }
  expect(sizes[3]).toBeLessThanOrEqual(2 * sizes[0]!);
});

it.skipIf(process.platform === 'win32')('is read by its own user only', async () => {
  const directory = newDirectory();
  await put((await reopened(directory)).store, 'a');
  expect(statSync(join(directory, 'data.mdb')).mode & 0o777).toBe(0o600);
});

it('is refused with a remedy where there can be no store', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(openLmdbStore(file, 1_000)).rejects.toThrow(ConfigError);
});

/** A store that was filled with bundles named by a letter, and closed. */
async function filled(ids: readonly string[]): Promise<string> {
  const directory = newDirectory();
  const { store } = await reopened(directory);
  for (const id of ids) await put(store, id);
  await store.close();
  return directory;
}

async function put(store: OpenedStore, id: string, size = 1_000): Promise<void> {
  const done = new Promise<void>((resolve) => {
    const life = store.completed$.subscribe((completion) => {
      if (completion.id !== id) return;
      expect(completion.kind).toBe('put');
      life.unsubscribe();
      resolve();
    });
  });
  store.put(id, letters(id, size), { previous: 0, arrivedUnixMs: 0 });
  await done;
}

async function reopened(directory: string, octetsMax = 1_000_000) {
  const store = await openLmdbStore(directory, octetsMax);
  opened.push(store);
  return { store, setAside: store.contents().setAside };
}

/** The disk as it is at the moment of the crash; nothing is in the middle of being written. */
async function onMedium(directory: string, octetsMax: number): Promise<StoreOnMedium> {
  const { store } = await reopened(directory, octetsMax);
  return {
    store,
    crash: async () => {
      const copy = newDirectory();
      copyFileSync(join(directory, 'data.mdb'), join(copy, 'data.mdb'));
      return onMedium(copy, octetsMax);
    },
  };
}

function idsIn(store: OpenedStore): string[] {
  return [...store.contents().bundles].map(({ id }) => id);
}

function letters(id: string, size = 1_000): Uint8Array {
  return new Uint8Array(size).fill(id.charCodeAt(0));
}

function alterFile(directory: string, alter: (octets: Buffer) => void): void {
  const file = join(directory, 'data.mdb');
  const octets = readFileSync(file);
  alter(octets);
  writeFileSync(file, octets, { flag: 'r+' });
}

/** Every copy of it, for LMDB leaves older ones in pages that are free. */
function damage(octets: Buffer, id: string): void {
  const wanted = Buffer.from(letters(id));
  for (let at = octets.indexOf(wanted); at >= 0; at = octets.indexOf(wanted)) octets[at] = 0;
}

/** By the heads of the data file. */
function transactionsOf(directory: string): number {
  const octets = readFileSync(join(directory, 'data.mdb'));
  return Number(
    [152, 4_096 + 152].map((at) => octets.readBigUInt64LE(at)).reduce((a, b) => (a > b ? a : b)),
  );
}

function newDirectory(): string {
  return mkdtempSync(join(folder, 'node.store-'));
}
