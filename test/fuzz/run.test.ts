import { expect, it } from 'vitest';
import { toHex } from '#protocol/bytes/octets.ts';
import { runTarget, shares } from './run.ts';
import { decoder, promise, type Target } from './target.ts';

const options = { seed: 7, inputs: 500, inputMsMax: Number.POSITIVE_INFINITY };
const corpus = [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)];

it('gives the same inputs for the same seed, and others for another', () => {
  const [first, again, other] = [7, 7, 8].map((seed) => inputsOf({ ...options, seed }));
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

it('makes inputs that are shorter, longer, changed and as they were', () => {
  const lengths = new Set(inputsOf(options).map((hex) => hex.length / 2));
  expect([...lengths].some((length) => length < 8)).toBe(true);
  expect([...lengths].some((length) => length > 8)).toBe(true);
  expect(inputsOf(options)).toContain('0102030405060708');
});

it('names target, seed and octets of a promise that is broken', () => {
  const bad = decoder('bad', corpus, (octets) => {
    promise(octets[0] !== 9, 'no nine');
    return true;
  });
  let last = '';
  const before = (octets: Uint8Array) => {
    last = toHex(octets);
  };
  expect(() => runTarget(bad, { ...options, inputs: 100_000, before })).toThrow(
    'bad, seed 7, input',
  );
  expect(last.startsWith('09')).toBe(true);
});

it('gives what remembers a streak of inputs, and names them all', () => {
  let instances = 0;
  const start = () => {
    instances++;
    let fed = 0;
    return () => {
      fed++;
      promise(fed < 5 || instances < 3, 'the third instance takes four');
      return true;
    };
  };
  const target: Target = { name: 'forgetful', covers: [], corpus, streak: 6, weight: 1, start };
  expect(() => runTarget(target, options)).toThrow(/inputs( [0-9a-f]*){5}$/);
  expect(instances).toBe(3);
});

it('stops at an input that takes too long', () => {
  const slow = decoder('slow', corpus, () => true);
  expect(() => runTarget(slow, { ...options, inputMsMax: -1 })).toThrow('took');
});

it('shares inputs by weight', () => {
  const targets = [1, 3].map((weight) => decoder('any', corpus, () => true, [], weight));
  expect(shares(targets, 400)).toEqual([100, 300]);
});

function inputsOf(run: typeof options): string[] {
  const seen: string[] = [];
  const feed = (octets: Uint8Array) => {
    seen.push(toHex(octets));
    return true;
  };
  runTarget(decoder('any', corpus, feed), run);
  return seen;
}
