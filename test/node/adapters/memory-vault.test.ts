import { expect, it } from 'vitest';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import type { VaultCompletion, VaultRecords } from '#node/ports.ts';
import { type VaultOnMedium, vaultContract } from '../../contracts/vault.ts';

vaultContract('MemoryVault', async () => onMedium(new Map()));

it('answers in the same turn', () => {
  const { vault, answers } = opened('prompt');
  vault.write('boot', Uint8Array.of(1));
  expect(answers).toEqual([{ kind: 'written', record: 'boot' }]);
});

it('answers a held write when it is flushed, and not before', () => {
  const { vault, answers } = opened('held');
  vault.write('boot', Uint8Array.of(1));
  expect([answers, vault.waiting, vault.records.size]).toEqual([[], 1, 0]);
  vault.flush();
  expect([answers.length, vault.waiting, vault.records.size]).toEqual([1, 0, 1]);
});

it('loses unflushed writes in a power cut, but for those that reached the disk', () => {
  const { vault, answers } = opened('held');
  vault.write('boot', Uint8Array.of(1));
  vault.flush();
  vault.write('boot', Uint8Array.of(2));
  vault.write('statement', Uint8Array.of(3));
  const found = [0, 1, 2].map((reached) => vault.afterPowerCut(reached));
  expect(found.map((records) => records.get('boot'))).toEqual([
    Uint8Array.of(1),
    Uint8Array.of(2),
    Uint8Array.of(2),
  ]);
  expect(found.map((records) => records.size)).toEqual([1, 1, 2]);
  expect(answers).toHaveLength(1);
});

it('can fail, and keeps the old record then', () => {
  const { vault, answers } = opened('held', new Map([['boot', Uint8Array.of(1)]]));
  vault.write('boot', Uint8Array.of(2));
  vault.flush('write-failed');
  expect(answers).toEqual([{ kind: 'write-failed', record: 'boot' }]);
  expect(vault.records.get('boot')).toEqual(Uint8Array.of(1));
});

function onMedium(records: VaultRecords): VaultOnMedium {
  const vault = new MemoryVault(records);
  return { vault, records, reopen: async () => onMedium(vault.afterPowerCut()) };
}

function opened(flushing: 'prompt' | 'held', records?: VaultRecords) {
  const vault = new MemoryVault(records, flushing);
  const answers: VaultCompletion[] = [];
  vault.completed$.subscribe((completion) => answers.push(completion));
  return { vault, answers };
}
