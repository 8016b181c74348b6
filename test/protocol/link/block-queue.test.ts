import { describe, expect, it } from 'vitest';
import { BlockQueue, type BundleBlock } from '#protocol/link/block-queue.ts';
import { QUEUE_OCTETS_MAX } from '#protocol/link/contract.ts';
import { decodeServiceData } from '#protocol/ltp/service-data.ts';

describe('bundles that wait for a block', () => {
  it('share one as far as they fit, in the order of their coming', () => {
    const queue = queueOf(100, 200, 300, 400);
    const block = queue.take(700, 0);
    expect(block?.ids).toEqual(['0', '1', '2']);
    expect(block?.clientService).toBe(2);
    expect(unitsOf(block).map(({ length }) => length)).toEqual([100, 200, 300]);
    expect(block!.octets.length).toBeLessThanOrEqual(700);
    expect(queue.take(700, 0)?.ids).toEqual(['3']);
    expect(queue.take(700, 0)).toBeUndefined();
  });

  it('go as they are when they go alone', () => {
    const queue = queueOf(1_000, 10);
    const block = queue.take(500, 0);
    expect(block).toEqual({ ids: ['0'], clientService: 1, octets: octetsOf(0, 1_000) });
    expect(queue.nextOctets).toBe(10);
    expect(queueOf(10, 10).take(0, 0)?.ids).toEqual(['0']);
  });

  it('leave as they are at that instant, and are given room to grow', () => {
    const queue = new BlockQueue();
    const octetsAt = (now: number) => new Uint8Array(10 + now);
    for (const n of [0, 1]) queue.push({ ...bundle(n, 10), octetsAt });
    expect(queue.nextOctets).toBe(18);
    expect(unitsOf(queue.take(100, 5)).map(({ length }) => length)).toEqual([15, 15]);
  });

  it('go alone once they came back in company, until they have', () => {
    const queue = new BlockQueue();
    queue.setApart(['1', '2']);
    for (const n of [0, 1, 2, 3, 4]) queue.push(bundle(n, 10));
    const ids = () => queue.take(1_000, 0)?.ids;
    expect([ids(), ids(), ids(), ids()]).toEqual([['0'], ['1'], ['2'], ['3', '4']]);
    for (const n of [1, 2]) queue.push(bundle(n, 10));
    expect(ids()).toEqual(['1', '2']);
  });

  it('are refused beyond the bound, and leave all at once', () => {
    const queue = queueOf(QUEUE_OCTETS_MAX - 1_000);
    expect(queue.push(bundle(1, 1_000))).toBe(false);
    expect(queue.push(bundle(2, 10))).toBe(true);
    expect(queue.discard()).toEqual(['0', '2']);
    expect(queue.nextOctets).toBeUndefined();
  });
});

function queueOf(...sizes: readonly number[]): BlockQueue {
  const queue = new BlockQueue();
  for (const [n, size] of sizes.entries()) queue.push(bundle(n, size));
  return queue;
}

function bundle(n: number, size: number) {
  return { id: `${n}`, octets: octetsOf(n, size), trafficClass: 1 } as const;
}

function octetsOf(n: number, size: number): Uint8Array {
  return new Uint8Array(size).fill(n);
}

function unitsOf(block: BundleBlock | undefined): Uint8Array[] {
  const units = decodeServiceData(block!.octets);
  if (!Array.isArray(units)) throw new Error('a block is well formed');
  expect(units.every(({ clientService }) => clientService === 1)).toBe(true);
  return units.map(({ octets }) => octets);
}
