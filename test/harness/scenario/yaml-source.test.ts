import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { YamlSource } from '#harness/scenario/yaml-source.ts';

const TEXT = `name: small
list:
  - a: 1
    b: { c: 2 }
  - 7
empty:
`;

describe('a YAML source', () => {
  const source = new YamlSource(TEXT);

  it.each([
    [[], 1, 1],
    [['name'], 1, 7],
    [['list', 0, 'b'], 4, 8],
    [['list', 0, 'b', 'c'], 4, 13],
    [['list', 1], 5, 5],
    [['empty'], 6, 7],
  ] as const)('knows that %j stands at %i:%i', (path, line, column) => {
    expect(source.placeOf(path)).toEqual({ line, column });
  });

  it('points at the mapping whose value is missing', () => {
    expect(source.placeOf(['list', 0, 'b', 'd'])).toEqual({ line: 4, column: 5 });
    expect(source.placeOf(['list', 9])).toEqual({ line: 2, column: 1 });
    expect(source.placeOf(['nothing'])).toEqual({ line: 1, column: 1 });
  });

  it('knows where a key stands', () => {
    expect(source.placeOfKey([], 'list')).toEqual({ line: 2, column: 1 });
    expect(source.placeOfKey(['list', 0, 'b'], 'c')).toEqual({ line: 4, column: 10 });
  });

  it('gives the document as plain data', () => {
    expect(source.value).toEqual({ name: 'small', list: [{ a: 1, b: { c: 2 } }, 7], empty: null });
  });

  it('refuses a document that is small on paper and vast in memory', () => {
    const { value, syntaxErrors } = new YamlSource('a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]\n');
    expect(value).toBeUndefined();
    expect(syntaxErrors.map(({ place }) => place.line)).toEqual([2, 2, 3, 3]);
  });

  it('gives a value or errors for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { value, syntaxErrors } = new YamlSource(text);
        for (const { place } of syntaxErrors) expect(place.line).toBeGreaterThan(0);
        if (syntaxErrors.length > 0) expect(value).toBeUndefined();
      }),
    );
  });
});
