/**
 * npm run fuzz [-- --inputs N --seed S --decoder NAME]
 *
 * Random and mutated inputs into everything that takes octets from outside (A43). A worker does the
 * work; this thread watches it, so that an input that never ends is found too. Ends with 1 and the
 * octets where a promise is broken, an input takes too long or memory grows.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { toHex } from '#protocol/bytes/octets.ts';
import { TARGETS } from './registry.ts';
import { runTarget, shares, type Tally } from './run.ts';

interface Order {
  readonly inputs: number;
  readonly seed: number;
  readonly decoder: string | undefined;
  /** Where the worker writes the input that it is about to feed: target, length, octets. */
  readonly shared: SharedArrayBuffer;
}

interface Report extends Tally {
  readonly name: string;
  readonly tookMs: number;
  readonly grownMiB: number;
}

const INPUTS = 10_000_000;
/** Far above what any input needs, for a machine may be busy with other things. */
const INPUT_MS_MAX = 5_000;
const SILENCE_MS_MAX = 30_000;
const SHARED_OCTETS_MAX = 65_536;
const HEAD_OCTETS = 12;
const MIB = 2 ** 20;
/** Above what a target starts with: between two collections, and when it is done. */
const GROWTH_OCTETS_MAX = 256 * MIB;
const KEPT_OCTETS_MAX = 32 * MIB;

if (isMainThread) supervise();
else work(workerData as Order);

function supervise(): void {
  const order = { ...orderOf(process.argv.slice(2)), shared: sharedMemory() };
  const startedAt = Date.now();
  console.log(`seed ${order.seed}, ${order.inputs.toLocaleString('en')} inputs`);
  const limits = { maxOldGenerationSizeMb: 1_024 };
  const worker = new Worker(new URL(import.meta.url), {
    workerData: order,
    resourceLimits: limits,
  });
  let inputs = 0;
  let seen = -1;
  const watch = setInterval(() => {
    const [at, count] = new Int32Array(order.shared, 0, 2) as unknown as [number, number];
    if (count === seen) {
      fail(`${TARGETS[at]?.name}, seed ${order.seed}, does not end: ${inputIn(order.shared)}`);
    }
    seen = count;
  }, SILENCE_MS_MAX);
  worker.on('message', (report: Report) => {
    inputs += report.inputs;
    console.log(lineOf(report));
  });
  worker.on('error', (error) => fail(`${error.message}\n${String(error.cause ?? '')}`));
  worker.on('exit', (code) => {
    clearInterval(watch);
    if (code !== 0) fail(`the worker ended with ${code}: ${inputIn(order.shared)}`);
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0);
    console.log(`${inputs.toLocaleString('en')} inputs, ${seconds} s, no finding`);
  });
}

function orderOf(args: string[]): Omit<Order, 'shared'> {
  const text = { type: 'string' } as const;
  const options = { inputs: text, seed: text, decoder: text };
  const { inputs, seed, decoder } = parseArgs({ args, options }).values;
  const order = { inputs: Number(inputs ?? INPUTS), seed: Number(seed ?? 1), decoder };
  const known = decoder === undefined || TARGETS.some(({ name }) => name === decoder);
  if (!Number.isSafeInteger(order.inputs) || !Number.isSafeInteger(order.seed) || !known) {
    console.error('usage: npm run fuzz [-- --inputs N --seed S --decoder NAME], where NAME is of');
    for (const { name } of TARGETS) console.error(`  ${name}`);
    process.exit(2);
  }
  return order;
}

function work({ inputs, seed, decoder, shared }: Order): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const head = new Int32Array(shared, 0, 3);
  const octetsShared = new Uint8Array(shared, HEAD_OCTETS);
  const targets = TARGETS.filter(({ name }) => decoder === undefined || name === decoder);
  const counts = shares(targets, inputs);
  for (const [at, target] of targets.entries()) {
    head[0] = TARGETS.indexOf(target);
    collect();
    const startOctets = memoryOctets();
    const startedAt = performance.now();
    const tally = runTarget(target, {
      seed,
      inputs: counts[at] as number,
      inputMsMax: INPUT_MS_MAX,
      before: (octets) => {
        head[1]!++;
        head[2] = octets.length;
        octetsShared.set(octets.subarray(0, SHARED_OCTETS_MAX));
      },
      check: () => {
        if (memoryOctets() - startOctets < GROWTH_OCTETS_MAX) return;
        collect();
        if (memoryOctets() - startOctets < GROWTH_OCTETS_MAX) return;
        throw new Error(`${target.name}, seed ${seed}: memory grows without bound`);
      },
    });
    const tookMs = performance.now() - startedAt;
    collect();
    const kept = memoryOctets() - startOctets;
    if (kept > KEPT_OCTETS_MAX) throw new Error(`${target.name}, seed ${seed}: keeps ${kept}`);
    parentPort?.postMessage({ ...tally, name: target.name, tookMs, grownMiB: kept / MIB });
  }
}

function memoryOctets(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function sharedMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_OCTETS + SHARED_OCTETS_MAX);
}

function inputIn(shared: SharedArrayBuffer): string {
  const length = new Int32Array(shared, 0, 3)[2] as number;
  return toHex(new Uint8Array(shared, HEAD_OCTETS, Math.min(length, SHARED_OCTETS_MAX)).slice());
}

function lineOf({ name, inputs, accepted, tookMs, slowestMs, grownMiB }: Report): string {
  const rate = Math.round((1_000 * inputs) / tookMs).toLocaleString('en');
  const share = ((100 * accepted) / inputs).toFixed(1);
  return [
    name.padEnd(28),
    inputs.toLocaleString('en').padStart(10),
    `${rate.padStart(9)}/s`,
    `${share.padStart(5)} % accepted`,
    `slowest ${slowestMs.toFixed(1)} ms`,
    `kept ${grownMiB.toFixed(1)} MiB`,
  ].join('  ');
}

function fail(what: string): never {
  console.error(what);
  process.exit(1);
}
