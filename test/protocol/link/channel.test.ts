/** A link whose channel has more than frames of variable length. */
import { describe, expect, it } from 'vitest';
import { toHex } from '#protocol/bytes/octets.ts';
import { encodeEncapsulation } from '#protocol/frame/encapsulation.ts';
import { frameSizes, managedParameters } from '#protocol/link/channel.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { spacePacket } from '../frame/packets.ts';
import { Chance, LinkPair, type PairOptions } from './link-pair.ts';

const S = 1_000_000;
const chance = new Chance(11);
/** link-security §6.2. */
const HELLO_OCTETS = { classical: 256, hybrid: 1_280 };
const RS = { correctableMax: 16, interleave: 5 } as const;

describe('frames of fixed length', () => {
  const fixed = { frameOctetsMax: 300, channel: { fixedLength: true } };

  it('are all of one length, and carry bundles of every size and class both ways', () => {
    const pair = securedPair(fixed);
    carriesBundles(pair);
    expect(lengths(pair)).toEqual([300]);
  });

  it('take several small bundles each', () => {
    const pair = securedPair({ ...fixed, rateBps: 100_000 });
    const before = pair.ends[0].left.length;
    for (let n = 0; n < 40; n++) pair.send(0, `${n}`, chance.octets(20), 0);
    pair.run(5 * S);
    expect(pair.ends[1].of('received')).toHaveLength(40);
    expect(pair.ends[0].of('sent')).toHaveLength(40);
    expect(pair.ends[0].left.length - before).toBeLessThanOrEqual(5);
  });

  it('are not sent while there is nothing to say', () => {
    const pair = securedPair(fixed);
    pair.run(S);
    const before = pair.ends[0].left.length;
    pair.run(5 * S);
    expect(pair.ends[0].left.length).toBe(before);
  });

  it('fill the line where idle frames are asked for, and leave room for bundles', () => {
    const channel = { fixedLength: true, idleFrames: true };
    const pair = securedPair({ ...fixed, channel, rateBps: 240_000 }); // 100 frames a second
    pair.run(S);
    const before = pair.ends[0].left.length;
    pair.run(5 * S);
    expect(pair.ends[0].left.length - before).toBeGreaterThanOrEqual(499);
    expect(pair.ends[0].left.length - before).toBeLessThanOrEqual(501);
    carriesBundles(pair);
    const { idleFramesReceived, faults } = pair.ends[1].link.snapshot();
    expect(idleFramesReceived).toBeGreaterThan(400);
    expect(faults).toEqual({});
  });

  it('carry an insert zone and a control field', () => {
    const ocfSource = { ocf: () => Uint8Array.of(1, 2, 3, ocf) };
    const channel = { fixedLength: true, insertZoneOctets: 7, ocf: true, ocfSource };
    let ocf = 4;
    const pair = securedPair({ ...fixed, channel });
    carriesBundles(pair);
    expect(lengths(pair)).toEqual([300]);
    ocf = 5;
    pair.send(0, 'last', chance.octets(10));
    pair.run(S);
    const told = () => pair.ends[1].of('ocf').map((output) => toHex(output.ocf));
    expect(told()).toEqual(['01020304', '01020305']);
    for (const end of [0, 1] as const) pair.disconnectEnd(end);
    pair.connect();
    pair.run(S);
    expect(told()).toEqual(['01020304', '01020305', '01020305']);
  });

  it('tell the control field of idle frames too', () => {
    let ocf = 4;
    const ocfSource = { ocf: () => Uint8Array.of(1, 2, 3, ocf) };
    const channel = { fixedLength: true, idleFrames: true, ocf: true, ocfSource };
    const pair = securedPair({ ...fixed, channel, rateBps: 240_000 });
    ocf = 5;
    const received = pair.ends[1].link.snapshot().framesReceived;
    pair.run(S / 10);
    expect(pair.ends[1].link.snapshot().framesReceived).toBe(received);
    expect(
      pair.ends[1]
        .of('ocf')
        .map((output) => toHex(output.ocf))
        .at(-1),
    ).toBe('01020305');
  });
});

