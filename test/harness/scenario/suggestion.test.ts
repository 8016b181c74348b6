import { describe, expect, it } from 'vitest';
import { suggestion } from '#harness/scenario/suggestion.ts';

const KEYS = ['name', 'altitude', 'inclination', 'planes', 'perPlane', 'raanSpacing'];

describe('a suggestion', () => {
  it.each([
    ['altitud', 'altitude'],
    ['atlitude', 'altitude'],
    ['nmae', 'name'],
    ['plane', 'planes'],
    ['raanspacing', 'raanSpacing'],
    ['Name', 'name'],
  ])('takes %s for %s', (word, meant) => {
    expect(suggestion(word, KEYS)).toBe(meant);
  });

  it.each(['colour', 'x', 'tilt', ''])('does not guess at %j', (word) => {
    expect(suggestion(word, KEYS)).toBeUndefined();
  });

  it('does not compare words that nobody types', () => {
    const long = 'a'.repeat(100_000);
    expect(suggestion(long, [`${long}b`])).toBeUndefined();
  });
});
