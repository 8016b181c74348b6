/** Everything was recorded, and one day every secret that nodes keep is known. */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat, toHex } from '#protocol/bytes/octets.ts';
import { hmacSha512, sha512 } from '#protocol/crypto/hash.ts';
import { Fault } from '#protocol/fault.ts';
import { EphemeralKeys } from '#protocol/membership/boot-identity.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import { HELLO, REPLY } from '#protocol/session/message-header.ts';
import {
  CREDENTIALS,
  drain,
  Endpoint,
  FRAME,
  TestRandom,
  wireOf,
} from '../protocol/session/endpoint.ts';
import { Pair } from '../simulation/pair.ts';

const { curve, aead } = nativeProvider;
const BOOT = 5;
const PLAINTEXT = Uint8Array.from({ length: 40 }, (_, at) => at);

describe('recorded traffic', () => {
  const { a, b, messages, sealed } = record();
  const ephemeralKeys = messages
    .filter(([type]) => type === HELLO || type === REPLY)
    .map((message) => toHex(message.subarray(20, 52)));

  it('is what it is taken for', () => {
    expect(ephemeralKeys).toHaveLength(2);
    const opened = b.sessions.at(-1)!.receiveKey.open(...partsOf(sealed));
    expect(opened).toEqual(PLAINTEXT);
    // Whoever knew what the generator gave would have the key of HELLO, and this test would say so.
    const told = Array.from({ length: 10 }, (_, drawn) => {
      const random = new TestRandom(`a 0 ${BOOT}`);
      for (let n = 0; n < drawn; n++) random.octets(1);
      return regenerated('a', random).map(({ publicKey }) => toHex(publicKey));
    });
    expect(told.flat()).toContain(ephemeralKeys[0]);
  });

  it('A38: has ephemeral keys that no kept secret gives, nor what is made of them', () => {
    const publicKeys = new Set([
      ...ephemeralKeys,
      toHex(a.membership.identity.staticKey.publicKey),
      toHex(b.membership.identity.staticKey.publicKey),
    ]);
    for (const secret of kept(a.membership, b.membership)) {
      expect(publicKeys.has(toHex(curve.x25519Key(secret).publicKey))).toBe(false);
    }
    for (const end of ['a', 'b'] as const) {
      for (const generator of generators()) {
        for (const { publicKey } of regenerated(end, generator)) {
          expect(publicKeys.has(toHex(publicKey))).toBe(false);
        }
      }
    }
  });

  it('A38: opens under no kept secret, nor what is made of them', () => {
    for (const secret of kept(a.membership, b.membership)) {
      expect(aead.key(secret).open(...partsOf(sealed))).toBeInstanceOf(Fault);
    }
  });

  it('A38: stays closed to the same nodes started again with all that they keep', () => {
    for (const boot of [BOOT, BOOT + 1]) {
      for (const end of ['a', 'b'] as const) {
        const again = new Endpoint(end, { boot, seed: 'another life' });
        if (end === 'a') again.begin(0);
        drain(again.handshake);
        for (const message of messages) again.receive(0, message.slice());
        again.receive(0, concat([Uint8Array.of(FRAME), sealed]));
        const outputs = drain(again.handshake);
        expect(outputs.filter(({ kind }) => kind === 'established')).toEqual([]);
        expect(again.proven).toBeUndefined();
      }
    }
  });
});

/** One first contact with everything that went over the wire, and one frame after it. */
function record() {
  const [a, b] = [new Endpoint('a', { boot: BOOT }), new Endpoint('b', { boot: BOOT })];
  const pair = new Pair({ a, b, wire: wireOf, delayUs: 10_000 });
  a.begin(0);
  if (!pair.run(() => a.proven !== undefined, 10e6)) throw new Error('a session');
  const sealed = new Uint8Array(12 + PLAINTEXT.length + 16);
  const fault = a.sessions.at(-1)!.sendKey.seal(NOTHING, PLAINTEXT, sealed, 0, 12);
  if (fault !== undefined) throw new Error(fault.key);
  const messages = pair.flights.map(({ octets }) => octets).filter(([first]) => first !== FRAME);
  return { a, b, messages, sealed };
}

/** All octets that outlive a process, and keys that could be made of them without chance. */
function kept(...memberships: Membership[]): Uint8Array[] {
  const secrets = [CREDENTIALS.a, CREDENTIALS.b].flatMap((credentials) => [
    credentials.identityPrivateKey,
    ...credentials.admissionKeys.map(({ key }) => key),
    sha512(credentials.identityPrivateKey).slice(0, 32),
    concat([credentials.constellationId, credentials.constellationId]),
  ]);
  const statements = memberships.map(({ identity }) => sha512(identity.keyStatement).slice(0, 32));
  const all = [...secrets, ...statements];
  const pairs = all.flatMap((one) => all.map((other) => hmacSha512(one, other).slice(0, 32)));
  const shared = [CREDENTIALS.a, CREDENTIALS.b].flatMap(({ identityPrivateKey }) =>
    memberships.flatMap(({ identity }) => {
      const secret = curve.x25519Key(identityPrivateKey).shared(identity.staticKey.publicKey);
      return secret instanceof Uint8Array ? [secret] : [];
    }),
  );
  return [...all, ...pairs, ...shared];
}

/** The keys that a node with this identity and boot would make, if the generator gave this. */
function regenerated(end: 'a' | 'b', random: TestRandom | { octets(count: number): Uint8Array }) {
  const { identityPrivateKey } = CREDENTIALS[end];
  const keys = new EphemeralKeys(identityPrivateKey, BOOT, curve, random);
  return Array.from({ length: 20 }, () => keys.next());
}

/** What somebody without it might put in the place of the system's generator. */
function generators() {
  const filled = (octet: number) => ({
    octets: (count: number) => new Uint8Array(count).fill(octet),
  });
  const guesses = Array.from({ length: 20 }, (_, seed) => new TestRandom(`guess ${seed}`));
  return [filled(0), filled(0xff), ...guesses];
}

function partsOf(frame: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  return [frame.subarray(0, 12), NOTHING, frame.subarray(12)];
}

const NOTHING = new Uint8Array(0);
