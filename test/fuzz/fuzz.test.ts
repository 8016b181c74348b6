import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOT_FUZZED, TARGETS } from './registry.ts';
import { runTarget, shares } from './run.ts';

const INPUTS = 20_000;
const counts = shares(TARGETS, INPUTS);

describe('noise and mutations', () => {
  it.each(TARGETS.map((target, at) => [target.name, target, counts[at] as number] as const))(
    'A43: %s gives a value or a fault, and keeps its promises',
    (_, target, inputs) => {
      runTarget(target, { seed: 1, inputs, inputMsMax: Number.POSITIVE_INFINITY });
    },
  );

  it.each(TARGETS.map((target) => [target.name, target] as const))(
    'A43: %s starts from inputs of which it accepts some',
    (_, target) => {
      const feed = target.start();
      const accepted = target.corpus.filter((octets) => feed(octets.slice()));
      expect(accepted.length).toBeGreaterThan(0);
    },
  );
});

describe('the list of decoders', () => {
  it('A43: has every function and method of protocol/ that takes octets from outside', () => {
    const covered = new Set(TARGETS.flatMap(({ covers }) => covers));
    const missing = takersOfOctets().filter((name) => !covered.has(name) && !NOT_FUZZED.has(name));
    expect(missing).toEqual([]);
  });

  it('names nothing that is not there', () => {
    const takers = new Set(takersOfOctets());
    const gone = [...TARGETS.flatMap(({ covers }) => covers), ...NOT_FUZZED.keys()].filter(
      (name) => !takers.has(name),
    );
    expect(gone).toEqual([]);
  });
});

/** Exported functions and methods of exported classes whose names say that they take octets. */
function takersOfOctets(): string[] {
  return readdirSync('protocol', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => takersIn(readFileSync(join('protocol', name), 'utf8')));
}

function takersIn(text: string): string[] {
  let owner = '';
  return text.split('\n').flatMap((line) => {
    const name = /^export function (\w+)/.exec(line)?.[1];
    if (name !== undefined && TAKES_OCTETS.test(name)) return [name];
    if (/^\S/.test(line)) owner = /^export class (\w+)/.exec(line)?.[1] ?? '';
    // The methods of a cursor are named after what they read.
    if (/^export class/.test(line) && owner.endsWith('Reader')) return [owner];
    const method = owner.endsWith('Reader')
      ? undefined
      : /^ {2}(?:static )?(\w+)\(/.exec(line)?.[1];
    return owner !== '' && method !== undefined && TAKES.test(method) ? [`${owner}.${method}`] : [];
  });
}

const TAKES_OCTETS = /^(decode|read|parse|open|verify|check|correct)([A-Z0-9]|$)/;
const TAKES = /^((decode|read|parse|open|verify|check|correct|receive)([A-Z0-9]\w*)?|push)$/;
