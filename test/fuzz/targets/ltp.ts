/** LTP: segments, and an engine in the middle of its sessions. */

import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { LtpSpan } from '#protocol/link/ltp-span.ts';
import { decodeSegment } from '#protocol/ltp/decode-segment.ts';
import { encodeSegment, SEGMENT_OCTETS_MIN } from '#protocol/ltp/encode-segment.ts';
import { decodeServiceData, encodeServiceData } from '#protocol/ltp/service-data.ts';
import { LtpPair } from '../../protocol/ltp/ltp-pair.ts';
import { accepted, decoder, type Feed, promise, type Target, vectorOctets } from '../target.ts';

const LIMITS = {
  receiveSessionsMax: 20,
  receiveOctetsMax: 100_000,
  blockOctetsMax: 60_000,
  transmissionsMax: 3,
  closedSessionsMax: 100,
};
const segments = vectorOctets(['ltp'], 4);

export const LTP_TARGETS: readonly Target[] = [
  decoder('decodeSegment', segments, feedSegment),
  decoder('decodeServiceData', [fromHex('01030102030100')], (octets) =>
    accepted(decodeServiceData(octets), (units) =>
      promise(encodeServiceData(units).length <= octets.length, 'written as short as can be'),
    ),
  ),
  {
    name: 'LtpEngine.receive',
    covers: ['LtpEngine.receive'],
    corpus: [...segments, ...ownSegments()],
    start: feedEngine,
    streak: 128,
    weight: 6,
  },
  {
    name: 'LtpSpan.receive',
    covers: ['LtpSpan.receive', 'BlockTransfer.receive'],
    corpus: [...segments, ...ownSegments()],
    start: feedSpan,
    streak: 128,
    weight: 6,
  },
];

function feedSegment(octets: Uint8Array): boolean {
  const segment = decodeSegment(octets);
  if (segment instanceof Fault) return false;
  const again = encodeSegment(segment);
  promise(again.length <= octets.length, 'a segment is written as short as can be');
  promise(!(decodeSegment(again) instanceof Fault), 'a segment rewritten is a segment');
  return true;
}

/** Two ends that have a block each on its way; the second end is what is fed. */
function pairUnderWay(): LtpPair {
  const pair = new LtpPair({ options: { limits: LIMITS } });
  for (const end of [0, 1] as const) {
    pair.send(end, new Uint8Array(1_000).fill(7));
    pair.send(end, new Uint8Array(500).fill(9), { redOctets: 200 });
  }
  pair.drain();
  return pair;
}

function ownSegments(): Uint8Array[] {
  const pair = pairUnderWay();
  pair.drop = ({ segment }) => segment.kind === 'data' && segment.offset === 0;
  pair.run();
  return pair.flown.filter(({ end }) => end === 0).map(({ octets }) => octets);
}

function feedEngine(): Feed {
  const [, engine] = pairUnderWay().engines;
  let now = 0;
  return (octets) => {
    const fault = engine.receive(now, octets.slice());
    now += (octets[octets.length - 1] ?? 0) * 500;
    engine.tick(now);
    let pulls = octets.length % 5;
    while (pulls-- > 0) engine.pull(now, SEGMENT_OCTETS_MIN + octets.length);
    for (let output = engine.poll(); output !== undefined; output = engine.poll()) {
      if (output.kind !== 'received') continue;
      promise(output.octets.length <= LIMITS.blockOctetsMax, 'a block within its bound');
      if (octets.length % 2 === 0) engine.stored(now, output.session);
    }
    const { receiveSessions, receiveOctets, sendSessions } = engine.snapshot();
    promise(receiveSessions <= LIMITS.receiveSessionsMax, 'sessions within their bound');
    promise(receiveOctets <= LIMITS.receiveOctetsMax, 'octets within their bound');
    promise(receiveOctets >= 0 && sendSessions <= 2, 'what is held adds up');
    return fault === undefined;
  };
}

/** The end that is fed, with the clock and the owner of a node that keeps every other bundle. */
function feedSpan(): Feed {
  const random = new SeededRandom(1, 'span');
  const segmentOctetsMax = 500;
  const span = new LtpSpan({ localEngine: 2, remoteEngine: 1, segmentOctetsMax, random });
  let now = 0;
  let underWay = 2;
  span.connect(now, { rateBps: 1e8, roundTripUs: 20_000, initiate: false });
  for (const id of ['a', 'b']) {
    span.send(now, { id, octets: new Uint8Array(1_000), trafficClass: 1 });
  }
  return (octets) => {
    let isSound = true;
    span.receive(now, octets.slice());
    now += (octets[octets.length - 1] ?? 0) * 500;
    for (let output = span.poll(); output !== undefined; output = span.poll()) {
      if (output.kind === 'fault') isSound = false;
      if (output.kind === 'sent' || output.kind === 'unsent') underWay--;
      if (output.kind === 'transmit') {
        promise(output.frame.length <= segmentOctetsMax, 'a datagram keeps to its maximum');
      }
      if (output.kind === 'received' && output.receipt !== undefined) {
        span.settle(now, output.receipt, output.receipt % 2 === 0);
      }
    }
    span.tick(now);
    promise(underWay >= 0, 'each bundle is answered for once');
    return isSound;
  };
}
