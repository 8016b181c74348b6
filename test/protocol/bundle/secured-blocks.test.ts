import { describe, expect, test } from 'vitest';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { securedBlocks, targetsOf } from '#protocol/bundle/secured-blocks.ts';
import { fromHex } from '#protocol/bytes/octets.ts';

const { integrity, confidentiality, payload } = BLOCK_TYPE;

describe('secured blocks', () => {
  test('are the targets of integrity and of confidentiality blocks', () => {
    const blocks = [block(integrity, 2, '820006'), block(confidentiality, 3, '820104')];
    expect(securedBlocks(blocks)).toEqual({ signed: new Set([0, 6]), encrypted: new Set([1, 4]) });
  });

  test('are none where a bundle has no security blocks', () => {
    const { signed, encrypted } = securedBlocks([block(payload, 1, '8101')]);
    expect([signed.size, encrypted.size]).toEqual([0, 0]);
  });

  test('are not looked for in an integrity block that is encrypted', () => {
    const blocks = [block(integrity, 2, '8106'), block(confidentiality, 3, '820102')];
    expect(securedBlocks(blocks).signed.size).toBe(0);
  });

  test('are none of a security block that cannot be read', () => {
    for (const data of ['', '9f01ff', '8201', '8261', '9b7fffffffffffffff01', '0a']) {
      expect(targetsOf(block(integrity, 2, data))).toEqual([]);
    }
  });
});

function block(type: number, number: number, data: string): CanonicalBlock {
  return { type, number, flags: 0, crcType: 0, data: fromHex(data), octets: undefined };
}
