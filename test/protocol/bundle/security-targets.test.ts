import { expect, test } from 'vitest';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { encryptedNumbers, securedNumbers, targetsOf } from '#protocol/bundle/security-targets.ts';
import { fromHex } from '#protocol/bytes/octets.ts';

const { integrity, confidentiality, hopCount } = BLOCK_TYPE;

test('the targets of a security block are the numbers at its head, whatever follows', () => {
  expect(targetsOf(block(integrity, '820018ff01'))).toEqual([0, 255]);
  for (const unreadable of ['', '82', '8261', '5f', '9f01ff']) {
    expect(targetsOf(block(integrity, unreadable))).toEqual([]);
  }
});

test('what BCBs target is encrypted, what any of both target is secured', () => {
  const blocks = [
    block(integrity, '820002'),
    block(hopCount, '8109'),
    block(confidentiality, '8103'),
  ];
  expect([...encryptedNumbers(blocks)]).toEqual([3]);
  expect([...securedNumbers(blocks)]).toEqual([0, 2, 3]);
  expect(securedNumbers([]).size).toBe(0);
});

function block(type: number, data: string): CanonicalBlock {
  return { type, number: 9, flags: 0, crcType: 0, data: fromHex(data), octets: undefined };
}
