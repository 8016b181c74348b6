import { describe, expect, it, vi } from 'vitest';
import { equal } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { encodeFrame } from '#protocol/frame/uslp.ts';
import { PACER_EARLY_US } from '#protocol/link/pacer.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import { SendKey } from '#protocol/session/keys.ts';
import type { SessionParameters } from '#protocol/session/session.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { Chance, LinkPair, type PairOptions, SCIDS } from './link-pair.ts';

const S = 1_000_000;
const chance = new Chance(7);

/** A pair with both ends secured. */
function securedPair(options: PairOptions = {}): LinkPair {
  const pair = new LinkPair(options);
  pair.connect();
  expect(pair.run(60 * S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
  return pair;
}

const bundlesAt = (pair: LinkPair, end: 0 | 1) => pair.ends[end].of('received');
const idsOf = (pair: LinkPair, end: 0 | 1, kind: 'sent' | 'unsent') =>
  pair.ends[end].of(kind).map(({ id }) => id);

describe('a link on a clean wire', () => {
  it('is secured at both ends after two and a half round trips', () => {
    const pair = securedPair();
    const at = pair.ends.map((end) => end.of('secured').map((told) => told.at));
    expect(at).toEqual([[20_000], [25_000]]);
  });

  it('names the peer, the session and the provider, the same session at both ends', () => {
    const [a, b] = securedPair().ends.map((end) => end.of('secured')[0]!);
    expect([a!.peerEid, b!.peerEid]).toEqual([`ipn:${SCIDS[1]}.0`, `ipn:${SCIDS[0]}.0`]);
    expect(a!.sessionId).toBe(b!.sessionId);
    expect(a!.provider).toBe('native');
  });

  it('carries bundles of every size and class both ways, intact and in order of class', () => {
    const pair = securedPair();
    const sizes = [0, 1, 251, 252, 253, 254, 1_340, 1_357, 1_358, 5_000, 65_531, 65_532, 300_000];
    for (const from of [0, 1] as const) {
      for (const trafficClass of [0, 1, 2, 3] as const) {
        const before = bundlesAt(pair, from === 0 ? 1 : 0).length;
        const bundles = sizes.map((size) => chance.octets(size));
        bundles.forEach((octets, n) => {
          pair.send(from, `${trafficClass}-${n}`, octets, trafficClass);
        });
        pair.run(S);
        const received = bundlesAt(pair, from === 0 ? 1 : 0).slice(before);
        expect(received).toHaveLength(sizes.length);
        expect(received.every(({ bundle }, n) => equal(bundle, bundles[n]!))).toBe(true);
        expect(received.every((told) => told.trafficClass === trafficClass)).toBe(true);
      }
      expect(idsOf(pair, from, 'sent')).toHaveLength(4 * sizes.length);
      expect(idsOf(pair, from, 'unsent')).toEqual([]);
      expect(pair.ends[from].link.snapshot().faults).toEqual({});
    }
  });

  it('cuts handshake and bundles to fit the smallest frames', () => {
    const pair = securedPair({ frameOctetsMax: 64 });
    const octets = chance.octets(2_000);
    pair.send(0, 'a', octets);
    pair.run(S);
    expect(bundlesAt(pair, 1).map(({ bundle }) => bundle)).toEqual([octets]);
    expect(Math.max(...pair.ends[0].left.map((frame) => frame.octets))).toBe(64);
    expect(pair.ends[1].link.snapshot().faults).toEqual({});
  });

  it('keeps bundles that come before the link is secured', () => {
    const pair = new LinkPair();
    pair.connect();
    pair.send(0, 'early', chance.octets(10));
    pair.send(1, 'early', chance.octets(10));
    pair.run(S);
    expect(bundlesAt(pair, 0)).toHaveLength(1);
    expect(bundlesAt(pair, 1)).toHaveLength(1);
  });
});

describe('priority and pace', () => {
  it('lets flash frames go between the frames of a bulk bundle', () => {
    const pair = securedPair({ rateBps: 1_000_000 }); // a frame takes 11.2 ms
    pair.send(0, 'bulk', chance.octets(100_000), 0);
    pair.run(100_000);
    const at = pair.now;
    pair.send(0, 'flash', chance.octets(500), 3);
    pair.run(2 * S);
    const [flash, bulk] = bundlesAt(pair, 1);
    expect([flash!.trafficClass, bulk!.trafficClass]).toEqual([3, 0]);
    expect(bulk!.bundle).toHaveLength(100_000);
    expect(flash!.at - at).toBeLessThanOrEqual(11_200 + pair.wire.delayUs);
    expect(idsOf(pair, 0, 'sent')).toEqual(['flash', 'bulk']);
  });

  it('sends waiting bundles highest class first', () => {
    const pair = securedPair({ rateBps: 1_000_000 });
    for (const trafficClass of [0, 1, 2, 3, 0, 1, 2, 3] as TrafficClass[]) {
      pair.send(0, `${trafficClass}`, chance.octets(3_000), trafficClass);
    }
    pair.run(S);
    // The first bulk frame had left before the others came.
    expect(idsOf(pair, 0, 'sent')).toEqual(['3', '3', '2', '2', '1', '1', '0', '0']);
  });

  it.each([1, 1_000])('holds the rate to within its allowance on a clock of %i µs', (grain) => {
    for (const rateBps of [2_000_000, 50_000_000]) {
      const pair = securedPair({ rateBps, clockGrainUs: grain });
      const from = pair.now;
      for (let n = 0; n < 3; n++) pair.send(0, `${n}`, new Uint8Array(4_000_000), 1);
      for (let n = 0; n < 3; n++) pair.send(0, `x${n}`, new Uint8Array(4_000_000), 0);
      pair.run(S);
      const bits = pair.ends[0].left
        .filter(({ at }) => at > from)
        .reduce((sum, { octets }) => sum + octets * 8, 0);
      const aheadBits = (rateBps * PACER_EARLY_US) / S + 2 * 1_400 * 8;
      expect(bits).toBeGreaterThan(rateBps * 0.995);
      expect(bits).toBeLessThanOrEqual(rateBps + aheadBits);
    }
  });

  it('lets its owner breathe on a line without limits', () => {
    const pair = securedPair({ rateBps: 1e15 });
    const before = pair.ends[0].left.length;
    pair.send(0, 'large', new Uint8Array(1_000_000));
    expect(pair.ends[0].left.length - before).toBe(256);
    expect(pair.ends[0].link.deadline()?.at).toBeLessThanOrEqual(pair.now);
    pair.run(S);
    expect(idsOf(pair, 0, 'sent')).toEqual(['large']);
  });
});

describe('a link that has nothing to say', () => {
  it('asks its parts no more until it is told something', () => {
    const pair = securedPair();
    const [{ link }] = pair.ends;
    const asked = vi.spyOn(SessionKeying.prototype, 'deadline');
    const first = link.deadline();
    asked.mockClear();
    expect([link.poll(), link.deadline(), link.deadline()]).toEqual([undefined, first, first]);
    expect(asked).not.toHaveBeenCalled();
    link.tick(pair.now);
    expect([link.poll(), link.deadline()]).toEqual([undefined, first]);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });
});

describe('the end of a contact', () => {
  it('gives back what was not wholly sent, after saying that it is down', () => {
    const pair = securedPair({ rateBps: 1_000_000 });
    for (const id of ['a', 'b', 'c']) pair.send(0, id, chance.octets(20_000), 1);
    pair.run(200_000);
    pair.disconnectEnd(0);
    expect(idsOf(pair, 0, 'sent')).toEqual(['a']);
    expect(idsOf(pair, 0, 'unsent')).toEqual(['b', 'c']);
    const kinds = pair.ends[0].told.map(({ kind }) => kind);
    expect(kinds.slice(-3)).toEqual(['down', 'unsent', 'unsent']);
    expect(pair.ends[0].of('down')[0]!.reason).toBe('contact over');
    expect(pair.ends[0].link.secured).toBe(false);
    expect(pair.ends[0].link.deadline()).toBeUndefined();
  });

  it('refuses bundles and frames outside a contact', () => {
    const pair = securedPair();
    pair.disconnectEnd(0);
    pair.send(0, 'late', chance.octets(10));
    pair.send(1, 'lost', chance.octets(10));
    pair.run(S);
    expect(idsOf(pair, 0, 'unsent')).toEqual(['late']);
    expect(bundlesAt(pair, 0)).toEqual([]);
    expect(pair.ends[0].link.snapshot().faults).toEqual({ 'link.not-connected': 1 });
  });

  it('gives a bundle back at once when its class has no room', () => {
    const pair = securedPair();
    pair.send(0, 'first', new Uint8Array(4_000_000), 0);
    pair.send(0, 'second', new Uint8Array(4_000_000), 0);
    pair.send(0, 'third', new Uint8Array(4_000_000), 0);
    pair.send(0, 'fourth', new Uint8Array(4_000_000), 0);
    pair.send(0, 'flash', new Uint8Array(4_000_000), 3);
    expect(idsOf(pair, 0, 'unsent')).toEqual(['fourth']); // the first is under way
  });

  it('stops in time for the last frame to arrive before the end that the plan names', () => {
    const pair = new LinkPair({ rateBps: 1_000_000, wire: { delayUs: 100_000 } });
    const endsAt = 5 * S;
    pair.connect(endsAt);
    pair.run(2 * S);
    pair.send(0, 'whole', new Uint8Array(10_000), 1);
    pair.send(0, 'too large', new Uint8Array(1_000_000), 0);
    pair.run(endsAt - pair.now);
    expect(bundlesAt(pair, 1)).toHaveLength(1);
    expect(idsOf(pair, 0, 'unsent')).toEqual(['too large']);
    expect(pair.ends[0].of('down')).toHaveLength(1);
    const lastAt = pair.ends[0].left.at(-1)!.at;
    expect(lastAt).toBeGreaterThan(endsAt - 200_000);
    expect(lastAt + 100_000).toBeLessThan(endsAt);
    pair.disconnectEnd(0);
    pair.disconnectEnd(1);
    expect(pair.ends.map((end) => end.of('down').length)).toEqual([1, 1]);
    expect(pair.ends.map(({ link }) => link.snapshot().faults)).toEqual([{}, {}]);
  });

  it('says nothing after it stops, and is not down when it was never up', () => {
    // REPLY would arrive at 10 ms, and the first KEEPALIVE at 20 ms.
    for (const closesAt of [7_000, 17_000]) {
      const pair = new LinkPair();
      pair.connect(closesAt + 5_000 + 50_000);
      pair.run(S);
      for (const end of pair.ends) {
        expect(Math.max(...end.left.map(({ at }) => at))).toBeLessThanOrEqual(closesAt);
        expect(end.told).toEqual([]);
      }
    }
  });

  it('ends an attempt of its own', () => {
    const pair = new LinkPair({ wire: { delayUs: 5_000, loss: 1 } });
    pair.connectEnd(0);
    pair.disconnectEnd(0);
    pair.ends[0].link.connect(S, { rateBps: 1_000_000, roundTripUs: 0, initiate: false });
    pair.run(60 * S);
    expect(pair.ends[0].left).toHaveLength(1);
    expect(pair.ends[0].told).toEqual([]);
  });

  it('meets the same peer again in the next contact', () => {
    const pair = securedPair();
    pair.send(0, 'first', chance.octets(5_000));
    pair.run(S);
    pair.tap = () => undefined;
    pair.send(0, 'lost on the way', chance.octets(20_000));
    pair.tap = (_from, frame) => frame;
    for (const end of [0, 1] as const) pair.disconnectEnd(end);
    pair.run(100 * S);
    pair.connect();
    pair.send(0, 'second', chance.octets(5_000));
    pair.run(S);
    expect(bundlesAt(pair, 1)).toHaveLength(2);
    expect(pair.ends.map(({ link }) => link.snapshot().faults)).toEqual([{}, {}]);
  });
});

describe('silence', () => {
  it('costs an idle link one frame per side in ten seconds, and one more a minute', () => {
    const pair = securedPair();
    const before = pair.ends.map(({ left }) => left.length);
    pair.run(500 * S);
    const frames = pair.ends.map(({ left }, end) => left.length - before[end]!);
    for (const count of frames) {
      expect(count).toBeGreaterThan(40);
      expect(count).toBeLessThanOrEqual(51 + 9);
    }
    expect(pair.ends.map((end) => end.of('down').length)).toEqual([0, 0]);
  });

  it('never takes a peer that only listens for a dead one', () => {
    const pair = securedPair({ rateBps: 100_000 });
    for (let n = 0; n < 100; n++) {
      pair.send(0, `${n}`, new Uint8Array(5_000));
      pair.run(S);
    }
    expect(pair.ends[0].of('down')).toEqual([]);
  });

  it('takes the link down fifteen seconds and a round trip after the peer fell silent', () => {
    const pair = securedPair();
    pair.send(0, 'a', chance.octets(10));
    pair.run(8 * S); // a probe has been answered meanwhile
    const at = pair.now;
    pair.tap = () => undefined;
    pair.send(0, 'b', chance.octets(10));
    pair.run(100 * S);
    const [down] = pair.ends[0].of('down');
    expect(down).toMatchObject({ reason: 'peer silent', at: at + 15 * S + 10_000 });
    expect(pair.ends[1].of('down')).toHaveLength(1);
  });

  it('gives waiting bundles back when the peer has gone, and heals when it returns', () => {
    const pair = securedPair({ rateBps: 10_000 });
    pair.tap = () => undefined;
    pair.send(0, 'a', chance.octets(100_000));
    pair.run(60 * S);
    expect(idsOf(pair, 0, 'unsent')).toEqual(['a']);
    pair.tap = (_from, frame) => frame;
    expect(pair.run(180 * S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
    expect(pair.ends[0].of('secured')).toHaveLength(2);
  });
});

describe('a handshake', () => {
  it('that is never confirmed leaves nothing behind', () => {
    const pair = new LinkPair();
    const held: Uint8Array[] = [];
    pair.tap = (from, frame) => {
      if (from === 0 || pair.ends[1].left.length === 1) return frame;
      held.push(frame.slice());
      return undefined;
    };
    pair.connect();
    const failed = () => 'hello.no-confirmation' in pair.ends[0].link.snapshot().failed;
    expect(pair.run(200 * S, failed)).toBe(true);
    expect(pair.ends[0].link.secured).toBe(false);
    pair.inject(0, held[0]!);
    expect(pair.ends[0].link.secured).toBe(false);
    expect(pair.ends[0].link.snapshot().faults).toEqual({ 'session.sa-unknown': 1 });
  });

  it('is not pieced together from segments that took more than ten seconds', () => {
    for (const [frameOctetsMax, apartUs, answered] of [
      [200, 9 * S, true],
      [200, 11 * S, false],
      [120, 4 * S, true],
      [120, 6 * S, false],
    ] as const) {
      const segments = frameOctetsMax === 200 ? 2 : 3;
      const pair = new LinkPair({ frameOctetsMax });
      const hello: Uint8Array[] = [];
      pair.tap = (from, frame) => {
        if (from === 0 && hello.length < segments) hello.push(frame.slice());
        return undefined;
      };
      pair.connect();
      hello.forEach((frame, n) => {
        if (n > 0) pair.run(apartUs);
        pair.inject(1, frame);
      });
      expect(pair.ends[1].left.length > 0, `${segments} segments`).toBe(answered);
    }
  });
});

describe('new keys', () => {
  it.each([0, 1] as const)('heal a link when end %i restarts', (index) => {
    const pair = securedPair();
    pair.run(30 * S);
    pair.reboot(index);
    pair.connectEnd(index);
    const restarted = pair.ends[index];
    expect(pair.run(30 * S, () => restarted.link.secured)).toBe(true);
    pair.run(S);
    for (const from of [0, 1] as const) pair.send(from, 'after', chance.octets(5_000));
    pair.run(S);
    expect(bundlesAt(pair, 0)).toHaveLength(1);
    expect(bundlesAt(pair, 1)).toHaveLength(1);
    expect(pair.ends.map((end) => end.of('secured').length)).toEqual([2, 2]);
    expect(pair.ends.map((end) => end.of('down').length)).toEqual([0, 0]);
  });

  it('start a bundle over that was under way when the peer restarted', () => {
    const pair = securedPair({ rateBps: 1_000_000 });
    const octets = chance.octets(200_000);
    pair.send(1, 'long', octets);
    pair.run(S);
    pair.reboot(0);
    pair.connectEnd(0);
    pair.run(5 * S);
    expect(bundlesAt(pair, 0)).toHaveLength(1);
    expect(equal(bundlesAt(pair, 0)[0]!.bundle, octets)).toBe(true);
    expect(idsOf(pair, 1, 'sent')).toEqual(['long']);
  });

  it('come after some ten minutes without losing a bundle', () => {
    const pair = securedPair();
    for (let n = 0; n < 1_400; n++) {
      pair.send(0, `${n}`, chance.octets(2_000));
      pair.send(1, `${n}`, chance.octets(2_000));
      pair.run(S);
    }
    for (const end of pair.ends) {
      expect(new Set(end.of('secured').map(({ sessionId }) => sessionId)).size).toBe(3);
      expect(end.of('down')).toEqual([]);
      expect(end.of('received')).toHaveLength(1_400);
      expect(end.link.snapshot().faults).toEqual({});
    }
  });

  it('are given up after an hour in which none could be agreed', () => {
    const pair = securedPair();
    const securedAt = pair.ends.map((end) => end.of('secured')[0]!.at);
    const handshakeVcid = 62;
    pair.tap = (_from, frame) => {
      const vcid = ((frame[2]! & 7) << 3) | (frame[3]! >> 5);
      return vcid === handshakeVcid ? undefined : frame;
    };
    pair.run(3_590 * S);
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
    pair.ends.forEach((_, end) => {
      pair.send(end as 0 | 1, 'early', chance.octets(10));
    });
    pair.run(12 * S);
    const counts = pair.ends.map(({ left }) => left.length);
    pair.ends.forEach((_, end) => {
      pair.send(end as 0 | 1, 'late', chance.octets(10));
    });
    expect(pair.ends.map(({ left }) => left.length)).toEqual(counts);
    pair.run(20 * S);
    pair.ends.forEach((end, index) => {
      const [down] = end.of('down');
      expect(down!.reason).toBe('key spent');
      expect(down!.at - securedAt[index]!).toBeGreaterThan(3_600 * S);
      expect(down!.at - securedAt[index]!).toBeLessThanOrEqual(3_616 * S);
      expect(end.link.snapshot().faults['session.limit-age']).toBe(1);
      expect(idsOf(pair, index as 0 | 1, 'sent')).toEqual(['early']);
      expect(idsOf(pair, index as 0 | 1, 'unsent')).toEqual(['late']);
    });
  });

  it('come at once when the old ones are spent, and the bundle leaves under them', () => {
    const pair = securedPair();
    const spent = new Fault('session', 'limit-frames', 'test');
    const seal = vi.spyOn(SendKey.prototype, 'seal').mockReturnValueOnce(spent);
    pair.send(0, 'patient', chance.octets(10));
    seal.mockRestore();
    pair.run(S);
    expect(idsOf(pair, 0, 'sent')).toEqual(['patient']);
    expect(bundlesAt(pair, 1)).toHaveLength(1);
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
    expect(pair.ends[0].link.snapshot()).toMatchObject({
      handshakes: 1,
      rekeys: 1,
      failed: {},
      faults: { 'session.limit-frames': 1 },
    });
  });
});

describe('hostile frames', () => {
  const managed = { scid: SCIDS[0], frameOctetsMax: 1_400, vcfCountOctets: 3, fecf: true };
  const clear = (vcid: number, data: Uint8Array, mapId = 0): Uint8Array => {
    const flags = { bypass: true, controlCommand: false, ocf: false } as const;
    const header = { scid: SCIDS[0], sourceOrDestination: 0, vcid, mapId, ...flags } as const;
    return encodeFrame({ ...header, vcfCountOctets: 3, vcfCount: 0 }, data, managed);
  };
  const bundlePacket = Uint8Array.of(0xe0, 0xf1, 4, 9, 9);

  it.each([
    ['bulk', 0, bundlePacket, 'link.clear-refused'],
    ['normal', 1, bundlePacket, 'link.clear-refused'],
    ['expedited', 2, Uint8Array.of(0x80, 0xf2, 0, 1, 0, 9), 'link.clear-refused'],
    ['flash', 3, bundlePacket, 'link.clear-refused'],
    ['link control', 61, Uint8Array.of(0xe5, 0x81, 1), 'link.clear-refused'],
    ['an unknown association', 1, chance.octets(100).fill(0x77, 0, 2), 'session.sa-unknown'],
    ['one octet', 1, Uint8Array.of(0x77), 'session.sa-unknown'],
    ['another channel', 4, bundlePacket, 'link.vc-unknown'],
    ['a bundle as a handshake', 62, bundlePacket, 'frame.upid'],
    ['noise as a handshake', 62, Uint8Array.of(0xe5, 9, 9), 'session.length'],
  ])('on %s are counted and never delivered', (_name, vcid, data, key) => {
    const pair = securedPair();
    pair.inject(1, clear(vcid, data));
    pair.run(S);
    expect(pair.ends[1].of('received')).toEqual([]);
    expect(pair.ends[1].link.secured).toBe(true);
    const faults = pair.ends[1].of('fault').map(({ fault }) => fault.key);
    expect(faults.filter((fault) => fault !== 'frame.vcf-gap')).toEqual([key]);
    expect(pair.ends[1].link.snapshot().faults[key]).toBe(1);
  });

  it('of another MAP are refused', () => {
    const pair = securedPair();
    pair.inject(1, clear(1, bundlePacket, 1));
    expect(pair.ends[1].link.snapshot().faults).toEqual({ 'link.map-unknown': 1 });
  });

  it('that repeat an old one are refused', () => {
    const pair = securedPair();
    const frames: Uint8Array[] = [];
    pair.tap = (from, frame) => {
      if (from === 0) frames.push(frame.slice());
      return frame;
    };
    pair.send(0, 'a', chance.octets(100));
    pair.run(S);
    for (const frame of frames) pair.inject(1, frame);
    expect(bundlesAt(pair, 1)).toHaveLength(1);
    expect(pair.ends[1].link.snapshot().faults).toEqual({ 'session.replay': frames.length });
  });

  it('are sampled by SPI and low octet of their number, whatever becomes of them', () => {
    const samples: [number, number, string | undefined][] = [];
    const sample = (_now: number, spi: number, low: number, fault?: Fault) =>
      samples.push([spi, low, fault?.key]);
    const pair = securedPair({ channel: { sampler: { sample } } });
    samples.length = 0;
    let frame = new Uint8Array(0);
    pair.tap = (_from, octets) => {
      frame = octets.slice();
      return octets;
    };
    pair.send(0, 'a', chance.octets(100));
    pair.run(S);
    const [spi, low] = [(frame[10]! << 8) | frame[11]!, frame[23]!];
    pair.inject(1, frame.slice());
    frame[23]! += 1;
    writeFecf(frame);
    pair.inject(1, frame);
    pair.inject(1, clear(1, bundlePacket));
    expect(samples).toEqual([
      [spi, low, undefined],
      [spi, low, 'session.replay'],
      [spi, low + 1, 'session.frame-auth'],
      [0xe0f1, 0, 'session.sa-unknown'],
    ]);
  });

  it('that were overtaken are refused where the order is strict, and else taken (LS-1102)', () => {
    const late = (session: SessionParameters) => {
      const pair = securedPair({ session });
      let first: Uint8Array | undefined;
      pair.tap = (_from, frame) => {
        if (first !== undefined) return frame;
        first = frame.slice();
        return undefined;
      };
      pair.send(0, 'a', chance.octets(100));
      pair.send(0, 'b', chance.octets(100));
      pair.run(S);
      pair.inject(1, first!);
      return [bundlesAt(pair, 1).length, pair.ends[1].link.snapshot().faults['session.replay']];
    };
    expect(late({})).toEqual([2, undefined]);
    expect(late({ replay: { kind: 'strict' } })).toEqual([1, 1]);
  });

  it('sent back to where they came from are refused', () => {
    const pair = securedPair();
    let own: Uint8Array | undefined;
    pair.tap = (_from, frame) => {
      own = frame.slice();
      return frame;
    };
    pair.send(0, 'a', chance.octets(100));
    pair.inject(0, own!);
    expect(pair.ends[0].link.snapshot().faults).toEqual({ 'frame.scid': 1 });
  });
});
