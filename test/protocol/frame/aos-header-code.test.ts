import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { aosHeaderCheck, correctAosHeader } from '#protocol/frame/aos-header-code.ts';

describe('the header error control of ccsds-aos.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-aos.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const vector = (id: string): Vector => vectors.find((candidate) => candidate.id === id)!;

  it.each(['fhec-1234', 'fhec-369c'])('%s', (id) => {
    const { fields, check } = vector(id);
    const [octet0, octet1] = fromHex(fields.octets_0_1);
    const [octet5] = fromHex(fields.octet_5);
    expect(aosHeaderCheck(octet0!, octet1!, octet5!).toString(16)).toBe(check);
  });

  it('fhec-correct-two', () => {
    const { fields, check } = vector('fhec-correct-two');
    const received = fromHex(`${fields.octets_0_1}aabbcc${fields.octet_5}${check}`);
    expect(toHex(correctAosHeader(received)!)).toBe('1234aabbcc5694dc');
  });
});

describe('the header error control', () => {
  it('leaves a good header as it is', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const header = checkedHeader(message);
        expect(correctAosHeader(header)).toBe(header);
      }),
    );
  });

  it('sets every one or two wrong nibbles right', () => {
    fc.assert(
      fc.property(anyMessage, anyNibbles(1, 2), (message, wrong) => {
        const header = checkedHeader(message);
        const damaged = header.slice();
        for (const { nibble, value } of wrong) damage(damaged, nibble, value);
        expect(correctAosHeader(damaged)).toEqual(header);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives up, or finds another good header, where more is wrong', () => {
    let given = 0;
    fc.assert(
      fc.property(anyMessage, anyNibbles(3, 10), (message, wrong) => {
        const header = checkedHeader(message);
        for (const { nibble, value } of wrong) damage(header, nibble, value);
        const corrected = correctAosHeader(header);
        if (corrected === undefined) given++;
        else expect(correctAosHeader(corrected)).toBe(corrected);
      }),
      { numRuns: 1000 },
    );
    expect(given).toBeGreaterThan(200);
  });
});

interface Vector {
  readonly id: string;
  readonly fields: { readonly octets_0_1: string; readonly octet_5: string };
  readonly check: string;
}

const anyMessage = fc.uint8Array({ minLength: 6, maxLength: 6 });

function anyNibbles(minLength: number, maxLength: number) {
  const wrong = fc.record({ nibble: fc.nat(9), value: fc.integer({ min: 1, max: 15 }) });
  return fc.uniqueArray(wrong, { minLength, maxLength, selector: ({ nibble }) => nibble });
}

function checkedHeader(message: Uint8Array): Uint8Array {
  const header = new Uint8Array(8);
  header.set(message);
  const check = aosHeaderCheck(header[0]!, header[1]!, header[5]!);
  header.set([check >> 8, check & 255], 6);
  return header;
}

function damage(header: Uint8Array, nibble: number, value: number): void {
  const at = [0, 1, 5, 6, 7][nibble >> 1]!;
  header[at]! ^= nibble % 2 === 0 ? value << 4 : value;
}
