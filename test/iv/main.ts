/**
 * npm run iv [-- --runs N --seed S]
 *
 * Lives many random lives of two neighbours and checks that no IV ever repeats under one key, in a
 * life or across lives (A24); then runs one session to the full figures of a key (A23). Ends with 1
 * and the seed of the life where an IV repeats.
 */
import { parseArgs } from 'node:util';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { runFullSession } from './full-session.ts';
import { IvLedger } from './iv-ledger.ts';
import { live } from './life.ts';
import { quickCurve } from './quick-curve.ts';
import { liveStatic } from './static-life.ts';

const RUNS = 10_000;
const PROGRESS_MS = 5_000;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { runs: text, seed: text } });
const runs = Number(values.runs ?? RUNS);
const seed = Number(values.seed ?? 1);
if (!Number.isSafeInteger(runs) || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run iv [-- --runs N --seed S]');
  process.exit(2);
}

const ledger = new IvLedger();
const provider = ledger.watch({ ...nativeProvider, curve: quickCurve });
const sums = { kills: 0, restores: 0, clones: 0, contacts: 0, sessions: 0, frames: 0 };
const staticSums = { kills: 0, writes: 0, seals: 0, refusals: 0 };
const startedAt = Date.now();
let toldAt = startedAt;
for (let n = 0; n < runs; n++) {
  try {
    add(sums, live(seed, n, provider));
    add(staticSums, liveStatic(seed, n, provider));
  } catch (error) {
    console.error(`seed ${seed}, life ${n}:`, error);
    process.exit(1);
  }
  if (Date.now() - toldAt > PROGRESS_MS) {
    toldAt = Date.now();
    tell(n + 1);
  }
}
tell(runs);
console.log(`with keys that outlive the node: ${listOf(staticSums)}`);
const full = runFullSession(provider, (sealed) => {
  if (Date.now() - toldAt < PROGRESS_MS) return;
  toldAt = Date.now();
  console.log(`a session of ${sealed.toLocaleString('en')} frames`);
});
console.log(`a session asked for new keys at ${full.askedAt} frames and ended at ${full.sealed}`);
// A link looks at its keys between two turns, of 256 frames each.
const late = full.askedAt - 2 ** 20;
if (late < 0 || late > 256 || full.sealed !== 2 ** 22) process.exit(1);
console.log('no IV repeated');

function add<Name extends string>(
  totals: Record<Name, number>,
  events: Record<Name, number>,
): void {
  for (const name of Object.keys(totals) as Name[]) totals[name] += events[name];
}

function tell(done: number): void {
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0);
  const facts = { seals: ledger.seals, keys: ledger.keys, ...sums };
  console.log(`${done} of ${runs} lives, ${seconds} s: ${listOf(facts)}`);
}

function listOf(facts: object): string {
  const list = Object.entries(facts).map(([name, sum]) => `${sum.toLocaleString('en')} ${name}`);
  return list.join(', ');
}
