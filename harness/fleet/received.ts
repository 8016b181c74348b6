/**
 * What a traffic sink has received, a line a bundle, in a file of the node's home. It is written
 * before the sink does anything else, so that it tells, from outside of the node, what reached an
 * application before its process was killed.
 */
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '#node/adapters/make-folders.ts';
import type { SinkRecord } from '#node/services/traffic-sink.ts';

/** Goes on with the record of the node whose home this is; the file ends with the process. */
export function openReceived(home: string): SinkRecord {
  makeFolders(home);
  const file = openSync(join(home, FILE), 'a');
  return (id) => {
    writeSync(file, `${id}\n`);
  };
}

/** How often each bundle has reached each of these sinks, by both; undefined without homes. */
export function receivedAt(homes: readonly string[]): ReadonlyMap<string, number> | undefined {
  if (homes.length === 0) return undefined;
  const counts = new Map<string, number>(); // Bounded by the bundles of the run.
  for (const home of homes) {
    const file = join(home, FILE);
    // A node that never came so far has none.
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [''];
    for (const id of lines.slice(0, -1)) {
      const key = `${home} ${id}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

const FILE = 'received';
