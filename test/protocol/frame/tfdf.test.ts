import { describe, expect, it } from 'vitest';
import type { Fault } from '#protocol/fault.ts';
import {
  decodeTfdf,
  RULE_FIRST,
  RULE_LAST,
  RULE_MIDDLE,
  RULE_WHOLE,
  tfdfHeader,
  UPID_MISSION,
  UPID_PACKETS,
} from '#protocol/frame/tfdf.ts';

describe('a transfer frame data field', () => {
  it.each([
    [RULE_FIRST, UPID_PACKETS, 0x80],
    [RULE_MIDDLE, UPID_PACKETS, 0xa0],
    [RULE_LAST, UPID_PACKETS, 0xc0],
    [RULE_WHOLE, UPID_PACKETS, 0xe0],
    [RULE_WHOLE, UPID_MISSION, 0xe5],
  ] as const)('of rule %i and UPID %i begins with the octet %i', (rule, upid, header) => {
    expect(tfdfHeader(rule, upid)).toBe(header);
    const zone = Uint8Array.of(1, 2);
    expect(decodeTfdf(Uint8Array.of(header, 1, 2))).toEqual({ rule, upid, zone });
  });

  it('may have an empty zone', () => {
    expect(decodeTfdf(Uint8Array.of(0xe0))).toMatchObject({ zone: new Uint8Array(0) });
  });

  it('is refused without its header, and with a rule that variable length does not use', () => {
    expect((decodeTfdf(new Uint8Array(0)) as Fault).code).toBe('tfdf-empty');
    for (const rule of [0, 1, 2, 3]) {
      const verdict = decodeTfdf(Uint8Array.of(rule << 5, 0, 0, 0));
      expect((verdict as Fault).code).toBe('unsupported-rule');
    }
  });
});
