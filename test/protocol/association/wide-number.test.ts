import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, increment, raised, resized } from '#protocol/association/wide-number.ts';

describe('a wide number', () => {
  it('counts as a big integer does, and stops at its largest', () => {
    fc.assert(
      fc.property(anyNumber, (number) => {
        const before = bigIntOf(number);
        const largest = before === 256n ** BigInt(number.length) - 1n;
        expect(increment(number)).toBe(!largest);
        expect(bigIntOf(number)).toBe(largest ? before : before + 1n);
      }),
    );
  });

  it('rises by any amount, or to its largest', () => {
    fc.assert(
      fc.property(anyNumber, fc.maxSafeNat(), (number, amount) => {
        const largest = 256n ** BigInt(number.length) - 1n;
        const sum = bigIntOf(number) + BigInt(amount);
        expect(bigIntOf(raised(number, amount))).toBe(sum > largest ? largest : sum);
      }),
    );
  });

  it('differs from another exactly where that is a safe integer, else by more than any', () => {
    const pair = fc
      .integer({ min: 1, max: 32 })
      .chain((width) => fc.tuple(numberOf(width), numberOf(width)));
    fc.assert(
      fc.property(pair, fc.maxSafeNat(), ([a, b], amount) => {
        for (const other of [b, raised(a, amount)]) {
          const exact = bigIntOf(a) - bigIntOf(other);
          const told = difference(a, other);
          if (BigInt(Number.MAX_SAFE_INTEGER) >= (exact < 0n ? -exact : exact)) {
            expect(BigInt(told)).toBe(exact);
          } else {
            expect(Math.abs(told)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
            expect(told > 0).toBe(exact > 0n);
          }
        }
      }),
    );
  });

  it('fits another width or is undefined, and is copied either way', () => {
    fc.assert(
      fc.property(anyNumber, fc.integer({ min: 1, max: 40 }), (number, width) => {
        const fitted = resized(number, width);
        if (bigIntOf(number) >= 256n ** BigInt(width)) {
          expect(fitted).toBeUndefined();
          return;
        }
        expect(fitted).toHaveLength(width);
        expect(bigIntOf(fitted!)).toBe(bigIntOf(number));
        expect(fitted!.buffer).not.toBe(number.buffer);
      }),
    );
  });
});

/** Small octets and large ones more often, so that carries run far. */
const octet = fc.oneof(fc.constant(0xff), fc.constant(0), fc.nat(255));

function numberOf(width: number) {
  return fc
    .array(octet, { minLength: width, maxLength: width })
    .map((octets) => Uint8Array.from(octets));
}

const anyNumber = fc.integer({ min: 1, max: 32 }).chain(numberOf);

function bigIntOf(number: Uint8Array): bigint {
  return number.reduce((sum, each) => sum * 256n + BigInt(each), 0n);
}
