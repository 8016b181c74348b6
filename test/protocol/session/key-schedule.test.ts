import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { deriveSessionKeys } from '#protocol/session/key-schedule.ts';
import { VECTORS } from './link-handshake-vectors.ts';

const { full_handshake_suite_1, rekey_suite_1, initiator, responder } = VECTORS;
const CASES = [
  {
    name: 'first contact',
    example: full_handshake_suite_1,
    from: { scid: initiator.scid, receiveSpi: initiator.receive_spi },
    to: { scid: responder.scid, receiveSpi: responder.receive_spi },
  },
  {
    name: 'rekey, which the other side begins',
    example: rekey_suite_1,
    from: { scid: responder.scid, receiveSpi: responder.rekey_receive_spi },
    to: { scid: initiator.scid, receiveSpi: initiator.rekey_receive_spi },
  },
];

describe('the key schedule', () => {
  it.each(CASES)('A44: gives what the worked $name has, and erases k1 and k2 (LS-801)', (each) => {
    const { split, handshake_hash, i2r, r2i, session_id } = each.example;
    const keys = [fromHex(split[0]), fromHex(split[1])] as const;
    const session = deriveSessionKeys({
      keys,
      hash: fromHex(handshake_hash),
      initiator: each.from,
      responder: each.to,
    });
    for (const [association, expected] of [
      [session.initiatorToResponder, i2r],
      [session.responderToInitiator, r2i],
    ] as const) {
      expect(association.spi).toBe(expected.spi);
      expect(toHex(association.key)).toBe(expected.key);
      expect(toHex(association.fixedField)).toBe(expected.iv_fixed);
    }
    expect(toHex(session.sessionId)).toBe(session_id);
    expect(toHex(session.resumeId)).toBe(each.example.resume_id);
    expect(toHex(session.resumePsk)).toBe(each.example.resume_psk);
    expect(keys).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });
});
