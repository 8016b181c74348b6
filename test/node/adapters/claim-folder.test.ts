import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { claimFolder } from '#node/adapters/claim-folder.ts';
import { ConfigError } from '#node/config-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbweaver-claim-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(process.platform === 'linux')('a folder that is claimed', () => {
  it('is not given again, by whatever name, until it is given back', async () => {
    const place = join(folder, 'deep', 'place');
    const release = await claimFolder(place);
    symlinkSync(place, join(folder, 'link'));
    await expect(claimFolder(place)).rejects.toThrow(ConfigError);
    await expect(claimFolder(join(folder, 'link'))).rejects.toThrow('is in use');
    release();
    (await claimFolder(join(folder, 'link')))();
  });

  it('keeps nobody from another', async () => {
    mkdirSync(join(folder, 'a'));
    const releases = [await claimFolder(folder), await claimFolder(join(folder, 'a'))];
    for (const release of releases) release();
  });

  it('is refused with a remedy where it cannot be', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(claimFolder(join(file, 'in'))).rejects.toThrow(/cannot be used/);
  });
});
