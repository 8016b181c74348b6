import { describe, expect, it } from 'vitest';
import { TAG_FAULT } from '#protocol/crypto/faults.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { AeadKey, CryptoProvider, Ed25519Key, X25519Key } from '#protocol/crypto/ports.ts';
import { selfTest } from '#protocol/crypto/self-test.ts';

const { aead, curve } = nobleProvider;

describe('the self-test', () => {
  it('passes an honest provider', () => {
    expect(selfTest(nobleProvider)).toBe(true);
  });

  it.each<[string, Partial<CryptoProvider>]>([
    ['opens forgeries', { aead: { ...aead, key: (octets) => new Careless(aead.key(octets)) } }],
    ['opens nothing', { aead: { ...aead, key: (octets) => new Deaf(aead.key(octets)) } }],
    ['swaps X25519 keys', x25519With({ publicKey: new Uint8Array(32).fill(9) })],
    ['lets a zero secret through', x25519With({ shared: (remote) => remote })],
    ['signs without hashing', ed25519With({ sign: () => new Uint8Array(64) })],
    ['verifies everything', { curve: { ...curve, ed25519Verify: () => true } }],
    ['verifies nothing', { curve: { ...curve, ed25519Verify: () => false } }],
    ['throws', { curve: { ...curve, ed25519Key: () => JSON.parse('') } }],
  ])('fails a provider that %s', (_, broken) => {
    expect(selfTest({ ...nobleProvider, ...broken })).toBe(false);
  });
});

function x25519With(change: Partial<X25519Key>): Partial<CryptoProvider> {
  const x25519Key = (privateKey: Uint8Array) => Object.assign(curve.x25519Key(privateKey), change);
  return { curve: { ...curve, x25519Key } };
}

function ed25519With(change: Partial<Ed25519Key>): Partial<CryptoProvider> {
  const ed25519Key = (seed: Uint8Array) => Object.assign(curve.ed25519Key(seed), change);
  return { curve: { ...curve, ed25519Key } };
}

class Careless implements AeadKey {
  readonly #key: AeadKey;

  constructor(key: AeadKey) {
    this.#key = key;
  }

  seal(...args: Parameters<AeadKey['seal']>): void {
    this.#key.seal(...args);
  }

  open(...args: Parameters<AeadKey['open']>): ReturnType<AeadKey['open']> {
    const opened = this.#key.open(...args);
    return opened === TAG_FAULT ? new Uint8Array(0) : opened;
  }

  erase(): void {
    this.#key.erase();
  }
}

class Deaf extends Careless {
  override open(): ReturnType<AeadKey['open']> {
    return TAG_FAULT;
  }
}
