/** Exchanges segment by segment, those of the vectors among them. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { CLIENT_SERVICE, MISCOLORED } from '#protocol/ltp/contract.ts';
import { CANCEL_REASON, type Segment } from '#protocol/ltp/segment.ts';
import { type Flown, LtpPair, MS, ROUND_TRIP_US } from './ltp-pair.ts';
import { vector, vectorsOf } from './ltp-vectors.ts';

const BLOCK = Uint8Array.from({ length: 320 }, (_, n) => n % 251);

describe('an exchange', () => {
  it('is one of four vectors, each of them below', () => {
    expect(vectorsOf('exchange').map(([id]) => id)).toEqual([
      'ltp-x-lossless',
      'ltp-x-gap',
      'ltp-x-lost-eob',
      'ltp-x-cancel',
    ]);
  });

  it('ltp-x-lossless: four segments, a report, its acknowledgment', () => {
    const pair = fourSegments();
    pair.run();
    expect(pair.flown.map(wordOf)).toEqual(stepsOf('ltp-x-lossless'));
    const [report] = pair.sent(1, 'report');
    const checkpoint = pair.sent(0, 'data')[3]!.checkpoint!;
    expect(report).toMatchObject({
      checkpointSerial: checkpoint.serial,
      lower: 0,
      upper: 320,
      claims: [{ from: 0, to: 320 }],
    });
    expectDone(pair);
  });

  it('ltp-x-gap: the missing segment goes again, as a checkpoint that names the report', () => {
    const pair = fourSegments();
    pair.drop = ({ segment }) => isFirstAt(pair, segment, 1);
    pair.run();
    expect(pair.flown.slice(4).map(wordOf)).toEqual(stepsOf('ltp-x-gap'));
    const data = pair.sent(0, 'data');
    const [first, second] = pair.sent(1, 'report');
    const { offset, data: lost } = data[1]!;
    const gap = { from: offset, to: offset + lost.length };
    expect(first!.claims).toEqual([
      { from: 0, to: gap.from },
      { from: gap.to, to: 320 },
    ]);
    expect(data[4]).toMatchObject({ offset, data: lost, ends: 'nothing' });
    expect(data[4]!.checkpoint).toEqual({
      serial: data[3]!.checkpoint!.serial + 1,
      reportSerial: first!.serial,
    });
    // A stored block is reported as a whole, which RFC 5326 §6.11 leaves to the receiver.
    expect(second).toMatchObject({ serial: first!.serial + 1, lower: 0, upper: 320 });
    expectDone(pair);
  });

  it('ltp-x-lost-eob: the checkpoint goes again when a round trip has passed, link time', () => {
    const pair = fourSegments();
    pair.drop = ({ segment }) => isFirstAt(pair, segment, 3);
    pair.run(10 * MS);
    pair.linkDown();
    pair.run(500 * MS);
    pair.linkUp();
    pair.run();
    const sent = pair.flown.filter(({ end }) => end === 0);
    expect(sent[4]!.at).toBe(490 * MS + ROUND_TRIP_US);
    expect(toHex(sent[4]!.octets)).toBe(toHex(sent[3]!.octets));
    expectDone(pair);
  });

  it('ltp-x-cancel: MISCOLORED is said, acknowledged, and the last word', () => {
    const pair = new LtpPair();
    pair.deliver(1, fromHex(vector('ltp-green').hex));
    pair.deliver(1, fromHex(vector('ltp-red-eob').hex));
    expect(pair.faults).toEqual([MISCOLORED]);
    pair.run();
    expect(pair.flown.map(wordOf)).toEqual(stepsOf('ltp-x-cancel'));
    expect(toHex(pair.flown[0]!.octets)).toBe(vector('ltp-cs-3').hex);
    expect(toHex(pair.flown[1]!.octets)).toBe(vector('ltp-car').hex);
    expect(pair.of(1, 'cancelled')).toMatchObject([{ by: 'receiver', reason: 3 }]);
    expect(pair.snapshots().map(({ receiveSessions }) => receiveSessions)).toEqual([0, 0]);
  });

  it('takes a block of vectors in, red and green, with two checkpoints', () => {
    const pair = new LtpPair();
    const names = ['red', 'red-ckpt', 'red-eorp', 'green', 'green', 'green-eob'];
    for (const name of names) pair.deliver(1, fromHex(vector(`ltp-${name}`).hex));
    pair.run(2 * MS);
    expect(pair.of(1, 'received').map(({ octets }) => octets.length)).toEqual([96]);
    expect(pair.of(1, 'green').map(({ offset, endOfBlock }) => [offset, endOfBlock])).toEqual([
      [96, false],
      [128, true],
    ]);
    const reports = pair.sent(1, 'report');
    expect(
      reports.map(({ checkpointSerial, lower, upper }) => [checkpointSerial, lower, upper]),
    ).toEqual([
      [5, 0, 96],
      [6, 0, 96],
    ]);
  });

  it('ltp-bad-client: data for a client service that is not here are answered UNREACH', () => {
    const pair = new LtpPair();
    pair.deliver(1, fromHex(vector('ltp-bad-client').hex));
    pair.deliver(1, fromHex(vector('ltp-bad-client').hex));
    expect(pair.faults[0]).toBe(CLIENT_SERVICE);
    pair.run();
    expect(toHex(pair.flown[0]!.octets)).toBe(vector('ltp-cs-1').hex);
    expect(pair.flown.map(wordOf)).toEqual(['1 cancel', '0 cancel-ack']);
    expect(CANCEL_REASON.unreachable).toBe(1);
  });
});

/** A block in four segments of the same size or nearly so. */
function fourSegments(): LtpPair {
  const pair = new LtpPair({ octetsMax: 98 });
  pair.send(0, BLOCK);
  return pair;
}

/** Whether this is the first pass of the segment so numbered of the first end. */
function isFirstAt(pair: LtpPair, segment: Segment, index: number): boolean {
  return pair.sent(0, 'data')[index] === segment;
}

function expectDone(pair: LtpPair): void {
  expect(pair.of(0, 'completed')).toHaveLength(1);
  expect(pair.of(1, 'received').map(({ octets }) => toHex(octets))).toEqual([toHex(BLOCK)]);
  expect(pair.snapshots()).toMatchObject([
    { sendSessions: 0, receiveSessions: 0 },
    { sendSessions: 0, receiveSessions: 0, receiveOctets: 0 },
  ]);
}

function wordOf({ end, segment }: Flown): string {
  return `${end} ${segment.kind}`;
}

/** The segments of a vector, in the words of `wordOf`. */
function stepsOf(id: string): string[] {
  return vector(id)
    .steps.map((step) => /^([SR])>[SR] (.*)/.exec(step))
    .filter((match) => match !== null)
    .map(([, from, text]) => `${from === 'S' ? 0 : 1} ${kindOf(text as string)}`);
}

function kindOf(text: string): Segment['kind'] {
  if (text.startsWith('report acknowledgment')) return 'report-ack';
  if (text.startsWith('report')) return 'report';
  if (text.startsWith('cancel acknowledgment')) return 'cancel-ack';
  return text.startsWith('cancel') ? 'cancel' : 'data';
}
