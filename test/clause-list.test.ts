/** Every conformance clause of the bundle layer is an automatic test, named by its number. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CLAUSES = Array.from({ length: 101 }, (_, index) => `${index + 1}`);

test('every clause heads the name of a test', () => {
  const tested = new Set(testFiles().flatMap(({ clauses }) => clauses));
  expect(CLAUSES.filter((clause) => !tested.has(clause))).toEqual([]);
  expect([...tested].filter((clause) => !CLAUSES.includes(clause))).toEqual([]);
});

test('docs/clauses.md names every clause, with all files in which it is tested', () => {
  const document = readFileSync('docs/clauses.md', 'utf8');
  const rows = [...document.matchAll(/^\| (\d+) \|.*\|([^|]*)\|$/gm)];
  expect(rows.map(([, clause]) => clause)).toEqual(CLAUSES);
  for (const [, clause, files] of rows) {
    const named = [...files!.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    const testing = testFiles().filter(({ clauses }) => clauses.includes(clause!));
    expect(named, clause).toEqual(testing.map(({ path }) => path));
  }
});

/** The numbers at the head of names: `test('clause 7: …'`, `it.each(…)('clauses 79, 85: …'`. */
function clausesIn(text: string): string[] {
  const heads = text.matchAll(/\(\s*['"`]clauses? (\d+(?:, \d+)*): /g);
  return [...new Set([...heads].flatMap(([, clauses]) => clauses!.split(', ')))];
}

function testFiles(): { path: string; clauses: string[] }[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && name !== 'clause-list.test.ts')
    .sort()
    .map((name) => ({
      path: name,
      clauses: clausesIn(readFileSync(join('test', name), 'utf8')),
    }));
}
