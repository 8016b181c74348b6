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
