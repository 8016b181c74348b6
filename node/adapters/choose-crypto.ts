/** Which cryptography a node runs on. */
import type { CryptoProvider, CryptoProviderName } from '#protocol/crypto/ports.ts';
import { selfTest } from '#protocol/crypto/self-test.ts';
import { ConfigError } from '../config-error.ts';
import { nativeProvider } from './native-crypto.ts';

/**
 * The provider asked for; `auto` is native where it passes its self-test, else noble. Throws
 * ConfigError when native is demanded and fails. Noble is loaded only when chosen, so that a
 * process on native does not pay its memory.
 */
export async function chooseCrypto(wanted: 'auto' | CryptoProviderName): Promise<CryptoProvider> {
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
