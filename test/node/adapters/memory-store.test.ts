import { expect, it } from 'vitest';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { bundleStoreContract } from '../../contracts/bundle-store.ts';

bundleStoreContract('MemoryStore', (octetsMax) => new MemoryStore(octetsMax));

it('answers in the same turn', () => {
  const store = new MemoryStore(10);
  const answers: string[] = [];
  store.completed$.subscribe(({ kind }) => answers.push(kind));
  store.put('a', Uint8Array.of(1));
  expect(answers).toEqual(['put']);
});
