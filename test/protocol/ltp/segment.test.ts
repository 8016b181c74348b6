import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeSegment } from '#protocol/ltp/decode-segment.ts';
import {
  claimsThatFit,
  dataRoom,
  encodeSegment,
  SEGMENT_OCTETS_MIN,
  segmentOctets,
} from '#protocol/ltp/encode-segment.ts';
import {
  type DataSegment,
  type Interval,
  NO_EXTENSIONS,
  type ReportSegment,
  type Segment,
} from '#protocol/ltp/segment.ts';
import { vectorsOf } from './ltp-vectors.ts';

describe('a segment', () => {
  it('has thirty-seven vectors', () => {
    expect([...vectorsOf('ltp'), ...vectorsOf('ltp-size')]).toHaveLength(37);
  });

  it.each(vectorsOf('ltp'))('%s', (id, { hex, valid, decoded }) => {
    const segment = decodeSegment(fromHex(hex));
    // Whether a client service is served is the engine's to say.
    if (valid || id === 'ltp-bad-client') {
      expect(segment).not.toBeInstanceOf(Fault);
      expect(toHex(encodeSegment(segment as Segment))).toBe(hex);
    }
    if (valid) expect(described(segment as Segment)).toMatchObject(known(decoded));
    else if (id !== 'ltp-bad-client') expect(segment).toBeInstanceOf(Fault);
  });

  it.each(vectorsOf('ltp-size'))('%s', (_, { sizes }) => {
    const claims = [
      { from: 60, to: 260 },
      { from: 300, to: 500 },
    ];
    const headOctets = 4;
    const content = [0, 1, 2].map((count) => {
      const segment = { ...report(claims.slice(0, count), 0), upper: 500 };
      return segmentOctets(segment) - headOctets;
    });
    expect(content).toEqual(sizes);
  });

  it.each([
    ['version', '1001070001000178'],
    ['segment-type', '05010700'],
    ['truncated', '0001'],
    ['truncated', ''],
    ['truncated', '00010700010020'],
    ['octets-left', '0901070032ff'],
    ['serial-zero', '0901070000'],
    ['serial-zero', '010107000100010000aa'],
    ['serial-zero', '0801070000078100000001'],
    ['sdnv-range', '0090808080808080000700'],
    ['sdnv-range', '00010700018fffffffffffff7f8fffffffffffff7f00'],
    ['report-bounds', '0801070032070a14010001'],
    ['report-bounds', '0801070032070a0a00'],
    ['claim-empty', '080107003207810000010000'],
    ['claim-order', '0801070032078100000200402040'],
    ['claim-beyond', '08010700320781000001408100'],
    ['claims-many', '0801070032078100008080a001'],
    ['truncated', '08010700320781000002000100'],
  ])('is refused as %s: %s', (code, hex) => {
    expect((decodeSegment(fromHex(hex)) as Fault).code).toBe(code);
  });

  it('keeps its extensions, before and after', () => {
    const whole = '090107210002aabb010032c000';
    const segment = decodeSegment(fromHex(whole)) as Segment;
    expect(segment.extensions.header.map(({ tag }) => tag)).toEqual([0, 1]);
    expect(segment.extensions.trailer.map(({ tag }) => tag)).toEqual([0xc0]);
    expect(toHex(encodeSegment(segment))).toBe(whole);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(anySegment, (segment) => {
        expect(decodeSegment(encodeSegment(segment))).toEqual(segment);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is written as it was read, or refused, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(15), (octets, type) => {
        octets[0] = type;
        const segment = decodeSegment(octets);
        if (segment instanceof Fault) return;
        // Shorter only where an SDNV was longer than need be.
        const again = encodeSegment(segment);
        expect(again.length).toBeLessThanOrEqual(octets.length);
        expect(decodeSegment(again)).toEqual(segment);
      }),
      { numRuns: 5_000 },
    );
  });

  it('has as much room for data as it says', () => {
    fc.assert(
      fc.property(anyData, fc.integer({ min: SEGMENT_OCTETS_MIN, max: 40_000 }), (head, max) => {
        const room = dataRoom(head, head.checkpoint, max);
        const full = { ...head, data: new Uint8Array(room) };
        expect(segmentOctets(full)).toBeLessThanOrEqual(max);
        expect(segmentOctets(full)).toBeGreaterThanOrEqual(max - 1);
      }),
    );
  });

  it('has as many claims as fit', () => {
    const claims = Array.from({ length: 100 }, (_, n) => ({ from: 300 * n, to: 300 * n + 200 }));
    const whole = report(claims, 0);
    const count = claimsThatFit(whole, SEGMENT_OCTETS_MIN);
    expect(segmentOctets(report(claims.slice(0, count), 0))).toBeLessThanOrEqual(96);
    expect(segmentOctets(report(claims.slice(0, count + 1), 0))).toBeGreaterThan(96);
    expect(claimsThatFit(whole, 10_000)).toBe(100);
  });
});

