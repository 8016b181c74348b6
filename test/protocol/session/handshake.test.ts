import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import { ResumeSecrets } from '#protocol/membership/resumption.ts';
import { Admission } from '#protocol/session/admission.ts';
import { Handshake, type HandshakeOutput, type Session } from '#protocol/session/handshake.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import { macKeyOf, writeMac1 } from '#protocol/session/message-macs.ts';
import { memberOf } from '../membership/members.ts';
import { drain, TestRandom } from './endpoint.ts';
import { credentialsOf, VECTORS } from './link-handshake-vectors.ts';

const example = VECTORS.full_handshake_suite_1;
const hybrid = VECTORS.full_handshake_suite_2;
const HYBRID = { suitePolicy: 'hybrid' } as const;

describe('the worked example in the hybrid suite', () => {
  it('is reproduced byte for byte by both sides, to the keys', () => {
    const [initiator, responder] = [sideOf('initiator', HYBRID), sideOf('responder', HYBRID)];
    initiator.begin(0);
    expect(drain(initiator).map(shown)).toEqual([`send ${hybrid.hello}`]);
    responder.receive(0, fromHex(hybrid.hello));
    expect(drain(responder).map(shown)).toEqual([`send ${hybrid.reply}`]);
    initiator.receive(0, fromHex(hybrid.reply));
    const atInitiator = drain(initiator);
    expect(atInitiator.map(shown)).toEqual([
      `send ${hybrid.finish}`,
      `established ${hybrid.session_id}`,
    ]);
    responder.receive(0, fromHex(hybrid.finish));
    const atResponder = drain(responder);
    expect(atResponder.map(shown)).toEqual([`established ${hybrid.session_id}`]);
    const { sendKey } = sessionIn(atInitiator);
    expect(sendKey.spi).toBe(hybrid.i2r.spi);
    const sealed = new Uint8Array(12 + 16);
    sendKey.seal(new Uint8Array(0), new Uint8Array(0), sealed, 0, 12);
    expect(toHex(sealed.subarray(0, 4))).toBe(hybrid.i2r.iv_fixed);
    const key = nobleProvider.aead.key(fromHex(hybrid.i2r.key));
    const opened = key.open(sealed.subarray(0, 12), new Uint8Array(0), sealed.subarray(12));
    expect(opened).toEqual(new Uint8Array(0));
  });

  it('holds with the COOKIE that is given when a cookie is demanded', () => {
    const initiator = sideOf('initiator', HYBRID);
    initiator.begin(0);
    initiator.receive(0, fromHex(hybrid.cookie_message));
    expect(drain(initiator).map(shown).at(-1)).toBe(`send ${hybrid.hello_with_cookie}`);
  });

  it('LS-1701: refuses an encapsulation key that is none, and still takes a good one', () => {
    const responder = sideOf('responder', HYBRID);
    const octets = fromHex(hybrid.hello);
    octets.fill(0xff, 52, 55);
    const macKey = macKeyOf(fromHex(VECTORS.admission_key), VECTORS.responder.scid);
    writeMac1(octets, macKey);
    responder.receive(0, octets);
    responder.receive(0, fromHex(hybrid.hello));
    expect(drain(responder).map(shown)).toEqual(['fault session.kem-key', `send ${hybrid.reply}`]);
  });
});

describe('A32: the suite', () => {
  it.each([
    ['a hybrid HELLO to a classical node', 'classical', hybrid.hello],
    ['a classical HELLO to a hybrid node', 'hybrid', example.hello],
  ] as const)('of %s is not spoken there', (_, suitePolicy, hello) => {
    const responder = sideOf('responder', { suitePolicy });
    responder.receive(0, fromHex(hello));
    expect(drain(responder).map(shown)).toEqual(['fault session.suite']);
  });

  it.each([1, 2] as const)('rewritten on the way is refused by a node of suite %i', (suite) => {
    const responder = sideOf('responder', suite === 2 ? HYBRID : {});
    const { hello } = suite === 2 ? hybrid : example;
    const macKey = macKeyOf(fromHex(VECTORS.admission_key), VECTORS.responder.scid);
    // Suite, version and flags, by a stranger and by someone with the admission key.
    for (const [at, octet] of [
      [2, 3 - suite],
      [1, 2],
      [3, 1],
    ] as const) {
      for (const member of [false, true]) {
        const octets = fromHex(hello);
        octets[at] = octet;
        if (member) writeMac1(octets, macKey);
        responder.receive(0, octets);
      }
    }
    const told = drain(responder).map(shown);
    expect(told).toHaveLength(6);
    expect(told.filter((text) => text.startsWith('send'))).toEqual([]);
  });

  it('is never left by a node whose policy is hybrid, whatever it hears', () => {
    const initiator = sideOf('initiator', HYBRID);
    initiator.begin(0);
    for (const octets of [example.reply, example.cookie_message, example.finish, example.hello]) {
      initiator.receive(0, fromHex(octets));
    }
    for (let now = 0; now < 600_000_000; now += 1_000_000) initiator.tick(now);
    for (const output of drain(initiator)) {
      if (output.kind === 'send') expect(output.message[2]).toBe(2);
    }
  });
});

