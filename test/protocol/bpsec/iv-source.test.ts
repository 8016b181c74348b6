import { describe, expect, it } from 'vitest';
import { IvSource } from '#protocol/bpsec/iv-source.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Counting } from './bpsec.ts';

describe('an IV source', () => {
  it('clause 98: gives a hundred thousand IVs of 12 octets, all distinct', () => {
    const source = new IvSource(new Counting());
    const ivs = new Set<string>();
    for (let n = 0; n < 100_000; n++) ivs.add(toHex(source.next()));
    expect(ivs.size).toBe(100_000);
    expect([...ivs].every((iv) => iv.length === 24)).toBe(true);
  });

  it('shares none with a source of the same key in another life', () => {
    const random = new Counting();
    const lives = [new IvSource(random), new IvSource(random)];
    const ivs = lives.flatMap((life) => Array.from({ length: 100 }, () => toHex(life.next())));
    expect(new Set(ivs).size).toBe(200);
  });

  it('hands out an array of its own each time', () => {
    const source = new IvSource(new Counting());
    const first = source.next();
    first.fill(0xff);
    expect(toHex(source.next())).toBe('000000000000000100000001');
  });

  it('draws other octets when the counter is through', () => {
    const source = new IvSource(new Counting(), 0xfffffffe);
    const ivs = [1, 2, 3, 4].map(() => toHex(source.next()));
    expect(ivs).toEqual([
      '0000000000000001fffffffe',
      '0000000000000001ffffffff',
      '000000000000000200000000',
      '000000000000000200000001',
    ]);
  });
});
