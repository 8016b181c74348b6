/**
 * Bundles made durable in a second, against what LMDB does by itself when it is given as much at
 * once, and what a bundle that waits takes of memory and of the disk.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { open } from 'lmdb';
import { openLmdbStore } from '#node/adapters/lmdb-store.ts';
import type { OpenedStore } from '#node/ports.ts';
import { BundleAgent } from '#protocol/agent/agent.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import type { Figure } from './figures.ts';
import { alternate, median, medianRatio } from './rounds.ts';

/** Rates, their ratios, and memory. */
export async function storeFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-bench-'));
  const raw = open({ path: join(folder, 'raw'), encoding: 'binary', mapSize: 2 ** 30 });
  const store = await openLmdbStore(join(folder, 'store'), 2 ** 30);
  const below = await openLmdbStore(join(folder, 'below'), 2 ** 30);
  const agent = newAgent();
  const [puts, kept, accepted] = await alternate(ROUNDS, [
    () => rate(() => putRaw(raw)),
    () => rate(() => keep(store)),
    () => rate(() => accept(agent, below)),
  ]);
  const { resident, onDisk } = await octetsPerWaiting(join(folder, 'wait'));
  await Promise.all([raw.close(), store.close(), below.close()]);
  rmSync(folder, { recursive: true });
  const percent = (ours: number[]) => 100 * medianRatio(ours, puts!);
  return [
    { what: 'LMDB alone: asynchronous puts of 1 KiB', measured: median(puts!), unit: 'puts/s' },
    { what: 'the store: bundles of 1 KiB, flushed', measured: median(kept!), unit: 'bundles/s' },
    { what: '  of what LMDB does', measured: percent(kept!), unit: '%', goalMin: 50 },
    { what: 'a node: bundles accepted, flushed', measured: median(accepted!), unit: 'bundles/s' },
    { what: '  of what LMDB does', measured: percent(accepted!), unit: '%', goalMin: 50 },
    { what: 'a bundle of 1 KiB that waits: in memory', measured: resident, unit: 'octets' },
    { what: '  on disk', measured: onDisk, unit: 'octets' },
  ];
}

/** What a turn leaves behind is cleared away after it, so that nothing is left to the next. */
async function rate(turn: () => Promise<() => Promise<void>>): Promise<number> {
  const start = process.hrtime.bigint();
  const clearAway = await turn();
  const elapsedNs = Number(process.hrtime.bigint() - start);
  await clearAway();
  return (COUNT * 1e9) / elapsedNs;
}

/** As many at once as there are; LMDB makes transactions of them as it likes. */
async function putRaw(raw: ReturnType<typeof open>): Promise<() => Promise<void>> {
  let last: Promise<boolean> = Promise.resolve(true);
  for (let k = 0; k < COUNT; k++) last = raw.put(k, PAYLOAD.slice());
  await last;
  await raw.flushed;
  return async () => {
    for (let k = 0; k < COUNT; k++) last = raw.remove(k);
    await last;
    await raw.flushed;
  };
}

async function keep(store: OpenedStore): Promise<() => Promise<void>> {
  const ids = Array.from({ length: COUNT }, (_, k) => `ipn:1.1000-820000000000-${k}`);
  const kept = answers(store);
  for (const id of ids) store.put(id, PAYLOAD.slice(), NOTE);
  await kept;
  return () => remove(store, ids);
}

function remove(store: OpenedStore, ids: readonly string[]): Promise<void> {
  const removed = answers(store);
  for (const id of ids) store.delete(id);
  return removed;
}

/** Resolves when the store has answered as often as is asked of it in one turn. */
function answers(store: OpenedStore, hear: (id: string) => void = () => {}): Promise<void> {
  let left = COUNT;
  return new Promise((resolve) => {
    const life = store.completed$.subscribe(({ kind, id }) => {
      if (kind === 'put-failed') throw new Error('the store has room');
      hear(id);
      left -= 1;
      if (left > 0) return;
      life.unsubscribe();
      resolve();
    });
  });
}

/** From the request of an application to `accepted`. */
async function accept(agent: BundleAgent, store: OpenedStore): Promise<() => Promise<void>> {
  const ids: string[] = [];
  const heard = answers(store, (id) => {
    agent.stored(0, id);
    for (let output = agent.poll(); output !== undefined; output = agent.poll()) {
      if (output.kind === 'accepted') ids.push(id);
    }
  });
  for (let k = 0; k < COUNT; k++) originate(agent, store);
  await heard;
  return () => {
    for (const id of ids) agent.cancel(0, id);
    while (agent.poll() !== undefined);
    return remove(store, ids);
  };
}

function originate(agent: BundleAgent, store: OpenedStore): void {
  agent.originate(0, { ...REQUEST, adu: PAYLOAD.slice() });
  for (let output = agent.poll(); output !== undefined; output = agent.poll()) {
    if (output.kind === 'store') store.put(output.id, output.octets, output.note);
  }
}

/** Growth of heap, buffers and file, when nothing but facts and indexes is left in memory. */
async function octetsPerWaiting(
  folder: string,
): Promise<{ readonly resident: number; readonly onDisk: number }> {
  const store = await openLmdbStore(folder, 2 ** 30);
  const agent = newAgent();
  const fileOctets = () => statSync(join(folder, 'data.mdb'), QUIET)?.size ?? 0;
  const [usedBefore, fileBefore] = [await usedAtRest(), fileOctets()];
  const heard = answers(store, (id) => {
    agent.stored(0, id);
    while (agent.poll() !== undefined);
  });
  for (let k = 0; k < COUNT; k++) originate(agent, store);
  await heard;
  const resident = ((await usedAtRest()) - usedBefore) / COUNT;
  const onDisk = (fileOctets() - fileBefore) / COUNT;
  if (agent.ledger().stored !== COUNT) throw new Error('every bundle waits');
  await store.close();
  return { resident, onDisk };
}

/** What LMDB and the platform still hold of what is over goes with the next turns. */
async function usedAtRest(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** It has no contact, so that every bundle waits. */
function newAgent(): BundleAgent {
  return new BundleAgent({
    node: 1,
    epochUnixMs: 1_767_225_600_000,
    plan: { contacts: [], ranges: [] },
    storeOctetsMax: 2 ** 30,
    bundleOctetsMax: 2 ** 20,
  });
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const QUIET = { throwIfNoEntry: false };
const ROUNDS = 7;
const COUNT = 10_000;
const PAYLOAD = new Uint8Array(1_024);
const NOTE = { previous: 0, arrivedUnixMs: 1_767_225_600_000 };
const REQUEST = {
  destination: ipnEid(2, 9),
  sourceService: 1_000,
  lifetimeMs: 600_000,
  trafficClass: 1,
} as const;
