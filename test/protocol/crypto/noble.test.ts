import { describe } from 'vitest';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { cryptoProviderContract } from '../../contracts/crypto-provider.ts';

describe('the noble provider', () => {
  cryptoProviderContract(nobleProvider);
});
