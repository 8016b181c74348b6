import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { concat, fromHex } from '#protocol/bytes/octets.ts';
import {
  BEYOND_BLOCK,
  BEYOND_SENT,
  BLOCK_LARGE,
  CLIENT_CHANGED,
  FOREIGN_SESSION,
  MISCOLORED,
  NO_ROOM,
  SCATTERED,
  SESSION_CLOSED,
} from '#protocol/ltp/contract.ts';
import { encodeSegment } from '#protocol/ltp/encode-segment.ts';
import { LtpEngine } from '#protocol/ltp/ltp-engine.ts';
import { CANCEL_REASON, type DataSegment, NO_EXTENSIONS } from '#protocol/ltp/segment.ts';
import { SerialNumbers } from '#protocol/ltp/serial-numbers.ts';
import { LtpPair, MS, ROUND_TRIP_US } from './ltp-pair.ts';

const S = 1_000 * MS;
const FEW = { options: { limits: { transmissionsMax: 3, cyclesMax: 2 } } };
const block = (octets: number) => Uint8Array.from({ length: octets }, (_, n) => n % 253);

describe('the sender of a block', () => {
  it('asks for a report at the end of the red part, not of the green one', () => {
    const pair = new LtpPair();
    pair.send(0, block(600), { redOctets: 400 });
    pair.run();
    const data = pair.sent(0, 'data');
    expect(data.map(({ color, ends }) => `${color} ${ends}`)).toEqual([
      'red nothing',
      'red nothing',
      'red red-part',
      'green nothing',
      'green block',
    ]);
    expect(data.map(({ checkpoint }) => checkpoint !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('is done with a green block when it is out', () => {
    const pair = new LtpPair({ loss: 1 });
    pair.send(0, block(600), { redOctets: 0 });
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
    expect(pair.now).toBe(0);
  });

  it('asks within the red part where it is told to, and is answered about what is new', () => {
    const pair = new LtpPair({ options: { checkpointEveryOctets: 300 }, storeUs: 100 * MS });
    pair.send(0, block(1_000));
    pair.run(15 * MS);
    const asked = pair.sent(0, 'data').filter(({ checkpoint }) => checkpoint !== undefined);
    expect(asked.map(({ offset, data }) => offset + data.length)).toEqual([300, 600, 900, 1_000]);
    // The answer to the last one waits for the store.
    expect(pair.sent(1, 'report').map(({ lower, upper }) => [lower, upper])).toEqual([]);
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('reports each part on its own while the block is not whole', () => {
    const pair = new LtpPair({ options: { checkpointEveryOctets: 300 } });
    pair.drop = ({ segment, at }) => at === 0 && segment.kind === 'data' && segment.offset >= 900;
    pair.send(0, block(1_000));
    pair.run(15 * MS);
    expect(pair.sent(1, 'report').map(({ lower, upper }) => [lower, upper])).toEqual([
      [0, 300],
      [300, 600],
      [600, 900],
    ]);
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('gives up with RLEXC when a checkpoint stays unanswered', () => {
    const pair = new LtpPair(FEW);
    pair.drop = ({ end }) => end === 1;
    pair.send(0, block(100));
    pair.run();
    expect(pair.sent(0, 'data')).toHaveLength(3);
    expect(pair.of(0, 'cancelled')).toMatchObject([
      { by: 'sender', reason: CANCEL_REASON.retransmissionLimit },
    ]);
    // The cancellation is not acknowledged either, and has a limit of its own.
    expect(pair.sent(0, 'cancel')).toHaveLength(3);
    expect(pair.snapshots()[0].sendSessions).toBe(0);
  });

  it('gives up with RXMTCYCEXC when data are reported missing too often', () => {
    const pair = new LtpPair(FEW);
    const session = pair.send(0, block(100));
    pair.drop = () => true;
    for (const serial of [50, 51, 52]) {
      pair.run(pair.now + 1 * MS);
      expect(pair.of(0, 'cancelled')).toEqual([]);
      pair.deliver(0, encodeSegment({ ...reportOf(session, serial, 0, 100), claims: [] }));
    }
    expect(pair.sent(0, 'data')).toHaveLength(3);
    expect(pair.of(0, 'cancelled')).toMatchObject([
      { by: 'sender', reason: CANCEL_REASON.retransmissionCycles },
    ]);
  });

  it('can be stopped, and the other end forgets what it has', () => {
    const pair = new LtpPair();
    const session = pair.send(0, block(1_000));
    pair.drop = ({ segment }) => segment.kind === 'data' && segment.offset === 0;
    pair.run(12 * MS);
    pair.engines[0].cancel(pair.now, session);
    pair.engines[0].cancel(pair.now, session);
    pair.run();
    expect(pair.of(0, 'cancelled')).toMatchObject([{ by: 'sender', reason: 0 }]);
    expect(pair.of(1, 'cancelled')).toMatchObject([{ by: 'sender', reason: 0 }]);
    expect(pair.snapshots()[1]).toMatchObject({ receiveSessions: 0, receiveOctets: 0 });
  });

  it('believes no report about what it has not sent, and does not acknowledge it', () => {
    const pair = new LtpPair();
    pair.linkDown();
    const session = pair.send(0, block(1_000));
    const report = reportOf(session, 50, 0, 400);
    expect(pair.engines[0].receive(0, encodeSegment(report))).toBe(BEYOND_SENT);
    expect(pair.engines[0].pull(0, 200)).toBeDefined();
    pair.linkUp();
    pair.run();
    expect(pair.sent(0, 'report-ack').map(({ serial }) => serial)).not.toContain(50);
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('asks anew when the far side, restarted, owes it what it has forgotten', () => {
    const pair = new LtpPair();
    const session = pair.send(0, block(300));
    pair.drop = ({ end, at }) => end === 1 || at === 0;
    pair.run(1 * MS);
    const [, second] = pair.sent(0, 'data');
    // The first of two reports for the one checkpoint came; the second never will.
    const serial = second!.checkpoint!.serial;
    pair.deliver(0, encodeSegment({ ...reportOf(session, 50, 0, 50), checkpointSerial: serial }));
    pair.drop = () => false;
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('takes as answered every checkpoint that asks no more than a report says', () => {
    const repeated = (lower: number) => {
      const pair = new LtpPair({ options: { checkpointEveryOctets: 300 } });
      pair.drop = () => true;
      const session = pair.send(0, block(600));
      pair.run(1 * MS);
      const { serial } = pair.sent(0, 'data').at(-1)!.checkpoint!;
      const report = { ...reportOf(session, 50, lower, 600), checkpointSerial: serial };
      pair.deliver(0, encodeSegment({ ...report, claims: [{ from: 310, to: 600 }] }));
      pair.run(2 * MS);
      const sent = pair.sent(0, 'data').length;
      pair.run(ROUND_TRIP_US);
      return pair.sent(0, 'data').length - sent;
    };
    expect([repeated(0), repeated(300)]).toEqual([0, 1]);
  });

  it('sends once again what two reports miss', () => {
    const pair = new LtpPair();
    pair.drop = () => true;
    const session = pair.send(0, block(100));
    pair.run(1 * MS);
    for (const serial of [50, 51]) {
      pair.deliver(0, encodeSegment({ ...reportOf(session, serial, 0, 100), claims: [] }));
    }
    pair.run(2 * MS);
    expect(pair.sent(0, 'data')).toHaveLength(2);
    expect(pair.snapshots()[0].repeatedOctets).toBe(100);
  });

  it('sends a checkpoint again in what room there is', () => {
    const pair = new LtpPair();
    const [engine, far] = pair.engines;
    engine.send(0, { octets: block(180), redOctets: 180, clientService: 1 });
    expect(engine.pull(0, 1_000)!.length).toBeGreaterThan(180);
    engine.tick(ROUND_TRIP_US);
    const again = engine.pull(ROUND_TRIP_US, 100)!;
    expect(again.length).toBeLessThanOrEqual(100);
    far.receive(ROUND_TRIP_US, again);
    pair.run();
    expect(pair.of(1, 'received')[0]?.octets).toEqual(block(180));
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });
});

describe('the receiver of a block', () => {
  it('lets the sender forget the block only when it is stored', () => {
    const pair = new LtpPair({ storeUs: Number.POSITIVE_INFINITY });
    const session = pair.send(0, block(300));
    pair.run(2 * S);
    expect(pair.of(1, 'received')).toHaveLength(1);
    expect([pair.of(0, 'completed').length, pair.of(0, 'cancelled').length]).toEqual([0, 0]);
    // While it waits, the sender asks twice with one octet until it is answered, and so on.
    const later = pair.sent(0, 'data').slice(2);
    expect(later.filter(({ data }) => data.length > 1)).toHaveLength(1);
    expect(later.length).toBeLessThanOrEqual((2 * 2 * S) / (ROUND_TRIP_US + 20 * MS));
    pair.engines[1].stored(pair.now, session);
    pair.engines[1].stored(pair.now, session);
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
    expect(pair.snapshots()[1]).toMatchObject({ receiveSessions: 0, receiveOctets: 0 });
  });

  it('can refuse a block that it cannot keep', () => {
    const pair = new LtpPair({ storeUs: Number.POSITIVE_INFINITY });
    const session = pair.send(0, block(300));
    pair.run(12 * MS);
    pair.engines[1].refuse(pair.now, session);
    pair.engines[1].stored(pair.now, session);
    pair.run();
    expect(pair.of(0, 'cancelled')).toMatchObject([{ by: 'receiver', reason: 4 }]);
    expect(pair.of(0, 'completed')).toEqual([]);
  });

  it('says that a block is stored though nobody asks, when the last data came last', () => {
    const pair = new LtpPair();
    pair.linkDown();
    const session = pair.send(0, block(300));
    const [first, second] = [pair.engines[0].pull(0, 200)!, pair.engines[0].pull(0, 200)!];
    const [, far] = pair.engines;
    far.receive(0, second);
    expect(far.waiting()).toBe(true);
    far.pull(0, 200);
    far.receive(0, first);
    expect(far.waiting()).toBe(false);
    far.stored(0, session);
    pair.linkUp();
    pair.run(0);
    const report = pair.sent(1, 'report')[0];
    expect(report).toMatchObject({ checkpointSerial: 0, lower: 0, upper: 300 });
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('reports in several segments what does not fit in one', () => {
    const pair = new LtpPair({ octetsMax: 110 });
    pair.drop = ({ segment, at }) =>
      at === 0 &&
      pair.flown.length % 2 === 1 &&
      segment.kind === 'data' &&
      segment.ends !== 'block';
    pair.send(0, block(9_000));
    pair.run(15 * MS);
    const reports = pair.sent(1, 'report');
    expect(reports.length).toBeGreaterThan(1);
    for (const [n, { lower, checkpointSerial }] of reports.entries()) {
      expect(lower).toBe(n === 0 ? 0 : reports[n - 1]!.upper);
      expect(checkpointSerial).toBe(reports[0]!.checkpointSerial);
    }
    expect(reports.at(-1)!.upper).toBe(9_000);
    pair.run();
    expect(pair.of(1, 'received')[0]?.octets).toEqual(block(9_000));
    expect(pair.of(0, 'completed')).toHaveLength(1);
  });

  it('makes new reports where an old one does not fit any more', () => {
    const pair = new LtpPair();
    const [, engine] = pair.engines;
    const at = (n: number) => data({ offset: 30 * n, data: block(10) });
    for (let n = 0; n < 30; n++) engine.receive(0, at(n));
    const end = { ends: 'red-part', checkpoint: { serial: 9, reportSerial: 0 } } as const;
    engine.receive(0, data({ offset: 900, data: block(10), ...end }));
    expect(engine.pull(0, 200)!.length).toBeGreaterThan(96);
    expect(engine.waiting()).toBe(false);
    engine.tick(ROUND_TRIP_US);
    expect(engine.pull(ROUND_TRIP_US, 96)!.length).toBeLessThanOrEqual(96);
    expect(engine.pull(ROUND_TRIP_US, 96)!.length).toBeLessThanOrEqual(96);
  });

  it('answers a checkpoint that a later one has overtaken', () => {
    const pair = new LtpPair();
    const mark = (serial: number) => ({ checkpoint: { serial, reportSerial: 0 } });
    pair.deliver(1, data({ offset: 50, data: block(50), ...mark(8) }));
    pair.run(0);
    pair.deliver(1, data({ offset: 0, data: block(40), ...mark(7) }));
    pair.run(0);
    expect(pair.sent(1, 'report').map(({ lower, upper }) => [lower, upper])).toEqual([
      [0, 100],
      [0, 40],
    ]);
  });

  it('sends a report again when its checkpoint comes again, as often as that does', () => {
    const { engines, told } = new LtpPair(FEW);
    const [, far] = engines;
    const checkpoint = data({ ...eorp(0), data: block(50) });
    far.receive(0, checkpoint);
    far.poll();
    far.stored(0, { originator: 1, number: 7 });
    const report = far.pull(0, 200);
    for (let n = 1; n <= 5; n++) {
      expect(far.waiting()).toBe(false);
      far.receive(n, checkpoint);
      expect(far.pull(n, 200)).toEqual(report);
    }
    expect(far.deadline()).toMatchObject({ at: 5 + ROUND_TRIP_US });
    expect(told[1]).toEqual([]);
  });

  it('gives up with RLEXC when a report is not acknowledged', () => {
    const pair = new LtpPair(FEW);
    pair.drop = ({ segment }) => segment.kind === 'report-ack';
    pair.send(0, block(100));
    pair.run();
    expect(pair.sent(1, 'report')).toHaveLength(3);
    expect(pair.of(1, 'cancelled')).toMatchObject([{ by: 'receiver', reason: 2 }]);
    // The sender had the report: its session was over before.
    expect(pair.of(0, 'completed')).toHaveLength(1);
    expect(pair.of(0, 'cancelled')).toEqual([]);
  });

  it('gives up on a sender that has fallen silent', () => {
    const pair = new LtpPair(FEW);
    pair.deliver(1, data({ data: block(50) }));
    pair.run();
    expect(pair.of(1, 'cancelled')).toMatchObject([{ by: 'receiver', reason: 4 }]);
    // Engine 1 has no such session and acknowledges all the same.
    expect(pair.flown.map(({ segment }) => segment.kind)).toEqual(['cancel', 'cancel-ack']);
    expect(pair.snapshots()[1]).toMatchObject({ receiveSessions: 0, receiveOctets: 0 });
  });

  it('does not give up on a slow sender, nor while its own store is slow', () => {
    const pair = new LtpPair({ ...FEW, storeUs: Number.POSITIVE_INFINITY });
    for (let n = 0; n < 9; n++) {
      pair.deliver(1, data({ offset: 10 * n, data: block(10) }));
      pair.run(pair.now + 60 * MS);
    }
    pair.deliver(1, data({ data: block(10), ...eorp(90) }));
    pair.run(pair.now + 2 * S);
    expect(pair.of(1, 'received')).toHaveLength(1);
    expect(pair.of(1, 'cancelled')).toEqual([]);
  });

  it('does not wait for green data longer than for a silent sender, and calls that no fault', () => {
    const pair = new LtpPair(FEW);
    pair.drop = ({ segment }) => segment.kind === 'data' && segment.ends === 'block';
    pair.send(0, block(500), { redOctets: 200 });
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
    expect([...pair.of(0, 'cancelled'), ...pair.of(1, 'cancelled')]).toEqual([]);
    expect(pair.snapshots()[1].receiveSessions).toBe(0);
  });

  it.each<[string, Partial<DataSegment>[]]>([
    ['red after green', [{ color: 'green', offset: 50 }, { offset: 100 }]],
    ['red into green', [{ color: 'green', offset: 50 }, { offset: 45 }]],
    ['green before red', [{ offset: 50 }, { color: 'green', offset: 20 }]],
    ['red beyond the end of the red part', [eorp(50), { offset: 60 }]],
    ['a red part that ends before its data', [{ offset: 100 }, eorp(50)]],
  ])('cancels what is miscolored: %s', (_, segments) => {
    const pair = new LtpPair();
    for (const segment of segments) pair.deliver(1, data({ data: block(10), ...segment }));
    expect(pair.faults).toEqual([MISCOLORED]);
    expect(pair.of(1, 'cancelled')).toMatchObject([{ by: 'receiver', reason: 3 }]);
  });

  it('drops what contradicts the session, and goes on', () => {
    const pair = new LtpPair();
    pair.deliver(1, data({ color: 'green', offset: 10, ends: 'block', data: block(10) }));
    pair.deliver(1, data({ color: 'green', offset: 15, data: block(10) }));
    pair.deliver(1, data({ clientService: 2, data: block(5) }));
    expect(pair.faults).toEqual([BEYOND_BLOCK, CLIENT_CHANGED]);
    pair.deliver(1, data({ color: 'green', offset: 0, data: block(10) }));
    expect(pair.of(1, 'green').map(({ offset }) => offset)).toEqual([10, 0]);
    expect(pair.snapshots()[1].receiveSessions).toBe(0);
  });
});

describe('a session that is over', () => {
  it('is not opened again by what comes late', () => {
    const pair = new LtpPair();
    pair.send(0, block(300));
    pair.run();
    const late = pair.flown.filter(({ segment }) => segment.kind === 'data');
    for (const { octets } of late) pair.deliver(1, octets);
    expect(pair.faults).toEqual([SESSION_CLOSED, SESSION_CLOSED]);
    pair.run();
    expect(pair.of(1, 'received')).toHaveLength(1);
    expect(pair.snapshots()[1].receiveSessions).toBe(0);
  });

  it('still has its reports and cancellations acknowledged', () => {
    const pair = new LtpPair();
    const session = { originator: 1, number: 99 };
    pair.deliver(0, encodeSegment(reportOf(session, 5, 0, 10)));
    pair.deliver(0, fromHex('0e01630004'));
    pair.deliver(1, fromHex('0c01630000'));
    pair.run();
    expect(pair.flown.map(({ end, segment }) => [end, segment.kind])).toEqual([
      [0, 'report-ack'],
      [0, 'cancel-ack'],
      [1, 'cancel-ack'],
    ]);
    // What comes behind a cancellation that overtook it opens nothing.
    pair.deliver(1, data({ session, data: block(5) }));
    expect(pair.faults).toEqual([SESSION_CLOSED]);
  });

  it('is forgotten when too many have been closed since', () => {
    const pair = new LtpPair({ options: { limits: { closedSessionsMax: 2 } } });
    for (const number of [1, 2, 3]) pair.deliver(1, fromHex(`0c010${number}0000`));
    pair.deliver(1, data({ session: { originator: 1, number: 3 }, data: block(5) }));
    pair.deliver(1, data({ session: { originator: 1, number: 1 }, data: block(5) }));
    expect(pair.faults).toEqual([SESSION_CLOSED]);
    expect(pair.snapshots()[1].receiveSessions).toBe(1);
  });
});

describe('an engine', () => {
  it('takes only sessions of its own and of the far engine, each in its direction', () => {
    const pair = new LtpPair();
    const foreign = { originator: 3, number: 1 };
    const own = { originator: 2, number: 1 };
    pair.deliver(1, data({ session: foreign, data: block(1) }));
    pair.deliver(1, data({ session: own, data: block(1) }));
    pair.deliver(1, encodeSegment(reportOf({ originator: 1, number: 1 }, 1, 0, 1)));
    pair.deliver(1, fromHex('09020105'));
    pair.deliver(1, fromHex('0e01010004'));
    expect(pair.faults.slice(0, 3)).toEqual([FOREIGN_SESSION, FOREIGN_SESSION, FOREIGN_SESSION]);
    expect(pair.faults.at(-1)).toBe(FOREIGN_SESSION);
  });

  it('sends answers first, then repairs, then new data, in each lane on its own', () => {
    const pair = new LtpPair({ options: { lanes: 2 } });
    const [engine] = pair.engines;
    const session = engine.send(0, {
      octets: block(100),
      redOctets: 100,
      clientService: 1,
      lane: 1,
    });
    engine.pull(0, 200, 1);
    engine.send(0, { octets: block(100), redOctets: 100, clientService: 1, lane: 1 });
    expect([engine.waiting(0), engine.waiting(1)]).toEqual([false, true]);
    engine.tick(ROUND_TRIP_US);
    engine.receive(ROUND_TRIP_US, fromHex('0c02630000'), 1);
    const kinds = [0, 1, 2].map(() => engine.pull(ROUND_TRIP_US, 200, 1)![0]);
    expect(kinds).toEqual([13, 3, 3]);
    expect(session).toBeDefined();
    expect([engine.waiting(1), engine.pull(0, 200, 0)]).toEqual([false, undefined]);
  });

  it('takes no more blocks than its limits say, in each lane', () => {
    const limits = { sendSessionsMax: 2, sendOctetsMax: 1_000 };
    const pair = new LtpPair({ options: { lanes: 2, limits } });
    const [engine] = pair.engines;
    const send = (octets: number, lane: number) =>
      engine.send(0, { octets: block(octets), redOctets: octets, clientService: 1, lane });
    expect([send(600, 0), send(600, 0), send(400, 0), send(1, 0)].map(Boolean)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(send(1_000, 1)).toBeDefined();
  });

  it('holds no more than its limits say of what comes in', () => {
    const limits = { receiveSessionsMax: 2, receiveOctetsMax: 1_000, blockOctetsMax: 900 };
    const pair = new LtpPair({ options: { limits } });
    const first = (number: number, fields: Partial<DataSegment>) =>
      pair.deliver(1, data({ session: { originator: 1, number }, ...fields }));
    first(1, { data: block(600) });
    first(2, { data: block(600) });
    first(3, { data: block(1) });
    first(1, { offset: 2 ** 40, data: block(1) });
    expect(pair.faults).toEqual([NO_ROOM, NO_ROOM, BLOCK_LARGE]);
    // A cancellation takes a place until it is acknowledged.
    first(3, { data: block(1) });
    expect(pair.faults.at(-1)).toBe(NO_ROOM);
    pair.run(25 * MS);
    first(3, { data: block(1) });
    expect(pair.faults).toHaveLength(4);
    expect(pair.snapshots()[1].receiveOctets).toBeLessThanOrEqual(1_000);
  });

  it('lets new sessions in for those that wait only for green data', () => {
    const pair = new LtpPair({ options: { limits: { receiveSessionsMax: 2 } } });
    for (const number of [1, 2, 3, 4]) {
      const session = { originator: 1, number };
      pair.deliver(1, data({ session, color: 'green', offset: 10, data: block(5) }));
    }
    expect(pair.faults).toEqual([]);
    expect(pair.snapshots()[1].receiveSessions).toBe(2);
  });

  it('keeps only so many gaps in one block', () => {
    const pair = new LtpPair();
    for (let n = 0; n < 2_100; n++) pair.deliver(1, data({ offset: 2 * n, data: block(1) }));
    expect(new Set(pair.faults)).toEqual(new Set([SCATTERED]));
    pair.faults.length = 0;
    pair.deliver(1, data({ offset: 1, data: block(1) }));
    expect(pair.faults).toEqual([]);
  });

  it('survives any octets, with its limits kept', () => {
    const limits = { receiveSessionsMax: 10, receiveOctetsMax: 5_000, blockOctetsMax: 4_000 };
    const engine = new LtpEngine({
      localEngine: 2,
      remoteEngine: 1,
      clientServices: [1],
      random: new SeededRandom(1, 'engine'),
      limits,
    });
    engine.linkUp(0, ROUND_TRIP_US);
    let now = 0;
    fc.assert(
      fc.property(anyOctets, (octets) => {
        engine.receive(now, octets);
        now += MS;
        engine.tick(now);
        while (engine.waiting()) engine.pull(now, 100);
        while (engine.poll() !== undefined);
        expect(engine.snapshot().receiveSessions).toBeLessThanOrEqual(10);
        expect(engine.snapshot().receiveOctets).toBeLessThanOrEqual(5_000);
      }),
      { numRuns: 3_000 },
    );
  });

  it('numbers sessions and serials from where nobody can guess, and shares session numbers', () => {
    const numbers = Array.from({ length: 50 }, (_, seed) => new SeededRandom(seed, 'numbers'));
    const sessions = numbers.map((random) => SerialNumbers.ofSessions(random).take());
    const serials = numbers.map((random) => SerialNumbers.ofSegments(random.octets(2)).take());
    expect(new Set(sessions).size).toBe(50);
    expect(Math.max(...sessions)).toBeLessThanOrEqual(2 ** 42);
    expect(Math.max(...sessions)).toBeGreaterThan(2 ** 40);
    expect(Math.min(...serials)).toBeGreaterThan(0);
    expect(Math.max(...serials)).toBeLessThanOrEqual(2 ** 13);
    const shared = new SerialNumbers(70);
    const pair = new LtpPair({ options: { sessionNumbers: shared } });
    expect([pair.send(0, block(1)).number, pair.send(1, block(1)).number]).toEqual([70, 71]);
  });

  it('goes on in the next contact where the last one ended', () => {
    const pair = new LtpPair();
    pair.send(0, block(2_000));
    pair.at(12 * MS, () => pair.linkDown());
    pair.at(3_600 * S, () => pair.linkUp());
    pair.run();
    expect(pair.of(0, 'completed')).toHaveLength(1);
    expect(pair.now).toBeLessThan(3_601 * S);
    expect(concat(pair.of(1, 'received').map(({ octets }) => octets))).toEqual(block(2_000));
  });
});

function eorp(offset: number): Partial<DataSegment> {
  return { offset, ends: 'red-part', checkpoint: { serial: 7, reportSerial: 0 } };
}

/** The octets of a red segment of engine 1, but for what is given. */
function data(fields: Partial<DataSegment>): Uint8Array {
  return encodeSegment({
    kind: 'data',
    session: { originator: 1, number: 7 },
    extensions: NO_EXTENSIONS,
    color: 'red',
    ends: 'nothing',
    clientService: 1,
    offset: 0,
    checkpoint: undefined,
    data: new Uint8Array(0),
    ...fields,
  });
}

function reportOf(session: DataSegment['session'], serial: number, lower: number, upper: number) {
  const claims = [{ from: lower, to: upper }];
  const fields = { session, extensions: NO_EXTENSIONS, serial, lower, upper, claims };
  return { kind: 'report', checkpointSerial: 0, ...fields } as const;
}

/** Segments of one session, and noise. */
const anyOctets = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 4, 7, 8, 9, 12, 13, 14, 15), fc.nat(1), fc.nat(3))
  .chain(([type, originator, number]) =>
    fc
      .uint8Array({ maxLength: 30 })
      .map((rest) => Uint8Array.of(type, originator + 1, number, 0, 1, ...rest)),
  );
