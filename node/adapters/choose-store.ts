/** Which store a node has: one that outlives it where it has a directory, else one in memory. */
import type { NodeConfig } from '../config.ts';
import type { OpenedStore } from '../ports.ts';
import { openLmdbStore } from './lmdb-store.ts';
import { MemoryStore } from './memory-store.ts';

/** Opens it; throws ConfigError when the directory or its files cannot be used. */
export function openStore({ octetsMax, directory }: NodeConfig['store']): Promise<OpenedStore> {
  if (directory !== undefined) return openLmdbStore(directory, octetsMax);
  return Promise.resolve(new MemoryStore(octetsMax));
}
