/** docs/node.md: it names every key there is, and what it shows is taken. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type NodeConfig, parseNodeConfig } from '#node/config.ts';
import { ConfigError } from '#node/config-error.ts';
import { sampleConfig } from '../simulation/sample-config.ts';

const guide = readFileSync('docs/node.md', 'utf8');

describe('the guide to configurations', () => {
  it('names every key of a configuration, and no other', () => {
    const rows = guide.split('\n').filter((line) => /^\| `/.test(line));
    const named = rows.flatMap((row) => row.split('|')[1]!.match(/[a-zA-Z]+/g) ?? []);
    expect(named.sort()).toEqual(keysExpected().sort());
  });

  it('shows a neighbour of another make that a node takes', () => {
    const [, example] = /```json\n([\s\S]*?)```/.exec(guide)!;
    const config: NodeConfig = parseNodeConfig({ ...sampleConfig(), ...JSON.parse(example!) });
    expect(config.ltp?.neighbours).toMatchObject([{ node: 7, engine: 70 }]);
  });
});

/** The reader tells them to whoever gives one that it does not know. */
function keysExpected(): string[] {
  try {
    parseNodeConfig({ unheard: 1 });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.expected?.match(/[a-zA-Z]+/g)?.filter((word) => !WORDS.has(word)) ?? [];
  }
  throw new Error('a key that is none is refused');
}

const WORDS = new Set(['keys', 'among']);
