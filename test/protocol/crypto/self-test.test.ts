import { describe, expect, it } from 'vitest';
import { TAG_FAULT } from '#protocol/crypto/faults.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { AeadKey, CryptoProvider } from '#protocol/crypto/ports.ts';
import { selfTest } from '#protocol/crypto/self-test.ts';

const { aead, curve } = nobleProvider;

describe('the self-test', () => {
  it('passes an honest provider', () => {
    expect(selfTest(nobleProvider)).toBe(true);
  });

  it.each<[string, Partial<CryptoProvider>]>([
    ['opens forgeries', { aead: { key: (octets) => new Careless(aead.key(octets)) } }],
    ['opens nothing', { aead: { key: (octets) => new Deaf(aead.key(octets)) } }],
    ['swaps X25519 keys', { curve: { ...curve, x25519Public: (key) => key } }],
    ['lets a zero secret through', { curve: { ...curve, x25519Shared: (key) => key } }],
    ['signs without hashing', { curve: { ...curve, ed25519Sign: () => new Uint8Array(64) } }],
    ['verifies everything', { curve: { ...curve, ed25519Verify: () => true } }],
    ['verifies nothing', { curve: { ...curve, ed25519Verify: () => false } }],
    ['throws', { curve: { ...curve, ed25519Public: () => JSON.parse('') } }],
  ])('fails a provider that %s', (_, broken) => {
    expect(selfTest({ ...nobleProvider, ...broken })).toBe(false);
  });
});

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
