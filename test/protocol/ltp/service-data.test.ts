import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { CLIENT_SERVICE_AGGREGATION } from '#protocol/ltp/contract.ts';
import { TRUNCATED } from '#protocol/ltp/sdnv.ts';
import {
  decodeServiceData,
  encodeServiceData,
  serviceDataOctets,
  UNITS_MANY,
  UNITS_MAX,
} from '#protocol/ltp/service-data.ts';
import { LtpPair } from './ltp-pair.ts';

describe('aggregated service data', () => {
  it('come apart as they were put together', () => {
    fc.assert(
      fc.property(fc.array(anyUnit, { maxLength: 20 }), (units) => {
        const block = encodeServiceData(units);
        expect(decodeServiceData(block)).toEqual(units);
        expect(block).toHaveLength(units.reduce((sum, unit) => sum + serviceDataOctets(unit), 0));
      }),
    );
  });

  it('are units or a fault, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const units = decodeServiceData(octets);
        if (!(units instanceof Fault))
          expect(encodeServiceData(units).length).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('are refused when they break off, or are too many', () => {
    const unit = { clientService: 1, octets: Uint8Array.of(1, 2, 3) };
    const block = encodeServiceData([unit, unit]);
    expect(toHex(block)).toBe('01030102030103010203');
    expect(decodeServiceData(block.subarray(0, 9))).toBe(TRUNCATED);
    const all = Array.from({ length: UNITS_MAX }, () => block.subarray(0, 5));
    expect(decodeServiceData(concat(all))).toHaveLength(UNITS_MAX);
    expect(decodeServiceData(concat([...all, block]))).toBe(UNITS_MANY);
  });

  it('cross a span in one session, with one report', () => {
    const pair = new LtpPair({ options: { clientServices: [CLIENT_SERVICE_AGGREGATION] } });
    const units = [3, 40, 500].map((length) => ({
      clientService: 1,
      octets: new Uint8Array(length),
    }));
    pair.send(0, encodeServiceData(units), { clientService: CLIENT_SERVICE_AGGREGATION });
    pair.run();
    expect(pair.of(1, 'received').map(({ octets }) => decodeServiceData(octets))).toEqual([units]);
    expect(pair.sent(1, 'report')).toHaveLength(1);
  });
});

const anyUnit = fc.record({
  clientService: fc.nat(300),
  octets: fc.uint8Array({ maxLength: 200 }),
});
