/** Which store a node has: one that outlives it where it has a directory, else one in memory. */
import type { NodeConfig } from '../config.ts';
import type { OpenedStore } from '../ports.ts';
import { MemoryStore } from './memory-store.ts';

/** Opens it; throws ConfigError when the directory or its files cannot be used. */
export async function openStore({
  octetsMax,
  directory,
}: NodeConfig['store']): Promise<OpenedStore> {
  if (directory === undefined) return new MemoryStore(octetsMax);
  // Who keeps bundles in memory need not carry what writes them to disk.
  const { openLmdbStore } = await import('./lmdb-store.ts');
  return openLmdbStore(directory, octetsMax);
}
