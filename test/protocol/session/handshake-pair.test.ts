import { describe, expect, it } from 'vitest';
import { hmacSha512 } from '#protocol/crypto/hash.ts';
import { DH_ZERO, UNPLACED } from '#protocol/session/faults.ts';
import { FINISH, HELLO } from '#protocol/session/message-header.ts';
import { macKeyOf } from '#protocol/session/message-macs.ts';
import { Pair } from '../../simulation/pair.ts';
import {
  CREDENTIALS,
  drain,
  Endpoint,
  type EndpointOptions,
  type EndpointOutput,
  SCID_A,
  TestRandom,
  wireOf,
} from './endpoint.ts';

describe('two endpoints', () => {
  it('share one session, know each other and confirm it', () => {
    const { a, b, pair } = connect();
    a.begin(0);
    expect(pair.run(() => settled(a, b))).toBe(true);
    expect(a.proven!.sessionId).toMatch(/^[0-9a-f]{16}$/);
    expect(a.proven!.role).toBe('initiator');
    expect(a.proven!.peer).toMatchObject({ eid: 'ipn:514.0', scids: [514] });
    expect(b.sessions[0]!.peer).toMatchObject({ eid: 'ipn:257.0', scids: [257] });
    expect(pair.now).toBe(4 * DELAY_US);
    expect([a.faults, b.faults]).toEqual([[], []]);
    expect([a.deadline(), b.deadline()]).toEqual([undefined, undefined]);
  });

  it.each([0, 1, 2, 3])('A22: settle although message %i is lost', (lost) => {
    const { a, b, pair } = connect({ drop: ({ index }) => index === lost });
    a.begin(0);
    expect(pair.run(() => settled(a, b))).toBe(true);
    expect(pair.now).toBeLessThan(4_000_000);
  });

  const pairs = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].map((j) => [i, i + 1 + j] as const));
  it.each(pairs)('A22: settle although messages %i and %i are lost', (first, second) => {
    const { a, b, pair } = connect({ drop: ({ index }) => index === first || index === second });
    a.begin(0);
    expect(pair.run(() => settled(a, b))).toBe(true);
  });

  it('A22: settle over a wire that loses three in ten, whatever the seed', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { a, b, pair } = connect({ seed, drop: lossy(seed, 0.3) });
      a.begin(0);
      expect(
        pair.run(() => settled(a, b)),
        `seed ${seed}`,
      ).toBe(true);
    }
  });
});

describe('a simultaneous start', () => {
  it('A21: ends in one session, the same on both sides', () => {
    const winners = new Set<string>();
    for (let seed = 0; seed < 8; seed++) {
      const { a, b, pair } = connect({ seed });
      a.begin(0);
      b.begin(0);
      pair.run(() => false, 60_000_000);
      expect(settled(a, b), `seed ${seed}`).toBe(true);
      winners.add(a.sessions.at(-1)!.role);
    }
    expect(winners).toEqual(new Set(['initiator', 'responder']));
  });

  it('A21: ends so too when the starts are apart by less than the round trip, with loss', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { a, b, pair } = connect({ seed, drop: lossy(seed, 0.2) });
      a.begin(0);
      pair.drain();
      pair.now = (seed % 5) * (DELAY_US / 2);
      b.begin(pair.now);
      expect(
        pair.run(() => settled(a, b), 300_000_000),
        `seed ${seed}`,
      ).toBe(true);
    }
  });
});

describe('a session that is confirmed', () => {
  it('A21: is not replaced by the late FINISH of the handshake it prevailed over', () => {
    const [a, b] = [new Endpoint('a'), new Endpoint('b')];
    const next = (end: Endpoint) => drain(end.handshake).find((output) => output.kind === 'send')!;
    a.begin(0);
    b.begin(0);
    const [helloA, helloB] = [next(a), next(b)];
    a.receive(0, helloB.message);
    b.receive(0, helloA.message);
    const [replyA, replyB] = [next(a), next(b)];
    a.receive(0, replyB.message);
    b.receive(0, replyA.message);
    const finishB = next(b);
    const own = drain(a.handshake).find((output) => output.kind === 'established');
    a.handshake.confirmed(0, own!.session);
    a.receive(0, finishB.message);
    expect(drain(a.handshake)).toEqual([{ kind: 'fault', fault: UNPLACED, messageType: FINISH }]);
  });
});

describe('an SPI', () => {
  it('goes back to the pool unless it came into use', () => {
    const { a, b, pair } = connect();
    const held = new Map([a, b].map((end) => [end, heldBy(end)]));
    a.begin(0);
    pair.drain();
    a.handshake.abandon(0);
    expect(held.get(a)!.size).toBe(0);
    pair.run(() => b.deadline() === undefined && pair.now > 0);
    expect(held.get(b)!.size).toBe(0);
    a.begin(pair.now);
    pair.run(() => settled(a, b));
    expect([...held.get(a)!]).toEqual([a.sessions[0]!.receiveKey.spi]);
    expect([...held.get(b)!]).toEqual([b.sessions[0]!.receiveKey.spi]);
    b.handshake.begin(pair.now, true);
    const hello = drain(b.handshake).find((output) => output.kind === 'send')!.message;
    hello.fill(0, 20, 52);
    const key = macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, SCID_A);
    hello.set(hmacSha512(key, hello.subarray(0, 224)).subarray(0, 16), 224);
    a.receive(pair.now, hello);
    expect(drain(a.handshake)).toEqual([{ kind: 'fault', fault: DH_ZERO, messageType: HELLO }]);
    expect(held.get(a)!.size).toBe(1);
  });
});