describe('the worked example', () => {
  it('is reproduced byte for byte by both sides, keys and frames included', () => {
    const [initiator, responder] = [sideOf('initiator'), sideOf('responder')];
    initiator.begin(0);
    expect(drain(initiator).map(shown)).toEqual([`send ${example.hello}`]);
    responder.receive(0, fromHex(example.hello));
    expect(drain(responder).map(shown)).toEqual([`send ${example.reply}`]);
    initiator.receive(0, fromHex(example.reply));
    const atInitiator = drain(initiator);
    expect(atInitiator.map(shown)).toEqual([
      `send ${example.finish}`,
      `established ${example.session_id}`,
    ]);
    responder.receive(0, fromHex(example.finish));
    const atResponder = drain(responder);
    expect(atResponder.map(shown)).toEqual([`established ${example.session_id}`]);

    const sessions = { i2r: sessionIn(atInitiator), r2i: sessionIn(atResponder) };
    for (const { direction, iv, aad, tfdf, frame } of VECTORS.protected_frames_suite_1) {
      const receiver = direction === 'i2r' ? sessions.r2i : sessions.i2r;
      const header = fromHex(aad).subarray(0, fromHex(aad).length - 12);
      const out = new Uint8Array(12 + tfdf.length / 2 + 16);
      const { sendKey } = sessions[direction];
      expect(sendKey.seal(fromHex(aad), fromHex(tfdf), out, 0, 12)).toBeUndefined();
      expect(toHex(concat([header, out]))).toBe(frame);
      const opened = receiver.receiveKey.open(fromHex(iv), fromHex(aad), out.subarray(12));
      expect(opened).toEqual(fromHex(tfdf));
    }
    expect(sessions.i2r.sendKey.spi).toBe(VECTORS.responder.receive_spi);
    expect(sessions.i2r.peer).toMatchObject({
      eid: 'ipn:514.0',
      certificateId: fromHex(VECTORS.responder.cert_id),
      scids: [514],
      certificate: fromHex(VECTORS.responder.certificate),
      boot: VECTORS.responder.boot,
    });
  });

  it('holds with a cookie in the HELLO, which is not looked at without load', () => {
    const responder = sideOf('responder');
    responder.receive(0, fromHex(example.hello_with_cookie));
    responder.receive(0, fromHex(example.hello));
    expect(drain(responder).map(shown)).toEqual([`send ${example.reply}`, `send ${example.reply}`]);
  });

  it('holds with the COOKIE that is given when a cookie is demanded', () => {
    const responder = sideOf('responder', { random: scripted(VECTORS.cookie_secret) });
    responder.connect({ portName: VECTORS.cookie_port_name, roundTripUs: 0 });
    spendHalf(responder);
    responder.receive(0, fromHex(example.hello));
    expect(drain(responder).map(shown)).toEqual([
      `send ${example.cookie_message}`,
      'fault session.cookie',
    ]);
    responder.receive(0, fromHex(example.hello_with_cookie));
    expect(drain(responder).map(shown)).toEqual([`send ${example.reply}`]);

    const initiator = sideOf('initiator');
    initiator.begin(0);
    initiator.receive(0, fromHex(example.cookie_message));
    expect(drain(initiator).map(shown)).toEqual([
      `send ${example.hello}`,
      `send ${example.hello_with_cookie}`,
    ]);
  });

  it('declines a succession of which it knows nothing', () => {
    const initiator = sideOf('initiator');
    initiator.receive(0, fromHex(VECTORS.rekey_suite_1.rekey));
    const [decline, fault] = drain(initiator).map(shown);
    expect(decline).toMatch(/^send 0701010000240101020200008/);
    expect(fault).toBe('fault session.resume-unknown');
  });

  it('goes on only in the suite that is spoken here', () => {
    const responder = sideOf('responder');
    responder.receive(0, fromHex(VECTORS.full_handshake_suite_2.hello));
    expect(drain(responder).map(shown)).toEqual(['fault session.suite']);
  });
});

