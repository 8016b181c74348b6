import { describe, expect, it } from 'vitest';
import { ClassQueue, type OutboundBundle } from '#protocol/link/class-queue.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';

const bundle = (id: string, trafficClass: TrafficClass, size = 100): OutboundBundle => ({
  id,
  octets: new Uint8Array(size),
  trafficClass,
});

describe('the class queue', () => {
  it('keeps the order of arrival within a class', () => {
    const queue = new ClassQueue(1_000_000);
    for (let n = 0; n < 1_000; n++) queue.push(bundle(`${n}`, 2));
    expect(queue.waiting(2)).toBe(1_000);
    for (let n = 0; n < 1_000; n++) expect(queue.shift(2)?.id).toBe(`${n}`);
    expect(queue.shift(2)).toBeUndefined();
  });

  it('bounds each class by itself, so bulk never turns flash away', () => {
    const queue = new ClassQueue(1_000);
    expect(queue.push(bundle('a', 0, 800))).toBe(true);
    expect(queue.push(bundle('b', 0, 800))).toBe(false);
    expect(queue.push(bundle('c', 3, 800))).toBe(true);
    expect([queue.waiting(0), queue.waiting(3)]).toEqual([1, 1]);
  });

  it('has room again when a bundle has left', () => {
    const queue = new ClassQueue(1_000);
    queue.push(bundle('a', 1, 800));
    queue.shift(1);
    expect(queue.push(bundle('b', 1, 800))).toBe(true);
  });

  it('bounds bundles without octets too', () => {
    const queue = new ClassQueue(1_000);
    let taken = 0;
    while (queue.push(bundle('', 0, 0))) taken += 1;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(100);
  });
});
