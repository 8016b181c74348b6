import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRekey,
  decodeWindow,
  encodeRekey,
  encodeWindow,
} from '#protocol/extended-procedures/association-procedures.ts';
import { VALUE } from '#protocol/extended-procedures/faults.ts';
import { PROCEDURE_PARAMETERS } from '#protocol/extended-procedures/managed-parameters.ts';

describe('a directive', () => {
  it('names one key, or the same one twice', () => {
    const managed = { ...PROCEDURE_PARAMETERS, encryptionKeyIdOctets: 2 } as const;
    const rekeying = { spi: 5, keyId: 200, number: new Uint8Array(12).fill(1) };
    const data = encodeRekey(rekeying, managed);
    expect(decodeRekey(data, managed)).toEqual(rekeying);
    data[3]! ^= 1;
    expect(decodeRekey(data, managed)).toBe(VALUE);
  });

  it('sets a window of any width but none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (width) => {
        const window = { spi: 5, width };
        const data = encodeWindow(window, PROCEDURE_PARAMETERS);
        expect(decodeWindow(data, PROCEDURE_PARAMETERS)).toEqual(window);
      }),
    );
    const none = encodeWindow({ spi: 5, width: 0 }, PROCEDURE_PARAMETERS);
    expect(decodeWindow(none, PROCEDURE_PARAMETERS)).toBe(VALUE);
  });
});
