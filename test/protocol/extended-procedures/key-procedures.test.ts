import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import {
  CHANNELS_MAX,
  decodeStart,
  encodeStart,
} from '#protocol/extended-procedures/association-procedures.ts';
import {
  CHALLENGES_MAX,
  decodeChallenges,
  decodeKeyList,
  decodeUpload,
  encodeChallenges,
  encodeKeyList,
  encodeUpload,
  KEY_LIST_MAX,
  OTAR_KEYS_MAX,
} from '#protocol/extended-procedures/key-procedures.ts';
import { PROCEDURE_PARAMETERS } from '#protocol/extended-procedures/managed-parameters.ts';
import { Fault } from '#protocol/fault.ts';

/** Data of so many items, by the layout of each command: what leads, and the octets of an item. */
const zeros = (lead: number, item: number) => (items: number) =>
  new Uint8Array(lead + items * item);

describe.each([
  ['an upload', zeros(30, 34), decodeUpload, 1, OTAR_KEYS_MAX, 28],
  ['a list of keys', zeros(0, 2), decodeKeyList, 0, KEY_LIST_MAX, 16],
  ['a verify command', zeros(0, 18), decodeChallenges, 1, CHALLENGES_MAX, 21],
  ['a start of an association', zeros(2, 4), decodeStart, 1, CHANNELS_MAX, 64],
] as const)('%s', (_, dataOf, decode, min, max, book) => {
  const verdict = (items: number) => {
    const decoded = decode(dataOf(items), PROCEDURE_PARAMETERS);
    return decoded instanceof Fault ? decoded.key : 'good';
  };

  it(`holds ${min} to ${book} items, and no more`, () => {
    expect(max).toBe(book);
    expect([verdict(min), verdict(max)]).toEqual(['good', 'good']);
    expect(verdict(max + 1)).toBe('procedures.length');
    if (min > 0) expect(verdict(min - 1)).toBe('procedures.length');
  });

  it('has its length to the octet', () => {
    for (const octets of [-1, 1]) {
      const data = new Uint8Array(dataOf(max).length + octets);
      expect(decode(data, PROCEDURE_PARAMETERS)).toMatchObject({ key: 'procedures.length' });
    }
  });
});

describe('the longest command', () => {
  it('of each kind is as long as annex D says', () => {
    const master = nativeProvider.aead.key(new Uint8Array(32));
    const entries = Array.from({ length: 28 }, (_, n) => ({ keyId: n, key: new Uint8Array(32) }));
    const upload = encodeUpload(1, master, new Uint8Array(12), entries);
    expect(8 * upload.length).toBe(28 * 272 + 240);
    expect(encodeKeyList(entries.slice(0, 16).map(({ keyId }) => keyId))).toHaveLength(32);
    const challenges = entries.slice(0, 21).map(({ keyId }) => ({
      keyId,
      challenge: new Uint8Array(16),
    }));
    expect(encodeChallenges(challenges)).toHaveLength(21 * 18);
    expect(encodeStart({ spi: 1, channels: Array(64).fill(5) })).toHaveLength(2 + 64 * 4);
  });

  it('is never made longer', () => {
    const master = nativeProvider.aead.key(new Uint8Array(32));
    const entry = { keyId: 1, key: new Uint8Array(32) };
    expect(() => encodeUpload(1, master, new Uint8Array(12), Array(29).fill(entry))).toThrow();
    expect(() => encodeKeyList(Array(17).fill(1))).toThrow();
    const challenge = { keyId: 1, challenge: new Uint8Array(16) };
    expect(() => encodeChallenges(Array(22).fill(challenge))).toThrow();
    expect(() => encodeStart({ spi: 1, channels: Array(65).fill(5) })).toThrow();
  });
});
