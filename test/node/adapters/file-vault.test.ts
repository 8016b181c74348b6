import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileVault } from '#node/adapters/file-vault.ts';
import { ConfigError } from '#node/config-error.ts';
import type { Vault } from '#node/ports.ts';
import { type VaultOnMedium, vaultContract } from '../../contracts/vault.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'orbweaver-vault-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

vaultContract('FileVault', () => onMedium(freshDirectory()));

describe('a vault of files', () => {
  it.each([
    ['cut short', (file: Uint8Array) => file.subarray(0, file.length - 1)],
    ['empty', () => new Uint8Array(0)],
    ['with a bit flipped', (file: Uint8Array) => file.map((octet, i) => octet ^ (i === 9 ? 1 : 0))],
    ['of another program', () => new TextEncoder().encode('{"boot": 7, "spi": 300}')],
  ])('sets a record aside that is %s, and says so until it is written anew', async (_, spoil) => {
    const directory = await holding({ boot: Uint8Array.of(1, 2, 3), statement: Uint8Array.of(4) });
    const path = join(directory, 'boot.record');
    writeFileSync(path, spoil(readFileSync(path)));
    for (let start = 0; start < 2; start++) {
      const { records, setAside } = await openFileVault(directory);
      expect([[...records.keys()], setAside]).toEqual([['statement'], ['boot']]);
    }
    const { vault } = await openFileVault(directory);
    await write(vault, 'boot', Uint8Array.of(5));
    const { records, setAside } = await openFileVault(directory);
    expect([records.get('boot'), setAside]).toEqual([Uint8Array.of(5), []]);
  });

  it('forgets a write that never came to its end', async () => {
    const directory = await holding({ boot: Uint8Array.of(1) });
    writeFileSync(join(directory, 'boot.new'), 'OWV1 half a rec');
    const { records, setAside } = await openFileVault(directory);
    expect([records.get('boot'), setAside]).toEqual([Uint8Array.of(1), []]);
    expect(readdirSync(directory)).toEqual(['boot.record']);
  });

  it('leaves files alone that are none of its own', async () => {
    const directory = await holding({ boot: Uint8Array.of(1) });
    writeFileSync(join(directory, 'README'), 'mine');
    const { records, setAside } = await openFileVault(directory);
    expect([[...records.keys()], setAside]).toEqual([['boot'], []]);
    expect(readdirSync(directory)).toContain('README');
  });

  it('answers that a write failed, and goes on', async () => {
    const directory = await holding({ boot: Uint8Array.of(1) });
    const { vault } = await openFileVault(directory);
    mkdirSync(join(directory, 'boot.new'));
    expect(await write(vault, 'boot', Uint8Array.of(2))).toBe('write-failed');
    rmSync(join(directory, 'boot.new'), { recursive: true });
    expect((await openFileVault(directory)).records.get('boot')).toEqual(Uint8Array.of(1));
    expect(await write(vault, 'boot', Uint8Array.of(3))).toBe('written');
  });

  it('is refused where there can be no directory', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const refusal = openFileVault(join(file, 'vault'));
    await expect(refusal).rejects.toThrow(ConfigError);
    await expect(refusal).rejects.toThrow('cannot be opened (ENOTDIR)');
  });

  it.skipIf(process.platform !== 'linux')('is refused at once under /proc', async () => {
    await expect(openFileVault('/proc/a/vault')).rejects.toThrow('cannot be opened (ENOENT)');
  });
});

async function onMedium(directory: string): Promise<VaultOnMedium> {
  const { vault, records } = await openFileVault(directory);
  return { vault, records, reopen: () => onMedium(directory) };
}

async function holding(records: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const directory = freshDirectory();
  const { vault } = await openFileVault(directory);
  for (const [record, octets] of Object.entries(records)) await write(vault, record, octets);
  return directory;
}

function write(vault: Vault, record: string, octets: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const life = vault.completed$.subscribe(({ kind }) => {
      resolve(kind);
      life.unsubscribe();
    });
    vault.write(record, octets);
  });
}

function freshDirectory(): string {
  return join(folder, String(directories++));
}
let directories = 0;
