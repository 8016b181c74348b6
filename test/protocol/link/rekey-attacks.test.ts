import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { sessionLimits } from '#protocol/session/limits.ts';
import { HandshakeState } from '#protocol/session/noise.ts';
import { KKPSK0 } from '#protocol/session/noise-patterns.ts';
import { VECTORS } from '../session/link-handshake-vectors.ts';
import { LinkPair } from './link-pair.ts';
import { capture, changed, idsOf, operational, securedPair, typeIn } from './rekey-pair.ts';

const S = 1_000_000;
const HELLO = 1;
const REKEY = 5;
const OFTEN = { session: { limits: sessionLimits({ ageUs: 5 * S }) } };

describe('recorded messages of a rekey', () => {
  it('A02: said twice in the same handshake change nothing', () => {
    const pair = securedPair(OFTEN);
    pair.tap = (from, frame) => {
      if (typeIn(frame) !== undefined) {
        const again = frame.slice();
        pair.tap = (_side, octets) => octets;
        pair.inject(from === 0 ? 1 : 0, frame);
        return again;
      }
      return frame;
    };
    pair.run(8 * S);
    expect(pair.ends.map(({ link }) => link.snapshot().rekeys)).toEqual([1, 1]);
    expect(idsOf(pair)[0]).toBe(idsOf(pair)[1]);
  });

  it('A02: said in a later handshake meet with silence', () => {
    const pair = securedPair(OFTEN);
    const recorded: [0 | 1, Uint8Array][] = [];
    pair.tap = (from, frame) => {
      if (typeIn(frame) !== undefined) recorded.push([from, frame.slice()]);
      return frame;
    };
    pair.run(30 * S);
    expect(recorded.length).toBeGreaterThanOrEqual(8);
    const before = pair.ends.map(({ link, left }) => [left.length, link.snapshot().associations]);
    const old = recorded.slice(0, 4);
    for (const [from, frame] of old) pair.inject(from === 0 ? 1 : 0, frame.slice());
    const after = pair.ends.map(({ link, left }) => [left.length, link.snapshot().associations]);
    expect(after).toEqual(before);
    const faults = pair.ends.map(({ link }) => link.snapshot().faults);
    expect(faults.map((each) => each['session.resume-unknown'] ?? each['session.header'])).toEqual([
      2, 2,
    ]);
  });
});

describe('a recorded frame', () => {
  it('A03: is refused while the old key drains, when it is gone, and after a reboot', () => {
    const pair = securedPair(OFTEN);
    const frame = capture(pair);
    const faultsOf = () => pair.ends[1].link.snapshot().faults;
    const session = idsOf(pair)[1];
    pair.run(8 * S, () => idsOf(pair)[1] !== session);
    pair.inject(1, frame.slice());
    expect(faultsOf()['session.replay']).toBe(1);
    pair.run(11 * S);
    pair.inject(1, frame.slice());
    expect(faultsOf()['session.sa-unknown']).toBe(1);
    pair.reboot(1);
    pair.connectEnd(1);
    pair.inject(1, frame.slice());
    expect(faultsOf()).toEqual({ 'session.sa-unknown': 1 });
    expect(pair.ends[1].of('received')).toHaveLength(1);
  });

  it('A29: is nothing under the SPI of the next session, nor sent back', () => {
    const pair = securedPair(OFTEN);
    const frame = capture(pair);
    pair.run(30 * S);
    const spi = pair.ends[1].link
      .snapshot()
      .associations.find(
        ({ direction, state }) => direction === 'receiving' && state === 'operational',
      )!.spi;
    const under = changed(frame, (octets) => octets.fill(spi >> 8, 10, 11).fill(spi, 11, 12));
    pair.inject(1, under);
    expect(pair.ends[1].link.snapshot().faults['session.iv-fixed']).toBe(1);
    pair.inject(0, frame.slice());
    expect(pair.ends[0].link.snapshot().faults['frame.scid']).toBe(1);
    expect(pair.ends[1].of('received')).toHaveLength(1);
  });
});

describe('an SPI', () => {
  it.each([
    ['zero', 0],
    ['the last', 65_535],
    ['the first of the provisioned ones', 1],
    ['the last of the provisioned ones', 255],
    ['unknown', 0x7777],
  ])('A30: that is %s opens nothing, and asks for nothing', (_, spi) => {
    const pair = securedPair();
    const frame = capture(pair);
    const left = pair.ends[1].left.length;
    pair.inject(
      1,
      changed(frame, (octets) => octets.fill(spi >> 8, 10, 11).fill(spi, 11, 12)),
    );
    expect(Object.keys(pair.ends[1].link.snapshot().faults)).toEqual([
      expect.stringMatching(/^(session\.sa-unknown|sdls\.spi|link\.clear-refused)$/),
    ]);
    expect(pair.ends[1].left).toHaveLength(left);
    expect(pair.ends[1].of('received')).toHaveLength(1);
  });

  it('A30: unknown to a node without a session makes it say HELLO, once in five seconds', () => {
    const pair = securedPair();
    const frame = capture(pair);
    pair.reboot(1);
    pair.connectEnd(1);
    const left = pair.ends[1].left.length;
    const hellos: number[] = [];
    pair.tap = (from, octets) => {
      if (from === 1 && typeIn(octets) === HELLO) hellos.push(pair.now);
      return undefined;
    };
    const from = pair.now;
    for (let n = 0; n < 50; n++) {
      pair.inject(1, frame.slice());
      pair.run(10_000);
    }
    expect(hellos).toEqual([from]);
    expect(pair.ends[1].left).toHaveLength(left + 1);
  });
});

