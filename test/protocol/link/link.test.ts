import { describe, expect, it } from 'vitest';
import { LinkPair } from './link-pair.ts';

const S = 1_000_000;

describe('a link on a clean wire', () => {
  it('is secured at both ends after two and a half round trips', () => {
    const pair = new LinkPair();
    pair.connect();
    expect(pair.run(S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
    expect(pair.ends.map((end) => end.of('secured').map(({ at }) => at))).toEqual([
      [20_000],
      [25_000],
    ]);
  });
});
