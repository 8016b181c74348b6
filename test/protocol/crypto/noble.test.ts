import { describe } from 'vitest';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { cryptoProviderContract } from '../../contracts/crypto-provider.ts';

describe('the noble provider', () => {
  cryptoProviderContract(withKem(nobleProvider));
});