describe('a peer that', () => {
  it('reboots opens a new session with the one that stayed', () => {
    const { a, b, pair } = connect();
    a.begin(0);
    pair.run(() => settled(a, b));
    const reborn = new Endpoint('b', { boot: 2 });
    const second = new Pair<EndpointOutput>({ a, b: reborn, wire: wireOf, delayUs: DELAY_US });
    reborn.begin(0);
    expect(second.run(() => settled(a, reborn))).toBe(true);
    expect(a.sessions).toHaveLength(2);
    expect(a.sessions[1]!.role).toBe('responder');
  });

  it('never answers is asked six times an attempt, with growing pauses (LS-706)', () => {
    const { a, pair } = connect({ drop: () => true });
    a.begin(0);
    pair.run(() => pair.told.a.length === 2);
    const sent = pair.flights.map(({ sentAt }) => sentAt);
    expect(sent).toHaveLength(12);
    const gaps = sent.slice(1).map((at, i) => (at - sent[i]!) / 1_000_000);
    for (const [i, gap] of gaps.entries()) {
      // The seventh gap is the wait after the sixth HELLO and then a pause of 10 s.
      const nominal = [1, 2, 4, 8, 16, 30, 1, 2, 4, 8, 16][i]!;
      const pause = i === 5 ? 10 : 0;
      expect(gap).toBeGreaterThanOrEqual(0.8 * nominal + pause);
      expect(gap).toBeLessThanOrEqual(1.2 * nominal + pause);
    }
    const ids = pair.flights.map(({ octets }) => `${octets.subarray(12, 52)}`);
    expect(new Set(ids).size).toBe(2);
    expect(pair.told.a).toEqual([
      { kind: 'failed', attempt: 'hello', reason: 'no-reply' },
      { kind: 'failed', attempt: 'hello', reason: 'no-reply' },
    ]);
  });

  it('never answers is left in peace ever longer, up to 120 s', () => {
    const { a, pair } = connect({ drop: () => true });
    a.begin(0);
    for (const [failures, pauseS] of [10, 20, 40, 80, 120, 120].entries()) {
      pair.run(() => pair.told.a.length === failures + 1);
      expect(a.deadline()!.at - pair.now).toBe(pauseS * 1_000_000);
    }
  });

  it('is far away is asked at most every 30 s, jitter apart', () => {
    const { a, pair } = connect({ drop: () => true });
    a.handshake.connect({ roundTripUs: 10_000_000 });
    a.begin(0);
    pair.run(() => pair.told.a.length === 1);
    const sent = pair.flights.map(({ sentAt }) => sentAt);
    const gaps = sent.slice(1).map((at, i) => at - sent[i]!);
    expect(gaps).toHaveLength(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.8 * 20_500_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1.2 * 30_000_000);
  });

  it('never confirms hears FINISH six times, then HELLO again (LS-707)', () => {
    const { a, b, pair } = connect({ drop: ({ octets }) => octets[0] === 0x7f });
    a.begin(0);
    pair.run(() => pair.told.a.some(({ kind }) => kind === 'failed'));
    const failed = { kind: 'failed', attempt: 'hello', reason: 'no-confirmation' };
    const over = { kind: 'void', session: a.sessions[0] };
    expect(pair.told.a.slice(-2)).toEqual([failed, over]);
    expect(pair.flights.filter(({ octets }) => octets[0] === 3)).toHaveLength(6);
    expect(b.sessions).toHaveLength(1);
    expect(pair.told.b.filter(({ kind }) => kind === 'repeated')).toHaveLength(5);
    pair.drop = () => false;
    expect(pair.run(() => settled(a, b))).toBe(true);
  });

  it('is out of contact is left alone', () => {
    const { a, pair } = connect({ drop: () => true });
    a.begin(0);
    pair.step();
    a.handshake.abandon(pair.now);
    expect(a.deadline()).toBeUndefined();
    expect(pair.step()).toBe(false);
  });
});

function connect(
  options: EndpointOptions & {
    drop?: (flight: { index: number; octets: Uint8Array }) => boolean;
  } = {},
) {
  const a = new Endpoint('a', options);
  const b = new Endpoint('b', options);
  const { drop = () => false } = options;
  return { a, b, pair: new Pair<EndpointOutput>({ a, b, wire: wireOf, delayUs: DELAY_US, drop }) };
}

/** The newest session is the same at both ends, and its initiator has heard a frame on it. */
function settled(a: Endpoint, b: Endpoint): boolean {
  const id = a.sessions.at(-1)?.sessionId;
  if (id === undefined || b.sessions.at(-1)?.sessionId !== id) return false;
  const initiator = a.sessions.at(-1)?.role === 'initiator' ? a : b;
  return initiator.proven?.sessionId === id;
}

function lossy(seed: number, rate: number): () => boolean {
  const random = new TestRandom(`loss ${seed}`);
  return () => random.octets(1)[0]! < 256 * rate;
}

const DELAY_US = 5_000;

/** The SPIs that an end has taken and not given back, from here on. */
function heldBy({ membership: { spis } }: Endpoint): Set<number> {
  const held = new Set<number>();
  const [take, release] = [spis.take.bind(spis), spis.release.bind(spis)];
  spis.take = (now) => {
    const spi = take(now)!;
    held.add(spi);
    return spi;
  };
  spis.release = (spi) => {
    held.delete(spi);
    release(spi);
  };
  return held;
}
