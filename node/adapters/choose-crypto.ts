/** Which cryptography a node runs on. */
import type { CryptoProvider, CryptoProviderName } from '#protocol/crypto/ports.ts';
import { selfTest } from '#protocol/crypto/self-test.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import { ConfigError } from '../config-error.ts';
import { nativeProvider } from './native-crypto.ts';

/**
 * The provider asked for; `auto` is native where it passes its self-test, else noble. Throws
 * ConfigError when native is demanded and fails. Noble and ML-KEM are loaded only when they are
 * needed, so that no other process pays their memory.
 */
export async function chooseCrypto(
  wanted: 'auto' | CryptoProviderName,
  suite: SuitePolicy = 'classical',
): Promise<CryptoProvider> {
  const provider = await choose(wanted);
  if (suite === 'classical') return provider;
  const { withKem } = await import('#protocol/crypto/ml-kem.ts');
  return withKem(provider);
}

async function choose(wanted: 'auto' | CryptoProviderName): Promise<CryptoProvider> {
  if (wanted !== 'noble' && selfTest(nativeProvider)) return nativeProvider;
  if (wanted === 'native') {
    throw new ConfigError('the native crypto provider fails its self-test on this platform', {
      expected: 'a Node.js built with AES-256-GCM, X25519 and Ed25519',
      remedy: 'Set crypto to auto or noble',
    });
  }
  const { nobleProvider } = await import('#protocol/crypto/noble.ts');
  return nobleProvider;
}
