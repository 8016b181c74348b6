import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { deriveSessionKeys } from '#protocol/session/key-schedule.ts';
import { VECTORS } from './link-handshake-vectors.ts';

const { split, handshake_hash, i2r, r2i, session_id } = VECTORS.full_handshake_suite_1;

describe('the key schedule', () => {
  it('gives the associations of the worked example, and erases k1 and k2 (LS-801)', () => {
    const keys = [fromHex(split[0]), fromHex(split[1])] as const;
    const { initiator, responder } = VECTORS;
    const session = deriveSessionKeys({
      keys,
      hash: fromHex(handshake_hash),
      initiator: { scid: initiator.scid, receiveSpi: initiator.receive_spi },
      responder: { scid: responder.scid, receiveSpi: responder.receive_spi },
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
    expect(keys).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });
});
