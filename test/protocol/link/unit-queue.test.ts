import { describe, expect, it } from 'vitest';
import { type OutboundUnit, UnitQueue } from '#protocol/link/unit-queue.ts';

const unit = (id: string, size = 100): OutboundUnit => ({ id, octets: new Uint8Array(size) });

describe('the unit queue', () => {
  it('keeps the order of arrival', () => {
    const queue = new UnitQueue(1_000_000);
    for (let n = 0; n < 1_000; n++) queue.push(unit(`${n}`));
    expect(queue.length).toBe(1_000);
    for (let n = 0; n < 1_000; n++) expect(queue.shift()?.id).toBe(`${n}`);
    expect(queue.shift()).toBeUndefined();
  });

  it('turns away what it has no room for, until something has left', () => {
    const queue = new UnitQueue(1_000);
    expect(queue.push(unit('a', 800))).toBe(true);
    expect(queue.push(unit('b', 800))).toBe(false);
    expect(queue.length).toBe(1);
    queue.shift();
    expect(queue.push(unit('b', 800))).toBe(true);
  });

  it('bounds units without octets too', () => {
    const queue = new UnitQueue(1_000);
    let taken = 0;
    while (queue.push(unit('', 0))) taken += 1;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(100);
  });
});
