import { describe, expect, it } from 'vitest';
import type { AssociationDefinition } from '#protocol/association/association.ts';
import type { Suite } from '#protocol/association/protection.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { decodeCreate, encodeCreate } from '#protocol/extended-procedures/create-association.ts';
import { LENGTH, VALUE } from '#protocol/extended-procedures/faults.ts';
import {
  PROCEDURE_PARAMETERS,
  type ProcedureParameters,
} from '#protocol/extended-procedures/managed-parameters.ts';

describe('Create SA', () => {
  const definitions: Record<string, AssociationDefinition> = {
    'the baseline of USLP': definition('aes-256-gcm', { iv: 12, mac: 16 }),
    'an IV of which half is sent': {
      ...definition('aes-256-gcm', { iv: 6, mac: 16 }),
      fixedIv: fromHex('010203040506'),
    },
    'a number beside the IV': definition('aes-256-gcm', { iv: 12, number: 2, mac: 16 }),
    'encryption alone': definition('aes-256-ctr', { iv: 12, mac: 0 }),
    'the baseline of TC': definition('aes-256-cmac', { number: 4, mac: 16 }),
    'a code that is cut': definition('hmac-sha256', { number: 4, mac: 16 }),
    'the longest code': definition('hmac-sha512', { number: 8, mac: 64 }),
    'a mask of its own': definition('aes-256-cmac', {
      number: 4,
      mac: 16,
      mask: new Uint8Array(16).fill(0xff),
    }),
  };

  it.each(Object.entries(definitions))('comes back as it went: %s', (_, wanted) => {
    for (const maskLengthOctets of [1, 2] as const) {
      const managed = { ...PROCEDURE_PARAMETERS, maskLengthOctets, securityOctetsMax: 128 };
      const data = encodeCreate({ spi: 9, definition: wanted }, managed);
      const { fixedIv = new Uint8Array(0), ...rest } = wanted;
      expect(decodeCreate(data, managed)).toEqual({
        spi: 9,
        definition: { ...rest, fixedIv },
      });
    }
  });

  it('has no more fields, nor fewer, than the frames of its link leave room for', () => {
    const data = encodeCreate(
      { spi: 9, definition: definitions['the baseline of USLP']! },
      PROCEDURE_PARAMETERS,
    );
    const bounds = (securityOctetsMin: number, securityOctetsMax: number) =>
      decodeCreate(data, { ...PROCEDURE_PARAMETERS, securityOctetsMin, securityOctetsMax });
    expect(bounds(30, 30)).not.toBe(VALUE);
    expect([bounds(31, 40), bounds(0, 29)]).toEqual([VALUE, VALUE]);
  });

  it('takes the default mask of its managed parameters where it has none', () => {
    const mask = new Uint8Array(24).fill(7);
    const managed: ProcedureParameters = { ...PROCEDURE_PARAMETERS, mask: () => mask };
    const data = encodeCreate(
      { spi: 9, definition: definitions['the baseline of USLP']! },
      managed,
    );
    expect(decodeCreate(data, managed)).toMatchObject({ definition: { fields: { mask } } });
  });

  const impossible: Record<string, string> = {
    'neither encryption nor authentication': '00090c0010010100000000000104',
    'an encryption suite that nobody knows': '0009cc0010010700000000000104',
    'encryption without an IV': '0009c000100101000000000000010440',
    'a tag that is cut': '0009cc000801010c000000000000000000000000000000000000010440',
  };

  it.each(Object.entries(impossible))('refuses %s', (_, hex) => {
    expect([LENGTH, VALUE]).toContain(decodeCreate(fromHex(hex), PROCEDURE_PARAMETERS));
  });

  it('refuses what would repeat an IV, and windows that let nothing in', () => {
    const cases: AssociationDefinition[] = [
      definition('aes-256-gcm', { iv: 2, number: 4, mac: 16 }),
      definition('aes-256-gcm', { iv: 13, mac: 16 }),
      definition('aes-256-cmac', { mac: 16 }),
      definition('aes-256-cmac', { number: 1, mac: 16 }),
      definition('aes-256-cmac', { number: 9, mac: 16 }),
      definition('aes-256-cmac', { number: 4, mac: 7 }),
      definition('aes-256-cmac', { number: 4, mac: 17 }),
      { ...definition('aes-256-cmac', { number: 4, mac: 16 }), windowWidth: 0 },
      definition('aes-256-cmac', { number: 4, mac: 16, mask: new Uint8Array(15) }),
    ];
    for (const each of cases) {
      const data = encodeCreate({ spi: 9, definition: each }, PROCEDURE_PARAMETERS);
      expect(decodeCreate(data, PROCEDURE_PARAMETERS)).toBe(VALUE);
    }
  });
});

function definition(
  suite: Suite,
  sizes: { iv?: number; number?: number; mac: number; mask?: Uint8Array },
): AssociationDefinition {
  const { iv = 0, number = 0, mac, mask } = sizes;
  const fields = {
    ivOctets: iv,
    sequenceNumberOctets: number,
    padLengthOctets: 0,
    macOctets: mac,
    mask,
  };
  return { suite, fields, windowWidth: 64 };
}