/** What a vector says, in our words. */
function known(decoded: Record<string, unknown>): Record<string, unknown> {
  const { typeName: _, reasonName: __, ...fields } = decoded;
  return { headerExtensions: [], ...fields };
}

function described(segment: Segment): Record<string, unknown> {
  const { session, kind } = segment;
  const type = encodeSegment(segment)[0];
  const base = {
    type,
    engine: session.originator,
    session: session.number,
    headerExtensions: segment.extensions.header.map(({ tag, value }) => ({
      tag,
      valueHex: toHex(value),
    })),
  };
  if (kind === 'data') {
    const { clientService, offset, data, checkpoint } = segment;
    const mark = checkpoint && {
      checkpointSerial: checkpoint.serial,
      reportSerial: checkpoint.reportSerial,
    };
    return { ...base, clientService, offset, length: data.length, ...mark };
  }
  if (kind === 'report') {
    const { serial: reportSerial, checkpointSerial, upper, lower } = segment;
    const claims = segment.claims.map(({ from, to }) => ({
      offset: from - lower,
      length: to - from,
    }));
    return { ...base, reportSerial, checkpointSerial, upper, lower, claims };
  }
  if (kind === 'report-ack') return { ...base, reportSerial: segment.serial };
  return kind === 'cancel' ? { ...base, reasonCode: segment.reason } : base;
}

function report(claims: readonly Interval[], lower = 70_000): ReportSegment {
  return {
    kind: 'report',
    session: { originator: 1, number: 7 },
    extensions: NO_EXTENSIONS,
    serial: 50,
    checkpointSerial: 7,
    lower,
    upper: 80_000,
    claims,
  };
}

const anyNumber = fc.oneof(
  fc.nat(300),
  fc.nat(),
  fc.nat({ max: 2 ** 31 - 1 }).map((n) => n * 2 ** 20),
);
const anySerial = anyNumber.map((n) => n + 1);
const anyExtension = fc.record({ tag: fc.nat(255), value: fc.uint8Array({ maxLength: 200 }) });
const anyBase = {
  session: fc.record({ originator: anyNumber, number: anyNumber }),
  extensions: fc.record({
    header: fc.array(anyExtension, { maxLength: 15, size: 'small' }),
    trailer: fc.array(anyExtension, { maxLength: 15, size: 'small' }),
  }),
};
const anyData: fc.Arbitrary<DataSegment> = fc
  .tuple(
    fc.record({
      session: anyBase.session,
      clientService: anyNumber,
      offset: anyNumber,
      data: fc.uint8Array({ maxLength: 300 }),
    }),
    fc.constantFrom(0, 1, 2, 3, 4, 7),
    fc.record({ serial: anySerial, reportSerial: anyNumber }),
  )
  .map(([fields, type, mark]) => ({
    kind: 'data',
    ...fields,
    extensions: NO_EXTENSIONS,
    color: type < 4 ? 'red' : 'green',
    ends: type === 2 ? 'red-part' : type === 3 || type === 7 ? 'block' : 'nothing',
    checkpoint: type >= 1 && type <= 3 ? mark : undefined,
  }));
const anyReport: fc.Arbitrary<ReportSegment> = fc
  .tuple(
    fc.record({ ...anyBase, serial: anySerial, checkpointSerial: anyNumber }),
    anyNumber,
    fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 300 })), { maxLength: 20 }),
    fc.nat(9),
  )
  .map(([fields, lower, steps, rest]) => {
    let at = lower;
    const claims = steps.map(([gap, length]) => {
      at += gap + length;
      return { from: at - length, to: at };
    });
    return { kind: 'report', ...fields, lower, upper: at + rest + 1, claims };
  });
const anyEnd = fc.constantFrom('sender' as const, 'receiver' as const);
const kind = <K extends string>(name: K) => fc.constant(name);
const anySegment: fc.Arbitrary<Segment> = fc.oneof(
  fc
    .tuple(anyData, anyBase.extensions)
    .map(([data, extensions]) =>
      extensions.header.length + extensions.trailer.length === 0 ? data : { ...data, extensions },
    ),
  anyReport,
  fc.record({ kind: kind('report-ack'), ...anyBase, serial: anySerial }),
  fc.record({ kind: kind('cancel'), ...anyBase, by: anyEnd, reason: fc.nat(255) }),
  fc.record({ kind: kind('cancel-ack'), ...anyBase, by: anyEnd }),
);
