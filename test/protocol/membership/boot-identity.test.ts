import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { InvariantError } from '#protocol/assert.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { Random } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { createBootIdentity, EphemeralKeys } from '#protocol/membership/boot-identity.ts';
import { verifyObject } from '#protocol/membership/cose.ts';
import { decodeKeyStatement } from '#protocol/membership/key-statement.ts';
import { SpiPool } from '#protocol/membership/spi-pool.ts';
import { CREDENTIALS, TestRandom } from '../session/endpoint.ts';

const { curve } = nativeProvider;
const ZEROS: Random = { octets: (count) => new Uint8Array(count) };

describe('a boot identity', () => {
  it('A27: has another static key at every start, even from a broken generator', () => {
    const made = [1, 2, 3].map((boot) => identityOf(boot));
    expect(new Set(made.map(({ staticKey }) => toHex(staticKey.publicKey))).size).toBe(3);
    const other = curve.x25519Key(new Uint8Array(32).fill(1));
    for (const { staticKey } of made) {
      expect(staticKey.shared(other.publicKey)).toEqual(other.shared(staticKey.publicKey));
    }
  });

  it('vouches for its static key with the identity key, in its boot and epoch', () => {
    const { staticKey, keyStatement } = identityOf(7);
    const read = decodeKeyStatement(keyStatement);
    if (read instanceof Fault) throw new Error(read.key);
    const staticPublicKey = staticKey.publicKey;
    expect(read.statement).toMatchObject({ staticPublicKey, epoch: 3, boot: 7 });
    expect(read.signed.keyId).toEqual(CERTIFICATE_ID);
    const publicKey = curve.ed25519Key(CREDENTIALS.a.identityPrivateKey).publicKey;
    expect(verifyObject(read.signed, publicKey, curve)).toBe(true);
  });
});

describe('ephemeral keys', () => {
  it('differ by use, boot, node and randomness (LS-802)', () => {
    const seen = new Set<string>();
    for (const seed of [1, 2]) {
      for (const boot of [1, 2]) {
        for (const random of [ZEROS, new TestRandom(1), new TestRandom(2)]) {
          const keys = new EphemeralKeys(new Uint8Array(32).fill(seed), boot, curve, random);
          for (let use = 0; use < 5; use++) seen.add(toHex(keys.next().publicKey));
        }
      }
    }
    expect(seen.size).toBe(2 * 2 * 3 * 5);
  });
});

describe('the pool of SPIs', () => {
  it('gives every index of 0x0100 to 0xfffe once, and no other', () => {
    const pool = new SpiPool(countingFrom(0xfe00));
    const given = new Set<number>();
    for (let count = 0; count < 0xfeff; count++) given.add(pool.take(0)!);
    expect(given.size).toBe(0xfeff);
    expect([Math.min(...given), Math.max(...given)]).toEqual([0x0100, 0xfffe]);
    expect(pool.take(0)).toBeUndefined();
    pool.release(0x1234);
    expect(pool.take(0)).toBe(0x1234);
  });

  it('A30: holds an index back as long as it is in use, and two hours more (LS-803)', () => {
    const pool = new SpiPool(ZEROS);
    expect(pool.take(0)).toBe(0x0100);
    expect(pool.take(100_000_000_000)).toBe(0x0101);
    pool.retire(0x0100, 100_000_000_000);
    expect(pool.take(107_199_999_999)).toBe(0x0102);
    expect(pool.take(107_200_000_000)).toBe(0x0100);
  });

  it('gives an index that named nothing out again at once', () => {
    const pool = new SpiPool(ZEROS);
    pool.release(pool.take(0)!);
    expect(pool.take(0)).toBe(0x0100);
    expect(() => pool.retire(0x0200, 0)).toThrow(InvariantError);
  });
});

const CERTIFICATE_ID = new Uint8Array(16).fill(5);

function identityOf(boot: number) {
  const moment = { epoch: 3, boot };
  const key = curve.ed25519Key(CREDENTIALS.a.identityPrivateKey);
  const means = { curve, random: ZEROS };
  return createBootIdentity(CREDENTIALS.a, key, CERTIFICATE_ID, moment, means);
}

/** Draws that count up, so that filling the pool takes one look each. */
function countingFrom(start: number): Random {
  let next = start;
  return {
    octets(count) {
      const octets = new Uint8Array(count);
      new DataView(octets.buffer).setUint32(0, next++);
      return octets;
    },
  };
}
