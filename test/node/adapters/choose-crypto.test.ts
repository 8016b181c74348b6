import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { ConfigError } from '#node/config-error.ts';

describe('chooseCrypto', () => {
  afterEach(() => vi.restoreAllMocks());

  it('takes native by itself where the self-test passes', async () => {
    expect((await chooseCrypto('auto')).name).toBe('native');
    expect((await chooseCrypto('native')).name).toBe('native');
  });

  it('takes noble when told to', async () => {
    expect((await chooseCrypto('noble')).name).toBe('noble');
  });

  it('falls back to noble where native fails, and refuses when native was demanded', async () => {
    vi.spyOn(nativeProvider.curve, 'ed25519Verify').mockReturnValue(true);
    expect((await chooseCrypto('auto')).name).toBe('noble');
    await expect(chooseCrypto('native')).rejects.toThrow(ConfigError);
  });
});
