/**
 * Somebody has, or will have, all that is in the memory of two nodes but their ephemeral keys: both
 * static keys, and the secret of a session. It hears a handshake, and does nothing.
 */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { X25519Key } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { NOISE_AUTH } from '#protocol/session/faults.ts';
import { HandshakeState } from '#protocol/session/noise.ts';
import { type HandshakePattern, KKPSK0, type Token, XX } from '#protocol/session/noise-patterns.ts';
import { keyPair } from './insider.ts';

const PSK = new Uint8Array(32).fill(0x5a);
const PROLOGUE = fromHex('0102');
const STATICS = { initiator: keyPair(1), responder: keyPair(2) };
const PAYLOADS = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)] as const;

describe('a rekey after everything was handed over', () => {
  it('A39: is open in its question and closed in its answer, and so is what follows', () => {
    const { question, answer, keys } = rekey(KKPSK0);
    const { eavesdropper } = listen(KKPSK0, question);
    expect(eavesdropper.readMessage(answer)).toBe(NOISE_AUTH);
    // Even with the answer out of the way, the keys of the new session are others.
    expect(eavesdropper.finish().keys.map(toHex)).not.toEqual(keys);
  });

  it('A39: would be open without the agreement of the two fresh keys, as this test would show', () => {
    const messages = KKPSK0.messages.map((tokens) => tokens.filter(isNotFresh));
    const pattern = { ...KKPSK0, messages };
    const { question, answer, keys } = rekey(pattern);
    const { eavesdropper } = listen(pattern, question);
    expect(eavesdropper.readMessage(answer)).toEqual(PAYLOADS[1]);
    expect(eavesdropper.finish().keys.map(toHex)).toEqual(keys);
  });
});

describe('a first contact whose static keys are known later', () => {
  it('A38: is closed from its answer on, and so is what follows', () => {
    const { question, answer } = exchange(XX);
    expect(listen(XX, question).eavesdropper.readMessage(answer)).toBe(NOISE_AUTH);
  });

  it('A38: would be open without the agreement of the two fresh keys, as this test would show', () => {
    const pattern = { ...XX, messages: XX.messages.map((tokens) => tokens.filter(isNotFresh)) };
    const { question, answer } = exchange(pattern);
    expect(listen(pattern, question).eavesdropper.readMessage(answer)).toEqual(PAYLOADS[1]);
  });
});

/** The honest sides, with fresh ephemeral keys, and what goes over the wire. */
function exchange(pattern: HandshakePattern) {
  const side = (name: 'initiator' | 'responder', ephemeralKey: X25519Key) =>
    stateOf(pattern, name, ephemeralKey);
  const [initiator, responder] = [side('initiator', keyPair(71)), side('responder', keyPair(72))];
  const question = octetsOf(initiator.writeMessage(PAYLOADS[0]));
  expect(responder.readMessage(question)).toEqual(PAYLOADS[0]);
  const answer = octetsOf(responder.writeMessage(PAYLOADS[1]));
  expect(initiator.readMessage(answer)).toEqual(PAYLOADS[1]);
  return { question, answer, initiator };
}

/** The whole of a rekey. */
function rekey(pattern: HandshakePattern) {
  const { question, answer, initiator } = exchange(pattern);
  return { question, answer, keys: initiator.finish().keys.map(toHex) };
}

/** Whether a token is of more than the two ephemeral keys. */
function isNotFresh(token: Token): boolean {
  return token !== 'ee';
}

/** In the place of the initiator, whose ephemeral key it has only seen. */
function listen(pattern: HandshakePattern, question: Uint8Array) {
  const eavesdropper = stateOf(pattern, 'initiator', seenKey(question.slice(0, 32)));
  // It can write the very question: so much does it know.
  expect(eavesdropper.writeMessage(PAYLOADS[0])).toEqual(question);
  return { eavesdropper };
}

/** Agrees on a secret with a key whose private half is handed over; else it has to guess. */
function seenKey(publicKey: Uint8Array): X25519Key {
  const known = Object.values(STATICS);
  const shared = (remote: Uint8Array) => {
    const other = known.find((key) => toHex(key.publicKey) === toHex(remote));
    return other?.shared(publicKey) ?? new Uint8Array(32).fill(0x77);
  };
  return { publicKey, shared, erase: () => {} };
}

function stateOf(
  pattern: HandshakePattern,
  name: 'initiator' | 'responder',
  ephemeralKey: X25519Key,
): HandshakeState {
  const other = name === 'initiator' ? 'responder' : 'initiator';
  return HandshakeState.initialize({
    provider: nativeProvider,
    pattern,
    initiator: name === 'initiator',
    prologue: PROLOGUE,
    staticKey: STATICS[name],
    ephemeralKey,
    ...(pattern.staticsKnown ? { remoteStatic: STATICS[other].publicKey, psk: PSK } : {}),
  });
}

function octetsOf(result: Uint8Array | Fault): Uint8Array {
  if (result instanceof Fault) throw new Error(result.key);
  return result;
}
