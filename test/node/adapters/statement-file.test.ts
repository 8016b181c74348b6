import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { followStatementFile } from '#node/adapters/statement-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'statement-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a statement file', () => {
  it('is read at once, and again when another is put in its place', async () => {
    const file = join(folder, 'a');
    writeFileSync(file, 'one');
    const inbox = follow(file);
    expect(inbox.taken).toEqual(['one']);
    writeFileSync(`${file}.new`, 'another');
    renameSync(`${file}.new`, file);
    await inbox.until(2);
    expect(inbox.taken).toEqual(['one', 'another']);
  });

  it('is read again at SIGHUP, and no more once that has ended', () => {
    const file = join(folder, 'd');
    writeFileSync(file, 'one');
    const taken: number[] = [];
    const end = followStatementFile(file, (octets) => taken.push(octets.length));
    process.emit('SIGHUP');
    expect(taken).toEqual([3, 3]);
    end();
    process.on('SIGHUP', ignore);
    process.emit('SIGHUP');
    process.off('SIGHUP', ignore);
    expect(taken).toHaveLength(2);
  });

  it('may come later', async () => {
    const file = join(folder, 'b');
    const inbox = follow(file);
    expect(inbox.taken).toEqual([]);
    writeFileSync(`${file}.new`, 'late');
    renameSync(`${file}.new`, file);
    await inbox.until(1);
    expect(inbox.taken).toEqual(['late']);
  });

  it('is not read when it is larger than any statement', () => {
    const file = join(folder, 'c');
    writeFileSync(file, Buffer.alloc(16_385));
    expect(follow(file).taken).toEqual([]);
    writeFileSync(file, Buffer.alloc(16_384));
    expect(follow(file).taken).toHaveLength(1);
  });
});

function ignore(): void {}

/** What comes from the file, until the tests are over. */
function follow(file: string) {
  const taken: string[] = [];
  let heard = () => {};
  const end = followStatementFile(file, (octets) => {
    taken.push(new TextDecoder().decode(octets));
    heard();
  });
  afterAll(end);
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (taken.length >= count) resolve();
      };
      heard();
    });
  return { taken, until };
}
