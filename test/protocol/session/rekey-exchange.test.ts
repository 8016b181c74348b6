import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { Fault } from '#protocol/fault.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import type { Peer } from '#protocol/membership/peer.ts';
import { type HeldSecret, ResumeSecrets } from '#protocol/membership/resumption.ts';
import { Admission } from '#protocol/session/admission.ts';
import { HandshakeContext } from '#protocol/session/handshake-context.ts';
import { decodeMessage, type NoiseMessage, type RekeyMessage } from '#protocol/session/messages.ts';
import { RekeyInitiator } from '#protocol/session/rekey-initiator.ts';
import { RekeyResponder } from '#protocol/session/rekey-responder.ts';
import type { Session } from '#protocol/session/session.ts';
import { memberOf } from '../membership/members.ts';
import { TestRandom } from './endpoint.ts';
import { credentialsOf, VECTORS } from './link-handshake-vectors.ts';

const example = VECTORS.rekey_suite_1;

describe('the worked succession, which the responder of the first contact begins', () => {
  it('A44: is met byte for byte by its initiator', () => {
    const initiator = initiatorOf();
    expect(toHex(initiator.message)).toBe(example.rekey);
    const session = initiator.receiveReply(message(example.rekey_reply, 'responder'));
    expect(shown(session)).toEqual([example.session_id, 'initiator', true, example.resume_id]);
  });

  it('A44: is met byte for byte by its responder', () => {
    const responder = responderTo(example.rekey) as RekeyResponder;
    expect(toHex(responder.reply)).toBe(example.rekey_reply);
    const expected = [example.session_id, 'responder', false, example.resume_id];
    expect(shown(responder.session)).toEqual(expected);
  });

  it('gives both sides keys that fit', () => {
    const initiator = initiatorOf();
    const there = responderTo(toHex(initiator.message)) as RekeyResponder;
    const here = initiator.receiveReply(message(toHex(there.reply), 'responder')) as Session;
    const out = new Uint8Array(12 + 3 + 16);
    for (const [from, to] of [
      [here, there.session],
      [there.session, here],
    ] as const) {
      from.sendKey.seal(Uint8Array.of(1), Uint8Array.of(2, 3, 4), out, 0, 12);
      const opened = to.receiveKey.open(out.subarray(0, 12), Uint8Array.of(1), out.subarray(12));
      expect(opened).toEqual(Uint8Array.of(2, 3, 4));
    }
  });

  it('A05: with any bit changed is refused by either side, which then takes the true message', () => {
    const rekey = fromHex(example.rekey);
    // Behind the header and the resume id, before the MACs, which others look at.
    for (let bit = 36 * 8; bit < (rekey.length - 32) * 8; bit += 3) {
      expect(responderTo(flipped(example.rekey, bit))).toBeInstanceOf(Fault);
    }
    const initiator = initiatorOf();
    for (let bit = 20 * 8, tries = 0; tries < 7; bit += 65, tries++) {
      const bad = message(flipped(example.rekey_reply, bit), 'responder');
      expect(initiator.receiveReply(bad)).toBeInstanceOf(Fault);
    }
    const session = initiator.receiveReply(message(example.rekey_reply, 'responder'));
    expect(shown(session)[0]).toBe(example.session_id);
  });

  it('is refused under another secret', () => {
    const psk = fromHex(VECTORS.full_handshake_suite_1.resume_psk);
    psk[0]! ^= 1;
    const verdict = responderTo(example.rekey, { ...secretOf('initiator'), psk });
    expect(verdict).toMatchObject({ code: 'noise-auth' });
  });

  it('A20: looks at eight answers and no more', () => {
    const initiator = initiatorOf();
    const bad = message(flipped(example.rekey_reply, 200), 'responder');
    for (let count = 0; count < 8; count++) {
      expect(initiator.receiveReply(bad)).toMatchObject({ code: 'noise-auth' });
    }
    const verdict = initiator.receiveReply(message(example.rekey_reply, 'responder'));
    expect(verdict).toMatchObject({ code: 'budget' });
  });

  it('gives an SPI back that came to nothing, and keeps one that did not', () => {
    const released: number[] = [];
    const idle = initiatorOf(released);
    idle.end();
    expect(released).toEqual([VECTORS.responder.rekey_receive_spi]);
    const done = initiatorOf(released);
    done.receiveReply(message(example.rekey_reply, 'responder'));
    done.end();
    expect(released).toHaveLength(1);
  });
});

type Side = 'initiator' | 'responder';

function initiatorOf(released: number[] = []): RekeyInitiator {
  const spi = VECTORS.responder.rekey_receive_spi;
  return new RekeyInitiator(0, contextOf('responder', released), spi, secretOf('responder'));
}

function responderTo(rekey: string, secret = secretOf('initiator')): RekeyResponder | Fault {
  const spi = VECTORS.initiator.rekey_receive_spi;
  const decoded = message(rekey, 'initiator') as unknown as RekeyMessage;
  const context = contextOf('initiator');
  const { senderKeys } = context;
  return RekeyResponder.answer(context, fromHex(rekey), decoded, senderKeys, secret, spi);
}

/** A message to the side of the first contact. */
function message(text: string, to: Side): NoiseMessage {
  const [local, remote] = to === 'initiator' ? scids() : scids().reverse();
  const decoded = decodeMessage(fromHex(text), local!, remote!);
  if (decoded instanceof Fault) throw new Error(decoded.key);
  return decoded as NoiseMessage;
}

function scids(): number[] {
  return [VECTORS.initiator.scid, VECTORS.responder.scid];
}

function secretOf(side: Side): HeldSecret {
  const { resume_id, resume_psk } = VECTORS.full_handshake_suite_1;
  const remote = VECTORS[side === 'initiator' ? 'responder' : 'initiator'];
  return {
    id: fromHex(resume_id),
    psk: fromHex(resume_psk),
    remoteStatic: fromHex(remote.static_public),
    peer: { eid: remote.eid } as Peer,
    bornAt: 0,
    rekeys: 0,
    home: new ResumeSecrets(),
  };
}

/** A side of the example: its keys and handshake id in place of random ones. */
function contextOf(side: Side, released: number[] = []): HandshakeContext {
  const { scid, boot, ...keys } = VECTORS[side];
  const credentials = credentialsOf(side);
  const { statement } = memberOf(credentials, boot, nobleProvider, new TestRandom(side));
  const keyOf = (text: string) => nobleProvider.curve.x25519Key(fromHex(text));
  const identity = {
    staticKey: keyOf(keys.static_private),
    ephemeralKeys: { next: () => keyOf(keys.rekey_ephemeral_private) },
  };
  const spis = { release: (spi: number) => released.push(spi) };
  const membership = { statement, identity, spis } as unknown as Membership;
  const random = { octets: () => fromHex(VECTORS.rekey_handshake_id) };
  const remoteScid = scids().find((other) => other !== scid)!;
  const ends = { localScid: scid, remoteScid };
  const provider = nobleProvider;
  const admission = new Admission(credentials, provider, random);
  return new HandshakeContext({ credentials, membership, provider, random, admission, ...ends });
}

function shown(session: Session | Fault): unknown[] {
  if (session instanceof Fault) return [session.key];
  return [session.sessionId, session.role, session.speaksFirst, toHex(session.resume.id)];
}

function flipped(text: string, bit: number): string {
  const octets = fromHex(text);
  octets[bit >> 3]! ^= 1 << (bit & 7);
  return toHex(octets);
}
