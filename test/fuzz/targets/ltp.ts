/** LTP: segments, and an engine in the middle of its sessions. */
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
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
