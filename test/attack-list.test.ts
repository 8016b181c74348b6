/** Every row of the attack list (link-security §20) is an automatic test, named by its id. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROWS = Array.from({ length: 44 }, (_, index) => `A${`${index + 1}`.padStart(2, '0')}`);

test('every row of the attack list heads the name of a test', () => {
  const tested = new Set(testFiles().flatMap(({ text }) => rowsIn(text)));
  expect(ROWS.filter((row) => !tested.has(row))).toEqual([]);
});

test('docs/attacks.md names every row, with files in which it is tested', () => {
  const document = readFileSync('docs/attacks.md', 'utf8');
  const described = new Map(
    [...document.matchAll(/^\| (A\d\d) \|.*\|([^|]*)\|$/gm)].map(([, row, files]) => [row, files]),
  );
  expect([...described.keys()]).toEqual(ROWS);
  for (const row of ROWS) {
    const files = testFiles().filter(({ text }) => rowsIn(text).includes(row));
    const named = [...(described.get(row) ?? '').matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    expect(named.length, row).toBeGreaterThan(0);
    expect(
      named.filter((path) => !files.some((file) => file.path === path)),
      row,
    ).toEqual([]);
  }
});

/** The ids at the head of names: `it('A07: …'`, `it.each(…)('A07: …'`, `describe('A01, A02: …'`. */
function rowsIn(text: string): string[] {
  const heads = text.matchAll(/\(\s*['"`](A\d\d(?:, A\d\d)*): /g);
  return [...new Set([...heads].flatMap(([, rows]) => (rows as string).split(', ')))];
}

function testFiles(): { path: string; text: string }[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && name !== 'attack-list.test.ts')
    .map((name) => ({ path: `test/${name}`, text: readFileSync(join('test', name), 'utf8') }));
}
