import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { KEY_ERASED } from '#protocol/crypto/faults.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { Fault } from '#protocol/fault.ts';
import { DH_ZERO, LENGTH, NOISE_AUTH } from '#protocol/session/faults.ts';
import { HandshakeState } from '#protocol/session/noise.ts';
import { KKPSK0, XX } from '#protocol/session/noise-patterns.ts';
import { CipherState } from '#protocol/session/noise-symmetric.ts';

/** Public sets of cacophony, snow and noise-c; licences in NOTICE-noise-wycheproof.txt. */
interface NoiseVector {
  id: string;
  protocol_name: string;
  init_prologue: string;
  init_static: string;
  init_ephemeral: string;
  init_remote_static?: string;
  init_psks?: string[];
  resp_prologue: string;
  resp_static: string;
  resp_ephemeral: string;
  resp_remote_static?: string;
  resp_psks?: string[];
  handshake_hash?: string;
  messages: { payload: string; ciphertext: string }[];
}

const { vectors } = JSON.parse(readFileSync('test/vectors/noise.json', 'utf8')) as {
  vectors: NoiseVector[];
};
const known = (pattern: string) =>
  vectors.filter(({ protocol_name }) => protocol_name === `Noise_${pattern}_25519_AESGCM_SHA512`);

describe('the public Noise vectors', () => {
  it('are there for both patterns', () => {
    expect([known('XX').length, known('KKpsk0').length]).toEqual([3, 1]);
  });

  it.each(
    [XX, KKPSK0].flatMap((pattern) => known(pattern.name).map((vector) => ({ vector, pattern }))),
  )('$vector.id is reproduced byte for byte by both sides', ({ vector, pattern }) => {
    const sides = pair(vector, pattern);
    const exchanged = pattern.messages.length;
    for (const [at, { payload, ciphertext }] of vector.messages.slice(0, exchanged).entries()) {
      const [writer, reader] = at % 2 === 0 ? sides : [sides[1], sides[0]];
      expect(hex(writer.writeMessage(fromHex(payload)))).toBe(ciphertext);
      expect(hex(reader.readMessage(fromHex(ciphertext)))).toBe(payload);
    }
    const finished = sides.map((side) => side.finish());
    for (const { hash } of finished) {
      if (vector.handshake_hash !== undefined) expect(toHex(hash)).toBe(vector.handshake_hash);
    }
    const ciphers = finished.map(({ keys }) => keys.map(cipherOf));
    for (const [at, { payload, ciphertext }] of vector.messages.entries()) {
      if (at < exchanged) continue;
      const [sender, receiver] = at % 2 === 0 ? ciphers : [ciphers[1], ciphers[0]];
      const sealed = sender![at % 2]!.encryptWithAd(NOTHING, fromHex(payload));
      expect(toHex(sealed)).toBe(ciphertext);
      expect(hex(receiver![at % 2]!.decryptWithAd(NOTHING, sealed))).toBe(payload);
    }
  });
});

describe('a message that does not fit', () => {
  const vector = known('XX')[0]!;

  it('is refused in a clone without harm to the state', () => {
    const [initiator, responder] = pair(vector, XX);
    responder.readMessage(fromHex(vector.messages[0]!.ciphertext));
    const reply = responder.writeMessage(NOTHING) as Uint8Array;
    const damaged = reply.slice();
    damaged[40]! ^= 1;
    initiator.writeMessage(fromHex(vector.messages[0]!.payload));
    expect(initiator.clone().readMessage(damaged)).toBe(NOISE_AUTH);
    expect(initiator.clone().readMessage(reply)).toEqual(NOTHING);
  });

  it('is refused when it is too short for its fields', () => {
    const [initiator, responder] = pair(vector, XX);
    expect(responder.readMessage(new Uint8Array(31))).toBe(LENGTH);
    initiator.writeMessage(NOTHING);
    expect(initiator.clone().readMessage(new Uint8Array(32 + 47).fill(9))).toBe(LENGTH);
  });

  it('is refused when it holds a point of low order', () => {
    const [, responder] = pair(vector, XX);
    expect(responder.readMessage(new Uint8Array(32))).toEqual(NOTHING);
    expect(responder.writeMessage(NOTHING)).toBe(DH_ZERO);
  });

  it('is neither read nor written with an own key that was erased', () => {
    const ephemeralKey = keyPairOf(vector.init_ephemeral);
    const staticKey = keyPairOf(vector.init_static);
    const means = { provider: nobleProvider, pattern: XX, prologue: NOTHING };
    const initiator = HandshakeState.initialize({
      ...means,
      initiator: true,
      staticKey,
      ephemeralKey,
    });
    const keys = {
      staticKey: keyPairOf('01'.repeat(32)),
      ephemeralKey: keyPairOf('02'.repeat(32)),
    };
    const responder = HandshakeState.initialize({ ...means, initiator: false, ...keys });
    responder.readMessage(initiator.writeMessage(NOTHING) as Uint8Array);
    const reply = responder.writeMessage(NOTHING) as Uint8Array;
    staticKey.erase();
    const reader = initiator.clone();
    expect(reader.readMessage(reply)).toEqual(NOTHING);
    expect(reader.writeMessage(NOTHING)).toBe(KEY_ERASED);
    ephemeralKey.erase();
    expect(initiator.clone().readMessage(reply)).toBe(KEY_ERASED);
  });
});

function pair(vector: NoiseVector, pattern: typeof XX): [HandshakeState, HandshakeState] {
  const side = (name: 'init' | 'resp') => {
    const remoteStatic = vector[`${name}_remote_static`];
    const psk = vector[`${name}_psks`]?.[0];
    return HandshakeState.initialize({
      provider: nobleProvider,
      pattern,
      initiator: name === 'init',
      prologue: fromHex(vector[`${name}_prologue`]),
      staticKey: keyPairOf(vector[`${name}_static`]),
      ephemeralKey: keyPairOf(vector[`${name}_ephemeral`]),
      ...(remoteStatic === undefined ? {} : { remoteStatic: fromHex(remoteStatic) }),
      ...(psk === undefined ? {} : { psk: fromHex(psk) }),
    });
  };
  return [side('init'), side('resp')];
}

function keyPairOf(text: string) {
  return nobleProvider.curve.x25519Key(fromHex(text));
}

function cipherOf(key: Uint8Array): CipherState {
  const cipher = new CipherState(nobleProvider.aead);
  cipher.initializeKey(key);
  return cipher;
}

function hex(octets: Uint8Array | Fault): string {
  return octets instanceof Fault ? octets.key : toHex(octets);
}

const NOTHING = new Uint8Array(0);
