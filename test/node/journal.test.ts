import { expect, it } from 'vitest';
import { Journal } from '#node/journal.ts';
import type { Notice } from '#node/notice.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import type { StatusReport } from '#protocol/bundle/status-report.ts';
import { DEVIATION } from '#protocol/bundle/strictness.ts';
import { Fault } from '#protocol/fault.ts';
import type { Link } from '#protocol/link/link.ts';
import { EPOCH_OLD, REVOKED } from '#protocol/membership/faults.ts';
import { FINISH } from '#protocol/session/message-header.ts';

it('tells what happens to bundles', () => {
  const { journal, told } = listening();
  journal.record(1, { kind: 'accepted', id: 'a', originated: true, arrivedAt: 0 });
  journal.record(1, { kind: 'forwarded', id: 'a', to: 9 });
  journal.record(2, { kind: 'expired', id: 'b' });
  journal.record(3, { kind: 'deleted', id: 'c', reason: 'hop-limit-exceeded' });
  journal.record(4, { kind: 'fragmented', id: 'd', count: 2 });
  journal.record(5, { kind: 'reassembled', id: 'd+0+9', whole: 'd' });
  journal.record(6, { kind: 'report', id: 'e', from: ipnEid(9, 0), report: REPORT });
  expect(told).toEqual([]);
  while (journal.tell());
  const about = { subject: 'ipn:1.7-5-2', statuses: ['deleted'], reason: 1 };
  expect(told).toEqual([
    { kind: 'bundle-accepted', at: 1, id: 'a', originated: true, arrivedAt: 0 },
    { kind: 'bundle-forwarded', at: 1, id: 'a', to: 9 },
    { kind: 'bundle-expired', at: 2, id: 'b' },
    { kind: 'bundle-deleted', at: 3, id: 'c', reason: 'hop-limit-exceeded' },
    { kind: 'bundle-fragmented', at: 4, id: 'd', count: 2 },
    { kind: 'bundle-reassembled', at: 5, id: 'd+0+9', whole: 'd' },
    { kind: 'status-report', at: 6, id: 'e', from: 'ipn:9.0', ...about },
  ]);
});

it('counts refusals, which it tells, duplicates, deviations and faults', () => {
  const { journal, told } = listening();
  journal.record(1, { kind: 'refused', id: 'f', service: 1_001, reason: 'store-full' });
  journal.record(1, { kind: 'refused', id: 'f', service: 1_001, reason: 'store-full' });
  journal.record(1, { kind: 'duplicate', id: 'a' });
  journal.record(1, { kind: 'deviation', fault: DEVIATION.framing });
  journal.record(1, { kind: 'fault', fault: new Fault('bundle', 'test', 'none') });
  while (journal.tell());
  const refused = { kind: 'bundle-refused', at: 1, service: 1_001, reason: 'store-full' };
  expect(told).toEqual([refused, refused]);
  expect(journal.refused).toEqual({ 'store-full': 2 });
  expect(journal.duplicates).toBe(1);
  expect(journal.deviations.snapshot()).toEqual({ 'bundle.framing': 1 });
  expect(journal.faults.snapshot()).toEqual({ 'bundle.test': 1 });
});

it('tells ten refusals a second for each reason of the security of links, and counts all', () => {
  const { journal, told } = listening();
  const neighbour = { index: 0, node: 102, terminal: 1, link: {} as Link, up: false };
  for (let n = 0; n < 25; n++) journal.refuse(n, neighbour, refusalOf(REVOKED, FINISH));
  journal.refuse(30, neighbour, refusalOf(EPOCH_OLD));
  journal.refuse(30, neighbour, refusalOf(new Fault('frame', 'test', 'none')));
  journal.refuse(1_000_000, neighbour, refusalOf(REVOKED));
  while (journal.tell());
  const where = { kind: 'link-refusal', neighbour: 102, terminal: 1 };
  expect(told).toHaveLength(12);
  expect(told.slice(9)).toEqual([
    { ...where, at: 9, reason: 'revoked', messageType: FINISH },
    { ...where, at: 30, reason: 'epoch-old' },
    { ...where, at: 1_000_000, reason: 'revoked' },
  ]);
  const counts = { 'session.revoked': 26, 'session.epoch-old': 1, 'frame.test': 1 };
  expect(journal.faults.snapshot()).toEqual(counts);
});

it('tells where octets that are no bundle are wrong, ten times a second for each reason', () => {
  const { journal, told } = listening();
  const fault = new Fault('bundle', 'test', 'RFC 9171 4.1');
  for (let n = 0; n < 25; n++) {
    journal.record(n, { kind: 'fault', fault, found: { from: 102, offset: n } });
  }
  journal.record(30, { kind: 'fault', fault });
  while (journal.tell());
  expect(told).toHaveLength(10);
  const where = { neighbour: 102, reason: 'bundle.test', clause: 'RFC 9171 4.1', offset: 9 };
  expect(told[9]).toEqual({ kind: 'bundle-unintelligible', at: 9, ...where });
  expect(journal.faults.snapshot()).toEqual({ 'bundle.test': 26 });
});

const refusalOf = (fault: Fault, messageType?: number) =>
  ({ kind: 'fault', fault, messageType }) as const;

const REPORT: StatusReport = {
  received: undefined,
  forwarded: undefined,
  delivered: undefined,
  deleted: { timeMs: undefined },
  reason: 1,
  source: ipnEid(1, 7),
  creationTimeMs: 5,
  sequence: 2,
  fragment: undefined,
};

function listening(): { journal: Journal; told: Notice[] } {
  const journal = new Journal();
  const told: Notice[] = [];
  journal.notices$.subscribe((notice) => told.push(notice));
  return { journal, told };
}
