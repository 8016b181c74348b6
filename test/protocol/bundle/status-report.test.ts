import { Decoder } from 'cbor-x';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import { formatEid, ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { BUNDLE_FLAG } from '#protocol/bundle/primary-block.ts';
import {
  type Assertion,
  decodeStatusReport,
  encodeStatusReport,
  type StatusReport,
} from '#protocol/bundle/status-report.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { statusReportVectors } from './vectors.ts';

const all = statusReportVectors();
const sound = all.filter(({ decoded }) => decoded !== undefined);
const broken = all.filter(({ decoded }) => decoded === undefined);

test('every vector is a report or a record to ignore', () => {
  expect([sound.length, broken.length]).toEqual([9, 7]);
});

test.each(sound)('$id is read and written as it stands', ({ adminRecordHex, decoded }) => {
  const report = decodeStatusReport(fromHex(adminRecordHex)) as StatusReport;
  const { statuses, subjectTimestamp, fragmentOffset, fragmentLength } = decoded!;
  for (const name of ['received', 'forwarded', 'delivered', 'deleted'] as const) {
    const { asserted, time } = statuses[name];
    expect(report[name]).toEqual(asserted ? { timeMs: time } : undefined);
  }
  expect(report.reason).toBe(decoded!.reason);
  expect(formatEid(report.source)).toBe(decoded!.subjectSource);
  expect([report.creationTimeMs, report.sequence]).toEqual(subjectTimestamp);
  expect(report.fragment?.offset).toBe(fragmentOffset);
  expect(report.fragment?.length).toBe(fragmentLength);
  expect(toHex(encodeStatusReport(report))).toBe(adminRecordHex);
});

const WHY: Readonly<Record<string, string>> = {
  'ar-unknown-type': 'bundle.record-type',
  'ar-reserved-0': 'bundle.record-type',
  'ar-not-array': 'cbor.unexpected-type',
  'ar-one-elem': 'bundle.record-structure',
  'ar-status-3items': 'bundle.record-structure',
  'ar-status-5elem': 'bundle.record-structure',
  'ar-status-int-bool': 'cbor.unexpected-type',
};

test.each(broken)('$id is no report', ({ id, adminRecordHex }) => {
  expect((decodeStatusReport(fromHex(adminRecordHex)) as Fault).key).toBe(WHY[id]);
});

test.each(all)(
  'the record of $id is the payload of its bundle',
  ({ bundleHex, adminRecordHex }) => {
    const bundle = decodeBundle(fromHex(bundleHex));
    if (bundle instanceof Fault) throw new Error(bundle.key);
    expect(bundle.primary.flags & BUNDLE_FLAG.administrativeRecord).not.toBe(0);
    expect(toHex(payloadOf(bundle).data)).toBe(adminRecordHex);
  },
);

test('a fifth status is passed over, a time beside a false one and a further octet are not', () => {
  const four = toHex(encodeStatusReport(REPORT));
  const five = four.replace('8481f5', '8581f5').replace('81f400', '81f481f400');
  expect(five).not.toBe(four);
  expect(decodeStatusReport(fromHex(five))).toEqual(REPORT);
  for (const hex of [`${four}00`, four.replace('81f4', '82f405')]) {
    expect((decodeStatusReport(fromHex(hex)) as Fault).key).toBe('bundle.record-structure');
  }
});

test('every report reads back as it was written, and another decoder sees the same', () => {
  const decoder = new Decoder({ useRecords: false, mapsAsObjects: false });
  fc.assert(
    fc.property(anyReport, (report) => {
      const octets = encodeStatusReport(report);
      expect(decodeStatusReport(octets)).toEqual(report);
      const [type, [statuses, reason, , stamp, ...fragment]] = decoder.decode(octets);
      expect([type, reason].map(Number)).toEqual([1, report.reason]);
      const { received, forwarded, delivered, deleted } = report;
      expect(statuses.map(([asserted]: [boolean]) => asserted)).toEqual(
        [received, forwarded, delivered, deleted].map((status) => status !== undefined),
      );
      expect(stamp.map(BigInt)).toEqual([report.creationTimeMs, report.sequence].map(BigInt));
      expect(fragment.map(Number)).toEqual(Object.values(report.fragment ?? {}));
    }),
  );
});

test('any octets give a report or a fault', () => {
  fc.assert(fc.property(fc.uint8Array(), (octets) => void decodeStatusReport(octets)));
  const change = fc.tuple(fc.nat(200), fc.nat(255));
  fc.assert(
    fc.property(fc.constantFrom(...all), change, ({ adminRecordHex }, [at, to]) => {
      const octets = fromHex(adminRecordHex);
      octets[at % octets.length] = to;
      const report = decodeStatusReport(octets);
      if (report instanceof Fault) expect(report.clause).not.toBe('');
      else expect(decodeStatusReport(encodeStatusReport(report))).toEqual(report);
    }),
    { numRuns: 500 },
  );
});

const REPORT: StatusReport = {
  received: { timeMs: undefined },
  forwarded: undefined,
  delivered: undefined,
  deleted: undefined,
  reason: 0,
  source: ipnEid(100, 1),
  creationTimeMs: 755533838904,
  sequence: 0,
  fragment: undefined,
};

const status: fc.Arbitrary<Assertion | undefined> = fc.option(
  fc.record({ timeMs: fc.option(fc.maxSafeNat(), { nil: undefined }) }),
  { nil: undefined },
);
const wide = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value));
const anyReport: fc.Arbitrary<StatusReport> = fc.record({
  received: status,
  forwarded: status,
  delivered: status,
  deleted: status,
  reason: fc.nat(255),
  source: fc.constantFrom(ipnEid(7, 9), NULL_EID),
  creationTimeMs: wide,
  sequence: wide,
  fragment: fc.option(fc.record({ offset: fc.maxSafeNat(), length: fc.maxSafeNat() }), {
    nil: undefined,
  }),
});
