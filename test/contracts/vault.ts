/** What every Vault must do, whether it answers in the same turn or later. */
import { describe, expect, it } from 'vitest';
import type { Vault, VaultCompletion, VaultRecords } from '#node/ports.ts';
import { equal } from '#protocol/bytes/octets.ts';

/** A vault on a medium of its own, and a second look at that medium. */
export interface VaultOnMedium {
  readonly vault: Vault;
  readonly records: VaultRecords;
  /** Opens the medium again, as the next start of the node does. */
  reopen(): Promise<VaultOnMedium>;
}

/** Runs the suite; `open` gives an empty vault on a new medium. */
export function vaultContract(name: string, open: () => Promise<VaultOnMedium>): void {
  describe(`${name} as a vault`, () => {
    it('holds nothing at first', async () => {
      expect([...(await open()).records]).toEqual([]);
    });

    it('gives back after a restart what was written', async () => {
      const medium = await open();
      await written(medium.vault, [['boot', Uint8Array.of(1, 2)]]);
      await written(medium.vault, [['empty', new Uint8Array(0)]]);
      const { records } = await medium.reopen();
      expect([...records].sort()).toEqual([
        ['boot', Uint8Array.of(1, 2)],
        ['empty', new Uint8Array(0)],
      ]);
    });

    it('replaces a record, and leaves the others alone', async () => {
      const medium = await open();
      await written(medium.vault, [['boot', Uint8Array.of(1)]]);
      await written(medium.vault, [['statement', Uint8Array.of(7)]]);
      const again = await medium.reopen();
      await written(again.vault, [['boot', Uint8Array.of(2)]]);
      const { records } = await again.reopen();
      expect(records.get('boot')).toEqual(Uint8Array.of(2));
      expect(records.get('statement')).toEqual(Uint8Array.of(7));
    });

    it('answers every write exactly once, in order, and keeps the last', async () => {
      const medium = await open();
      const writes = [1, 2, 3, 4].map((n) => [n % 2 ? 'a' : 'b', Uint8Array.of(n)] as const);
      expect(await written(medium.vault, writes)).toEqual(
        writes.map(([record]) => ({ kind: 'written', record })),
      );
      const { records } = await medium.reopen();
      expect([records.get('a'), records.get('b')]).toEqual([Uint8Array.of(3), Uint8Array.of(4)]);
    });

    it('keeps what it was given, whatever the giver does with the octets afterwards', async () => {
      const medium = await open();
      const octets = Uint8Array.of(1, 2, 3);
      const done = written(medium.vault, [['boot', octets]]);
      octets.fill(9);
      await done;
      expect((await medium.reopen()).records.get('boot')).toEqual(Uint8Array.of(1, 2, 3));
    });

    it('takes as much as the records of a large constellation need', async () => {
      const medium = await open();
      const octets = new Uint8Array(512 * 1024).map((_, i) => i);
      await written(medium.vault, [['peer-boots', octets]]);
      const { records } = await medium.reopen();
      expect(equal(records.get('peer-boots') as Uint8Array, octets)).toBe(true);
    });
  });
}

/** Writes all at once; the answers, once there is one for each. */
async function written(
  vault: Vault,
  writes: readonly (readonly [string, Uint8Array])[],
): Promise<VaultCompletion[]> {
  const answers: VaultCompletion[] = [];
  const life = vault.completed$.subscribe((completion) => answers.push(completion));
  for (const [record, octets] of writes) vault.write(record, octets);
  await expect.poll(() => answers.length).toBe(writes.length);
  life.unsubscribe();
  return answers;
}
