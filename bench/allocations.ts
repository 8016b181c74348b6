/**
 * What a frame costs in memory, measured in a process of its own, with the flags that
 * `allocation-figures.ts` gives it. The young generation has room for all that is allocated
 * meanwhile, so nothing is collected, and what is allocated is what memory grows by. Objects are
 * counted in a second pass by the sampling heap profiler, which at an interval of one octet sees
 * every allocation; objects that the compiler allocates together count as one.
 */
import { Session } from 'node:inspector/promises';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { assert } from '#protocol/assert.ts';
import { AAD_OCTETS, FramePair } from './frame-pair.ts';
import { RAW_AEAD, setCounter } from './raw-aead.ts';

/** What doing something once allocates. */
export interface Allocation {
  readonly what: string;
  /** On the heap of JavaScript. */
  readonly heapOctets: number;
  /** In array buffers outside it. */
  readonly bufferOctets: number;
  readonly objects: number;
}

/** Octets of data field in each frame. */
const TFDF_OCTETS = 1_024;
const WARM_UP = 20_000;
const REPETITIONS = 2_000;
const SETTLE_MS = 50;
const EVERY_ALLOCATION = {
  samplingInterval: 1,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
};

const key = new Uint8Array(32).fill(7);
const raw = RAW_AEAD.native(key);
const pair = new FramePair(nativeProvider, key, TFDF_OCTETS);
const iv = new Uint8Array(12);
const aad = new Uint8Array(AAD_OCTETS);
const plaintext = new Uint8Array(TFDF_OCTETS);
let counter = 0;
/** Frames that wait to be opened, in order, for none opens twice. */
let frames: Uint8Array[] = [];
let opened = 0;
const prepareFrames = (count: number): void => {
  frames = Array.from({ length: count }, () => pair.seal());
  opened = 0;
};

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });

const allocations: Allocation[] = [
  await measure('raw seal', () => {
    setCounter(iv, ++counter);
    raw.seal(iv, aad, plaintext);
  }),
  await measure('sealed frame', () => {
    pair.seal();
  }),
  await measure('opened frame', () => pair.open(frames[opened++]!), prepareFrames),
];
process.send?.(allocations, () => process.exit(0));

async function measure(
  what: string,
  once: () => void,
  prepare: (count: number) => void = () => {},
): Promise<Allocation> {
  const repeat = (count: number): void => {
    for (let index = 0; index < count; index++) once();
  };
  prepare(WARM_UP);
  repeat(WARM_UP);
  prepare(REPETITIONS);
  await settle();
  const before = process.memoryUsage();
  repeat(REPETITIONS);
  const after = process.memoryUsage();
  const seen = collections;
  await pause(SETTLE_MS);
  assert(collections === seen, 'nothing is collected between the two readings');
  prepare(REPETITIONS);
  return {
    what,
    heapOctets: (after.heapUsed - before.heapUsed) / REPETITIONS,
    bufferOctets: (after.arrayBuffers - before.arrayBuffers) / REPETITIONS,
    objects: (await countObjects(() => repeat(REPETITIONS))) / REPETITIONS,
  };
}

/** An empty young generation, and observers that have been told of it. */
async function settle(): Promise<void> {
  assert(globalThis.gc !== undefined, 'this process may ask for a collection');
  // The second collection waits for what the first one leaves to other threads.
  globalThis.gc();
  globalThis.gc();
  await pause(SETTLE_MS);
}

async function countObjects(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', EVERY_ALLOCATION);
  work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  // The protocol has the samples; its types do not.
  return (profile as unknown as { samples: readonly unknown[] }).samples.length;
}
