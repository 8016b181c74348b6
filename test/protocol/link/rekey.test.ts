import { describe, expect, it } from 'vitest';
import { sessionLimits } from '#protocol/session/limits.ts';
import { Chance, type LinkPair } from './link-pair.ts';
import { capture, changed, idsOf, operational, securedPair, typeIn, vcidOf } from './rekey-pair.ts';

const S = 1_000_000;
const HELLO = 1;
const REKEY = 5;
const DECLINE = 7;
const chance = new Chance(11);
const pass = (_from: number, frame: Uint8Array) => frame;

describe('a return contact', () => {
  it('begins with REKEY and needs no first contact', () => {
    const pair = securedPair();
    pair.run(20 * S);
    const said = handshakeIn(pair);
    meetAgain(pair);
    expect(said).toEqual([
      [0, REKEY],
      [1, REKEY + 1],
    ]);
    expect(countsOf(pair)).toEqual([
      { handshakes: 1, rekeys: 1, failed: {} },
      { handshakes: 1, rekeys: 1, failed: {} },
    ]);
    expect(idsOf(pair)[0]).toBe(idsOf(pair)[1]);
    pair.send(0, 'bundle', chance.octets(5_000));
    pair.run(S);
    expect(pair.ends[1].of('received')).toHaveLength(1);
  });

  it('after the peer restarted is declined, and begins anew at once', () => {
    const pair = securedPair();
    pair.disconnectEnd(0);
    pair.disconnectEnd(1);
    pair.run(S);
    pair.reboot(1);
    const said = handshakeIn(pair);
    const from = pair.now;
    pair.connect();
    expect(pair.run(S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
    expect(pair.now - from).toBeLessThan(100_000);
    expect(said.map(([, type]) => type).slice(0, 3)).toEqual([REKEY, DECLINE, HELLO]);
    expect(pair.ends[0].link.snapshot().failed).toEqual({ 'rekey.declined': 1 });
  });

  it('falls back to HELLO when nobody answers REKEY', () => {
    const pair = securedPair();
    pair.disconnectEnd(0);
    pair.disconnectEnd(1);
    const said = handshakeIn(pair, (type) => type !== REKEY);
    pair.connect();
    expect(pair.run(90 * S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
    expect(said.filter(([, type]) => type === REKEY)).toHaveLength(6);
    expect(pair.ends[0].link.snapshot().failed).toEqual({ 'rekey.no-reply': 1 });
  });

  it('comes back by the newer secret when the last frame of a rekey was lost', () => {
    const pair = securedPair({ session: { limits: sessionLimits({ ageUs: 5 * S }) } });
    // The initiator has REKEY-REPLY and speaks, but nothing reaches the other side any more.
    let replied = false;
    pair.tap = (from, frame) => {
      if (from === 1 && typeIn(frame) === REKEY + 1) replied = true;
      return replied && from === 0 ? undefined : frame;
    };
    pair.run(7 * S, () => replied);
    pair.run(10_000);
    const said = handshakeIn(pair);
    meetAgain(pair);
    expect(said.map(([, type]) => type)).toEqual([REKEY, REKEY + 1]);
  });
});

describe('a peer that falls silent', () => {
  it('is asked by REKEY from both sides, and found again on one session', () => {
    const pair = securedPair();
    pair.run(8 * S);
    const said: [number, number][] = [];
    pair.tap = (from, frame) => {
      if (typeIn(frame) !== undefined) said.push([from, typeIn(frame)!]);
      return undefined;
    };
    pair.run(30 * S);
    expect(pair.ends.map((end) => end.of('down').map(({ reason }) => reason))).toEqual([
      ['peer silent'],
      ['peer silent'],
    ]);
    expect(new Set(said.map(String))).toEqual(new Set([`0,${REKEY}`, `1,${REKEY}`]));
    pair.tap = pass;
    expect(pair.run(60 * S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
    pair.run(20 * S);
    expect(idsOf(pair)[0]).toBe(idsOf(pair)[1]);
    expect(pair.ends[0].link.snapshot().rekeys).toBe(1);
  });

  it('and speaks again before there are new keys is up on the old ones', () => {
    const pair = securedPair();
    const before = idsOf(pair)[0];
    pair.tap = (from, frame) => (from === 0 && typeIn(frame) === undefined ? frame : undefined);
    pair.run(40 * S, () => pair.ends[0].of('down').length > 0);
    expect(pair.ends[0].link.secured).toBe(false);
    pair.tap = (_from, frame) => (typeIn(frame) === undefined ? frame : undefined);
    expect(pair.run(20 * S, () => pair.ends[0].link.secured)).toBe(true);
    expect(pair.ends[0].of('secured').at(-1)!.sessionId).toBe(before);
  });
});

describe('make before break', () => {
  it('A37: loses no frame to a rekey, and always has an association to send on', () => {
    const ageUs = 5 * S;
    const pair = securedPair({ session: { limits: sessionLimits({ ageUs }) } });
    const luck = new Chance(3);
    const passed = [0, 0];
    pair.tap = (from, frame) => {
      if (luck.hits(0.3)) return undefined;
      if (vcidOf(frame) < 4) passed[from]!++;
      return frame;
    };
    for (let frame = 0; frame < 6_000; frame++) {
      for (const from of [0, 1] as const) {
        pair.send(from, `${frame}`, new Uint8Array(100));
        expect(operational(pair, from)).toHaveLength(1);
      }
      pair.run(10_000);
    }
    pair.tap = pass;
    pair.run(S);
    const received = pair.ends.map((end) => end.of('received').length);
    expect(received).toEqual([passed[1], passed[0]]);
    for (const { link } of pair.ends) {
      expect(link.snapshot().rekeys).toBeGreaterThanOrEqual(5);
      // What the channel has lost is missed, and nothing else is wrong.
      expect(Object.keys(link.snapshot().faults)).toEqual(['frame.vcf-gap']);
    }
  });

  it('leaves the age to the initiator of the session, and a quarter more to the other', () => {
    const ageUs = 100 * S;
    const pair = securedPair({ session: { limits: sessionLimits({ ageUs }) } });
    const from = pair.now;
    const begun: [number, number][] = [];
    pair.tap = (end, frame) => {
      if (typeIn(frame) === REKEY) begun.push([end, pair.now - from]);
      return end === 0 && typeIn(frame) !== undefined ? undefined : frame;
    };
    pair.run(140 * S);
    const first = [0, 1].map((end) => begun.find(([side]) => side === end)![1] / ageUs);
    expect(first[0]).toBeGreaterThanOrEqual(0.9);
    expect(first[0]).toBeLessThanOrEqual(1.1);
    expect(first[1]).toBeGreaterThanOrEqual(1.25 * 0.9);
    expect(first[1]).toBeLessThanOrEqual(1.25 * 1.1);
  });
});

describe('limits', () => {
  it.each([
    ['frames', { frames: 40 }, { frames: 60 }],
    ['octets', { octets: 20_000 }, { octets: 30_000 }],
    ['age', { ageUs: 4 * S }, { ageUs: 6 * S }],
  ] as const)('A23: of %s start a rekey, while the old keys go on', (_, rekey, stop) => {
    const pair = securedPair({ session: { limits: sessionLimits(rekey, stop) } });
    for (let n = 0; n < 200; n++) {
      pair.send(0, `${n}`, new Uint8Array(400));
      pair.run(50_000);
    }
    expect(pair.ends[1].of('received')).toHaveLength(200);
    expect(pair.ends[0].link.snapshot().rekeys).toBeGreaterThanOrEqual(2);
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
    expect(pair.ends.map(({ link }) => link.snapshot().faults)).toEqual([{}, {}]);
  });

  it.each([
    ['frames', { frames: 40 }, { frames: 60 }],
    ['octets', { octets: 20_000 }, { octets: 30_000 }],
    ['age', { ageUs: 4 * S }, { ageUs: 6 * S }],
  ] as const)('A23: of %s once hard let nothing leave any more', (name, rekey, stop) => {
    const pair = securedPair({ session: { limits: sessionLimits(rekey, stop) } });
    pair.tap = (_from, frame) => (typeIn(frame) === undefined ? frame : undefined);
    const [end] = pair.ends;
    let protectedFrames = 0;
    for (let n = 0; n < 300; n++) {
      pair.send(0, `${n}`, new Uint8Array(400));
      pair.run(50_000);
      if (protectedFrames === 0 && end.link.snapshot().faults[`session.limit-${name}`] === 1) {
        protectedFrames = pair.ends[1].of('received').length;
      }
    }
    expect(protectedFrames).toBeGreaterThan(40);
    expect(pair.ends[1].of('received')).toHaveLength(protectedFrames);
    expect(operational(pair, 0)).toEqual([]);
    // What waited is held back, and leaves under the next keys.
    pair.tap = pass;
    expect(pair.run(60 * S, () => end.link.secured && operational(pair, 0).length > 0)).toBe(true);
    pair.run(S);
    const back = new Set(end.of('unsent').map(({ id }) => id));
    const sent = end.of('sent').length;
    expect(sent + back.size).toBe(300);
    expect(pair.ends[1].of('received')).toHaveLength(sent);
  });

  it('A23: of failures raise one alarm, start a rekey, and stop what was attacked', () => {
    const limits = { ...sessionLimits({ failures: 20 }, { failures: 40 }), failuresAlarm: 10 };
    const pair = securedPair({ session: { limits } });
    const before = idsOf(pair)[0];
    const frame = capture(pair);
    for (let n = 0; n < 20; n++) {
      // Fresh counters and a good checksum, but octets that nobody has sealed.
      pair.inject(
        1,
        changed(frame, (octets) => octets.fill(n, 30, 40).fill(1, 22, 23)),
      );
    }
    expect(pair.ends[1].link.snapshot().faults).toMatchObject({ 'session.frame-auth': 20 });
    pair.run(S);
    expect(pair.ends[1].link.snapshot().faults['session.failures-alarm']).toBe(1);
    expect(idsOf(pair)[0]).not.toBe(before);
    expect(idsOf(pair)[0]).toBe(idsOf(pair)[1]);
  });
});

/** The contact ends at both sides and begins again. */
function meetAgain(pair: LinkPair): void {
  pair.disconnectEnd(0);
  pair.disconnectEnd(1);
  pair.run(100 * S);
  pair.connect();
  expect(pair.run(S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
}

/** Who says which handshake message from here on; those that `lets` does not pass are lost. */
function handshakeIn(pair: LinkPair, lets: (type: number) => boolean = () => true) {
  const said: [number, number][] = [];
  pair.tap = (from, frame) => {
    const type = typeIn(frame);
    if (type === undefined) return frame;
    said.push([from, type]);
    return lets(type) ? frame : undefined;
  };
  return said;
}

function countsOf(pair: LinkPair) {
  return pair.ends.map(({ link }) => {
    const { handshakes, rekeys, failed } = link.snapshot();
    return { handshakes, rekeys, failed };
  });
}