describe('the frame sizes of a channel', () => {
  const optional = {
    fixedLength: true,
    insertZoneOctets: 5,
    ocf: true,
    ocfSource: { ocf: () => new Uint8Array(4) },
  };
  it.each<[string, PairOptions['channel'] & object, SuitePolicy, number]>([
    ['nothing optional', {}, 'classical', 269],
    ['no frame count', { vcfCountOctets: 0 }, 'classical', 266],
    ['a long frame count', { vcfCountOctets: 7 }, 'classical', 273],
    ['a fixed length', { fixedLength: true }, 'classical', 271],
    ['a fixed length', { fixedLength: true }, 'hybrid', 1_295],
    ['everything', optional, 'hybrid', 1_304],
  ])('begin, with %s, where one frame holds a HELLO', (_, channel, suitePolicy, least) => {
    const { min } = frameSizes(channel, 65_507, HELLO_OCTETS[suitePolicy]);
    expect(min).toBe(least);
    const framesOfHello = (frameOctetsMax: number) => {
      const pair = new LinkPair({ channel, frameOctetsMax, session: { suitePolicy } });
      pair.connectEnd(0);
      return pair.ends[0].left.map(({ octets }) => octets);
    };
    expect(framesOfHello(min)).toEqual([min]);
    const { fixedLength = false } = channel;
    const rest = min - HELLO_OCTETS[suitePolicy] + 1;
    expect(framesOfHello(min - 1)).toEqual(fixedLength ? [min - 1, min - 1] : [min - 1, rest]);
  });
});

describe('the frame count', () => {
  it.each([0, 1, 2, 7])('may have %i octets', (vcfCountOctets) => {
    const pair = securedPair({ channel: { vcfCountOctets } });
    const announced = new Set<number>();
    pair.tap = (_from, frame) => {
      announced.add(frame[6]! & 7);
      return frame;
    };
    carriesBundles(pair);
    expect([...announced]).toEqual([vcfCountOctets]);
  });
});

describe('channel coding', () => {
  const coded = {
    frameOctetsMax: 5 * 200,
    channel: { fixedLength: true, coding: { reedSolomon: RS } },
  };

  it('makes one block of a frame, with marker and parity', () => {
    const pair = securedPair(coded);
    carriesBundles(pair);
    expect(lengths(pair)).toEqual([4 + 5 * 200 + 5 * 32]);
    expect(pair.ends[1].link.snapshot().correctedSymbols).toBe(0);
  });

  it('puts right up to 16 octets of each codeword, and counts them', () => {
    const pair = securedPair({
      ...coded,
      channel: { ...coded.channel, coding: { reedSolomon: RS, randomizer: 'long' } },
    });
    let flipped = 0;
    pair.tap = (_from, datagram) => {
      for (let n = 0; n < 80; n++) datagram[4 + 3 + n]! ^= 1 + (n & 127);
      flipped += 80;
      return datagram;
    };
    const before = corrections(pair);
    carriesBundles(pair);
    expect(corrections(pair) - before).toBe(flipped);
  });

  it('counts a block that cannot be put right, and goes on with the next', () => {
    const pair = securedPair(coded);
    pair.tap = (_from, datagram) => {
      for (let n = 0; n < 17; n++) datagram[4 + 5 * n]! ^= 0xff;
      return datagram;
    };
    pair.send(0, 'lost', chance.octets(10));
    pair.run(S);
    expect(pair.ends[1].link.snapshot().faults).toEqual({ 'coding.uncorrectable': 1 });
    pair.tap = (_from, datagram) => datagram;
    pair.send(0, 'whole', chance.octets(10));
    pair.run(S);
    expect(pair.ends[1].of('received')).toHaveLength(1);
  });

  it('randomizes frames of variable length as well', () => {
    const pair = securedPair({ channel: { coding: { randomizer: 'short' } } });
    carriesBundles(pair);
    expect(lengths(pair).length).toBeGreaterThan(3);
  });

  it('takes the line for as long as the coded block, not the frame', () => {
    const [plain, block] = [{ fixedLength: true }, coded.channel].map((channel) => {
      const pair = securedPair({ ...coded, channel, rateBps: 1_000_000 });
      const before = pair.now;
      pair.send(0, 'long', chance.octets(100_000));
      pair.run(60 * S, () => pair.ends[1].of('received').length > 0);
      return pair.now - before;
    });
    expect(block! / plain!).toBeCloseTo(1_164 / 1_000, 2);
  });
});

