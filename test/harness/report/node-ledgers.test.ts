import { expect, it } from 'vitest';
import { addLedgers } from '#harness/report/node-ledgers.ts';
import type { Ledger } from '#protocol/agent/contract.ts';

const BOOKS: Ledger = {
  ...{ accepted: 28, delivered: 1, forwarded: 2, expired: 3, fragmented: 4, copied: 5 },
  ...{ reassembled: 6, deleted: { canceled: 3, 'store-lost': 0 }, stored: 4 },
};

it('adds up the books of all nodes, and names those that do not balance', () => {
  const nodes = ['alpha', 'bravo', 'gone'].map((name, at) => ({
    ...{ name, node: at + 1, scid: at + 1, kind: 'satellite' as const, terminals: 1 },
  }));
  const snapshots = new Map([
    [1, { ledger: BOOKS }],
    [2, { ledger: { ...BOOKS, accepted: 29, deleted: { canceled: 1 } } }],
  ]);
  expect(addLedgers(snapshots, { nodes })).toEqual({
    ...{ accepted: 57, delivered: 2, forwarded: 4, expired: 6, fragmented: 8, copied: 10 },
    ...{ reassembled: 12, deleted: { canceled: 4, 'store-lost': 0 }, stored: 8 },
    unbalanced: ['bravo'],
  });
});
