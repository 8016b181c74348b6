import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  isLeftover,
  MODE,
  replaceFile,
  temporaryBeside,
  writeNewFile,
} from '#harness/authority/new-file.ts';
import { ConfigError } from '#node/config-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'new-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that is written once', () => {
  it('is there with its content and its mode, and nothing else is', () => {
    const here = mkdtempSync(join(folder, 'a-'));
    writeNewFile(join(here, 'key'), 'secret', MODE.secret, 'x');
    writeNewFile(join(here, 'note'), new Uint8Array([1, 2]), MODE.public, 'x');
    expect(readdirSync(here)).toEqual(['key', 'note']);
    expect(readFileSync(join(here, 'key'), 'utf8')).toBe('secret');
    if (process.platform !== 'win32') expect(statSync(join(here, 'key')).mode & 0o777).toBe(0o600);
  });

  it('is refused where there is one already, which stays as it was', () => {
    const file = join(mkdtempSync(join(folder, 'b-')), 'key');
    writeNewFile(file, 'first', MODE.secret, 'x');
    const again = () => writeNewFile(file, 'second', MODE.secret, 'Take another');
    expect(again).toThrow(expect.objectContaining({ file, remedy: 'Take another' }));
    expect(readFileSync(file, 'utf8')).toBe('first');
    expect(readdirSync(join(file, '..'))).toEqual(['key']);
  });

  it('is refused as a mistake of the operator where it cannot be', () => {
    const write = () => writeNewFile(join(folder, 'none', 'key'), 'x', MODE.secret, 'x');
    expect(write).toThrow(ConfigError);
    expect(write).toThrow('it cannot be written (ENOENT)');
  });
});

describe('a file that is replaced', () => {
  it('has the new content, whatever was there', () => {
    const here = mkdtempSync(join(folder, 'c-'));
    for (const octet of [1, 2]) {
      replaceFile(join(here, 's'), new Uint8Array([octet]), MODE.public);
      expect([...readFileSync(join(here, 's'))]).toEqual([octet]);
    }
    expect(readdirSync(here)).toEqual(['s']);
  });

  it('leaves nothing behind where it cannot be', () => {
    const here = mkdtempSync(join(folder, 'd-'));
    mkdirSync(join(here, 's'));
    writeFileSync(join(here, 's', 'inside'), '');
    expect(() => replaceFile(join(here, 's'), new Uint8Array(1), MODE.public)).toThrow(ConfigError);
    expect(readdirSync(here)).toEqual(['s']);
  });
});

describe('what an interrupted write leaves', () => {
  it('is known by its name', () => {
    const [name] = temporaryBeside(join('x', '000002.cose')).split(/[/\\]/).slice(-1);
    expect(isLeftover(name as string)).toBe(true);
    expect(isLeftover('000002.cose')).toBe(false);
  });
});