describe('management packets', () => {
  it('travel on MAP 1, of either kind and any length, beside the bundles', () => {
    for (const channel of [{}, { fixedLength: true }]) {
      const pair = securedPair({ frameOctetsMax: 300, channel });
      const packets = [
        spacePacket(7, chance.octets(20)),
        encodeEncapsulation(1, chance.octets(900)),
      ];
      pair.send(0, 'before', chance.octets(2_000), 2);
      for (const packet of packets) pair.sendManagement(0, packet);
      pair.send(0, 'after', chance.octets(2_000), 2);
      pair.run(S);
      const received = pair.ends[1].of('management').map(({ packet }) => packet);
      expect(received.map(({ data }) => data.length)).toEqual([20, 900]);
      expect(received.map(({ packetVersion }) => packetVersion)).toEqual([0, 7]);
      expect(pair.ends[1].of('received')).toHaveLength(2);
      expect(pair.ends[0].of('sent')).toHaveLength(2);
      expect(pair.ends[1].link.snapshot().faults).toEqual({});
    }
  });

  it('are lost and counted while the link carries nothing', () => {
    const pair = new LinkPair();
    pair.sendManagement(0, spacePacket(7, chance.octets(20)));
    expect(pair.ends[0].link.snapshot().faults).toEqual({ 'link.management-refused': 1 });
  });
});

describe('a share for bulk', () => {
  const saturated = (bulkShare: number) => {
    const pair = securedPair({ rateBps: 1_000_000, channel: { bulkShare } });
    pair.send(0, 'bulk', chance.octets(400_000), 0);
    for (let n = 0; n < 40; n++) pair.send(0, `${n}`, chance.octets(10_000), 3);
    return pair;
  };

  it('is none by default: a waiting alert goes before any frame of bulk', () => {
    const pair = saturated(0);
    pair.run(10 * S);
    const classes = pair.ends[1].of('received').map(({ trafficClass }) => trafficClass);
    expect(classes).toEqual([...Array(40).fill(3), 0]);
  });

  it('is kept on a saturated line', () => {
    const pair = saturated(0.25);
    pair.run(10 * S);
    const [bulk, ...flash] = [0, 3].flatMap((trafficClass) =>
      pair.ends[1].of('received').filter((told) => told.trafficClass === trafficClass),
    );
    // 400 kB of flash take 3.2 s of the line, of which bulk gets a quarter besides.
    expect(flash.at(-1)!.at - pair.ends[0].of('secured')[0]!.at).toBeGreaterThan(4.2 * S);
    expect(bulk!.at).toBeGreaterThan(flash.at(-1)!.at);
  });
});

describe('a channel', () => {
  it('asserts that its parameters agree', () => {
    const of = (options: object) => () =>
      managedParameters({ frameOctetsMax: 1_000, ...options }, 1);
    expect(of({ fixedLength: true, coding: { reedSolomon: RS } })).not.toThrow();
    expect(of({ frameOctetsMax: 63 })).toThrow();
    expect(of({ idleFrames: true })).toThrow();
    expect(of({ insertZoneOctets: 1 })).toThrow();
    expect(of({ coding: { reedSolomon: RS } })).toThrow();
    expect(of({ frameOctetsMax: 1_001, fixedLength: true, coding: { reedSolomon: RS } })).toThrow();
  });
});

function securedPair(options: PairOptions): LinkPair {
  const pair = new LinkPair(options);
  pair.connect();
  expect(pair.run(60 * S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
  return pair;
}

/** Sends bundles of many sizes in every class both ways, and expects them back, in order. */
function carriesBundles(pair: LinkPair): void {
  for (const from of [0, 1] as const) {
    const to = from === 0 ? 1 : 0;
    for (const trafficClass of [0, 1, 2, 3] as TrafficClass[]) {
      const before = pair.ends[to].of('received').length;
      const bundles = [0, 1, 100, 251, 252, 253, 1_000, 5_000].map((size) => chance.octets(size));
      bundles.forEach((octets, n) => {
        pair.send(from, `${from}-${trafficClass}-${n}`, octets, trafficClass);
      });
      pair.run(2 * S);
      const received = pair.ends[to].of('received').slice(before);
      expect(received.map(({ bundle }) => toHex(bundle))).toEqual(bundles.map(toHex));
    }
    expect(pair.ends[from].link.snapshot().faults).toEqual({});
  }
}

function lengths(pair: LinkPair): number[] {
  return [...new Set(pair.ends.flatMap(({ left }) => left.map(({ octets }) => octets)))];
}

function corrections(pair: LinkPair): number {
  return pair.ends.reduce((sum, { link }) => sum + link.snapshot().correctedSymbols, 0);
}
