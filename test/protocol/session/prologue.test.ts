import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { prologueOf } from '#protocol/session/prologue.ts';
import { VECTORS } from './link-handshake-vectors.ts';

const { initiator, responder } = VECTORS;
const constellationId = fromHex(VECTORS.constellation_id);

describe('the prologue of the worked example', () => {
  it.each([1, 2] as const)('steers a first contact in suite %i', (suite) => {
    const handshakeId = fromHex(VECTORS.handshake_id);
    const ends = { initiatorScid: initiator.scid, responderScid: responder.scid };
    const prologue = prologueOf({ suite, constellationId, ...ends, handshakeId });
    expect(toHex(prologue)).toBe(VECTORS[`full_handshake_suite_${suite}`].prologue);
  });

  it('steers a succession, which the responder of before begins', () => {
    const handshakeId = fromHex(VECTORS.rekey_handshake_id);
    const resumeId = fromHex(VECTORS.full_handshake_suite_1.resume_id);
    const ends = { initiatorScid: responder.scid, responderScid: initiator.scid };
    const prologue = prologueOf({ suite: 1, constellationId, ...ends, handshakeId, resumeId });
    expect(toHex(prologue)).toBe(VECTORS.rekey_suite_1.prologue);
  });
});