describe('all secrets in memory', () => {
  it('A39: handed over do not open the answer to the next REKEY, nor what follows', () => {
    const { rekey_suite_1: rekey, full_handshake_suite_1: full, initiator, responder } = VECTORS;
    // The attacker plays whichever side it likes, with both static keys and the secret.
    const keyOf = (text: string) => nativeProvider.curve.x25519Key(fromHex(text));
    const options = {
      provider: nativeProvider,
      pattern: KKPSK0,
      prologue: fromHex(rekey.prologue),
      psk: fromHex(full.resume_psk),
      ephemeralKey: keyOf('11'.repeat(32)),
    };
    const asResponder = HandshakeState.initialize({
      ...options,
      initiator: false,
      staticKey: keyOf(initiator.static_private),
      remoteStatic: fromHex(responder.static_public),
    });
    expect(asResponder.readMessage(fromHex(rekey.noise_message_1))).not.toBeInstanceOf(Fault);
    const asInitiator = HandshakeState.initialize({
      ...options,
      initiator: true,
      staticKey: keyOf(responder.static_private),
      remoteStatic: fromHex(initiator.static_public),
    });
    asInitiator.writeMessage(new Uint8Array(0));
    const answer = asInitiator.readMessage(fromHex(rekey.noise_message_2));
    expect(answer).toMatchObject({ code: 'noise-auth' });
  });
});

describe('both sides at once', () => {
  it.each([0, 0.3])('A21: end up on one session, REKEY against REKEY, at a loss of %f', (loss) => {
    const limits = sessionLimits({ frames: 30 });
    let crossings = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const pair = securedPair({ seed, wire: { delayUs: 200_000 }, session: { limits } });
      pair.run(2 * S);
      const begun = new Map<number, number>();
      pair.tap = (from, frame) => {
        if (typeIn(frame) === REKEY && !begun.has(from)) begun.set(from, pair.now);
        return frame;
      };
      pair.wire = { delayUs: 200_000, loss };
      // Both have sent as many frames, so both are due at one instant.
      for (let n = 0; n < 40; n++) {
        for (const from of [0, 1] as const) pair.send(from, `${n}`, new Uint8Array(10));
        pair.run(50_000);
      }
      pair.run(10 * S);
      pair.wire = { delayUs: 200_000 };
      settle(pair);
      const [a = 0, b = 0] = [begun.get(0), begun.get(1)];
      if (Math.abs(a - b) < 200_000) crossings++;
      for (const { link } of pair.ends) {
        expect(Object.keys(link.snapshot().faults)).not.toContain('session.sa-unknown');
      }
    }
    expect(crossings).toBeGreaterThan(10);
  });
});

describe('loss', () => {
  const messages = (pair: LinkPair, lost: readonly number[]) => {
    let count = -1;
    pair.tap = (_from, frame) => {
      count++;
      return lost.includes(count) ? undefined : frame;
    };
  };
  const pairs = Array.from({ length: 8 }, (_, a) => a).flatMap((a) =>
    Array.from({ length: 8 - a }, (_, b) => [a, a + b]),
  );

  it('A22: of any frame and any two leads a first contact to one session', () => {
    for (const lost of pairs) {
      const pair = new LinkPair();
      messages(pair, lost);
      pair.connect();
      pair.run(40 * S);
      settle(pair);
    }
  });

  it('A22: of any frame and any two leads a return contact to one session', () => {
    for (const lost of pairs) {
      const pair = securedPair();
      pair.disconnectEnd(0);
      pair.disconnectEnd(1);
      messages(pair, lost);
      pair.connect();
      pair.run(40 * S);
      settle(pair);
      expect(pair.ends[0].link.snapshot().rekeys, `${lost}`).toBe(1);
    }
  });

  it.each(Array.from({ length: 10 }, (_, block) => 25 * block))(
    'A22: of three frames in ten leaves no half of a session in use (a hundred contacts from %i)',
    (from) => {
      // Each seed has a first contact and three return contacts, with a rekey now and then.
      const limits = sessionLimits({ ageUs: 8 * S });
      for (let seed = from; seed < from + 25; seed++) {
        const pair = new LinkPair({ seed, session: { limits } });
        for (let contact = 0; contact < 4; contact++) {
          pair.wire = { delayUs: 5_000, loss: 0.3 };
          pair.connect();
          pair.run(10 * S);
          pair.wire = { delayUs: 5_000 };
          settle(pair);
          pair.disconnectEnd(0);
          pair.disconnectEnd(1);
        }
      }
    },
  );
});

/** The wire is calm: both ends come to send on one session, and what is sent arrives. */
function settle(pair: LinkPair): void {
  const agreed = () => {
    const [a, b] = idsOf(pair);
    return a !== undefined && a === b && pair.ends.every(({ link }) => link.secured);
  };
  expect(pair.run(150 * S, agreed)).toBe(true);
  for (const from of [0, 1] as const) {
    const to = pair.ends[from === 0 ? 1 : 0];
    const before = to.of('received').length;
    pair.send(from, 'settled', new Uint8Array(10));
    pair.run(S);
    expect(to.of('received')).toHaveLength(before + 1);
    expect(operational(pair, from)).toHaveLength(1);
  }
}
