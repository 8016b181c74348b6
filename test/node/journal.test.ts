import { expect, it } from 'vitest';
import { Journal } from '#node/journal.ts';
import type { Notice } from '#node/notice.ts';
import { Fault } from '#protocol/fault.ts';

it('tells what happens to bundles', () => {
  const { journal, told } = listening();
  journal.record(1, { kind: 'accepted', id: 'a', originated: true });
  journal.record(2, { kind: 'expired', id: 'b' });
  journal.record(3, { kind: 'deleted', id: 'c', reason: 'hop-limit-exceeded' });
  expect(told).toEqual([]);
  while (journal.tell());
  expect(told).toEqual([
    { kind: 'bundle-accepted', at: 1, id: 'a', originated: true },
    { kind: 'bundle-expired', at: 2, id: 'b' },
    { kind: 'bundle-deleted', at: 3, id: 'c', reason: 'hop-limit-exceeded' },
  ]);
});

it('counts refusals, duplicates and faults without a notice', () => {
  const { journal, told } = listening();
  journal.record(1, { kind: 'refused', reason: 'store-full' });
  journal.record(1, { kind: 'refused', reason: 'store-full' });
  journal.record(1, { kind: 'duplicate', id: 'a' });
  journal.record(1, { kind: 'fault', fault: new Fault('bundle', 'test', 'none') });
  expect(told).toEqual([]);
  expect(journal.refused).toEqual({ 'store-full': 2 });
  expect(journal.duplicates).toBe(1);
  expect(journal.faults.snapshot()).toEqual({ 'bundle.test': 1 });
});

function listening(): { journal: Journal; told: Notice[] } {
  const journal = new Journal();
  const told: Notice[] = [];
  journal.notices$.subscribe((notice) => told.push(notice));
  return { journal, told };
}
