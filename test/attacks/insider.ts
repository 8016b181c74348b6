/**
 * Somebody with an admission key who runs the first contact by hand: whatever static key, payload
 * and private keys it is given.
 */
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import type { X25519Key } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { FINISH, HELLO, REPLY, SUITE_CLASSICAL } from '#protocol/session/message-header.ts';
import { macKeyOf } from '#protocol/session/message-macs.ts';
import { decodeMessage, encodeMessage } from '#protocol/session/messages.ts';
import { HandshakeState } from '#protocol/session/noise.ts';
import { XX } from '#protocol/session/noise-patterns.ts';
import { encodePayload } from '#protocol/session/payload.ts';
import { prologueOf } from '#protocol/session/prologue.ts';
import { CREDENTIALS, drain, type Endpoint, SCID_A, SCID_B } from '../protocol/session/endpoint.ts';

const { curve } = nativeProvider;
const { constellationId } = CREDENTIALS.a;
const admissionKey = CREDENTIALS.a.admissionKeys[0]!.key;

/** What an insider says about itself. */
export interface Claim {
  /** Of Noise; the private half need not belong to the public one. */
  readonly staticKey: X25519Key;
  readonly certificate: Uint8Array;
  readonly keyStatement: Uint8Array;
}

/** A key pair from an octet. */
export function keyPair(octet: number): X25519Key {
  return curve.x25519Key(new Uint8Array(32).fill(octet));
}

/** A key that shows the public half of another one. */
export function inTheNameOf(publicKey: Uint8Array, key: X25519Key): X25519Key {
  return { publicKey, shared: (remote) => key.shared(remote), erase: () => key.erase() };
}

/** Plays A towards B with this claim: what B then says, and the sessions that B has. */
export function playInitiator(b: Endpoint, claim: Claim): void {
  const handshakeId = new Uint8Array(8).fill(3);
  const state = stateOf(true, handshakeId, claim.staticKey);
  const header = {
    suite: SUITE_CLASSICAL,
    sourceScid: SCID_A,
    destinationScid: SCID_B,
    handshakeId,
  } as const;
  const macKey = macKeyOf(admissionKey, SCID_B);
  const hello = state.writeMessage(NOTHING) as Uint8Array;
  b.handshake.receive(0, encodeMessage({ type: HELLO, ...header, noise: hello }, macKey));
  const reply = decodeMessage(sentBy(b), SCID_A, SCID_B);
  if (reply instanceof Fault || reply.type !== REPLY) throw new Error('B replies');
  if (state.readMessage(reply.noise) instanceof Fault) throw new Error('the REPLY is good');
  const finish = state.writeMessage(payloadOf(claim)) as Uint8Array;
  b.handshake.receive(0, encodeMessage({ type: FINISH, ...header, noise: finish }, macKey));
}

/** Plays B towards A, which has said HELLO. */
export function playResponder(a: Endpoint, claim: Claim): void {
  a.begin(0);
  const hello = decodeMessage(sentBy(a), SCID_B, SCID_A);
  if (hello instanceof Fault || hello.type !== HELLO) throw new Error('A says HELLO');
  const { handshakeId } = hello;
  const state = stateOf(false, handshakeId, claim.staticKey);
  if (state.readMessage(hello.noise) instanceof Fault) throw new Error('the HELLO is good');
  const reply = state.writeMessage(payloadOf(claim)) as Uint8Array;
  const header = {
    suite: SUITE_CLASSICAL,
    sourceScid: SCID_B,
    destinationScid: SCID_A,
    handshakeId,
  } as const;
  const macKey = macKeyOf(admissionKey, SCID_A);
  a.handshake.receive(0, encodeMessage({ type: REPLY, ...header, noise: reply }, macKey));
}

/** The one message that an end has to say. */
export function sentBy(end: Endpoint): Uint8Array {
  const messages = drain(end.handshake).flatMap((output) =>
    output.kind === 'send' ? [output.message] : [],
  );
  if (messages.length !== 1) throw new Error(`${messages.length} messages`);
  return messages[0]!;
}

function stateOf(
  initiator: boolean,
  handshakeId: Uint8Array,
  staticKey: X25519Key,
): HandshakeState {
  const ends = { initiatorScid: SCID_A, responderScid: SCID_B };
  const prologue = prologueOf({ suite: SUITE_CLASSICAL, constellationId, ...ends, handshakeId });
  const keys = { staticKey, ephemeralKey: keyPair(9), prologue };
  return HandshakeState.initialize({ provider: nativeProvider, pattern: XX, initiator, ...keys });
}

function payloadOf({ certificate, keyStatement }: Claim): Uint8Array {
  return encodePayload({ spi: 777, certificate, keyStatement, epoch: 1, serial: 1 });
}

const NOTHING = new Uint8Array(0);