describe('a responder', () => {
  it('says the stored REPLY again to the same HELLO, and makes nothing new', () => {
    const responder = sideOf('responder');
    responder.receive(0, fromHex(example.hello));
    responder.receive(1, fromHex(example.hello));
    expect(drain(responder).map(shown)).toEqual([`send ${example.reply}`, `send ${example.reply}`]);
  });

  it('tells that FINISH is repeated, but only for the FINISH it accepted', () => {
    const responder = sideOf('responder');
    responder.receive(0, fromHex(example.hello));
    responder.receive(0, fromHex(example.finish));
    drain(responder);
    responder.receive(1, fromHex(example.finish));
    responder.receive(2, flipped(example.finish, 300));
    expect(drain(responder).map(shown)).toEqual(['repeated', 'fault session.header']);
  });

  it('forgets a half-open handshake after 15 s', () => {
    const responder = sideOf('responder');
    responder.receive(0, fromHex(example.hello));
    expect(responder.deadline()).toEqual({ at: 15_000_000, why: 'half-open handshake expires' });
    responder.tick(15_000_000);
    expect(responder.deadline()).toBeUndefined();
    drain(responder);
    responder.receive(15_000_000, fromHex(example.finish));
    expect(drain(responder).map(shown)).toEqual(['fault session.header']);
  });
});

/** A side of the example: its keys, SPI and handshake id in place of random ones. */
function sideOf(
  side: 'initiator' | 'responder',
  { random = scripted(), suitePolicy = 'classical' as SuitePolicy } = {},
): Handshake {
  const [remote, { scid, receive_spi, ...keys }] =
    side === 'initiator'
      ? [VECTORS.responder, VECTORS.initiator]
      : [VECTORS.initiator, VECTORS.responder];
  const credentials = credentialsOf(side);
  const made = memberOf(credentials, keys.boot, nobleProvider, new TestRandom(side));
  const identity = {
    boot: keys.boot,
    staticKey: nobleProvider.curve.x25519Key(fromHex(keys.static_private)),
    keyStatement: fromHex(keys.handshake_key_statement),
    ephemeralKeys: {
      seed: (count: number) =>
        fromHex(count === 64 ? hybrid.kem_keygen_seed_d_z : hybrid.kem_encapsulation_seed_m),
      next: () => nobleProvider.curve.x25519Key(fromHex(keys.ephemeral_private)),
    },
    resumeSecrets: new ResumeSecrets(),
  };
  const spis = { take: () => receive_spi, release: () => {} };
  const { statement, certificate, peerBoots, judgeDates } = made;
  const shared = { statement, certificate, peerBoots, judgeDates: judgeDates.bind(made) };
  const membership = { ...shared, identity, spis } as unknown as Membership;
  const provider = withKem(nobleProvider);
  const admission = new Admission(credentials, provider, random);
  const ends = { localScid: scid, remoteScid: remote.scid };
  const means = { credentials, membership, provider, random, admission };
  return new Handshake({ ...means, suitePolicy, ...ends });
}

function scripted(cookieSecret = '') {
  return {
    octets(count: number) {
      if (count === 8) return fromHex(VECTORS.handshake_id);
      return count === 32 ? fromHex(cookieSecret) : new Uint8Array(count);
    },
  } as TestRandom;
}

/** Three HELLOs leave less than half of what a spacecraft id may ask for at once. */
function spendHalf(responder: Handshake): void {
  for (let count = 0; count < 3; count++) {
    const initiator = sideOf('initiator', { random: new TestRandom(count) });
    initiator.begin(0);
    for (const output of drain(initiator)) {
      if (output.kind === 'send') responder.receive(0, output.message);
    }
  }
  expect(drain(responder)).toHaveLength(3);
}

function sessionIn(outputs: HandshakeOutput[]): Session {
  const established = outputs.find((output) => output.kind === 'established');
  if (established === undefined) throw new Error('established');
  return established.session;
}

function shown(output: HandshakeOutput): string {
  if (output.kind === 'send') return `send ${toHex(output.message)}`;
  if (output.kind === 'established') return `established ${output.session.sessionId}`;
  return output.kind === 'fault' ? `fault ${output.fault.key}` : output.kind;
}

function flipped(text: string, bit: number): Uint8Array {
  const octets = fromHex(text);
  octets[bit >> 3]! ^= 1 << (bit & 7);
  return octets;
}
