import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { HEADER, LENGTH, SCID, SUITE, VERSION } from '#protocol/session/faults.ts';
import {
  checkMac1,
  decodeMessage,
  encodeMessage,
  FINISH,
  HELLO,
  macKeyOf,
  prologueOf,
  REPLY,
} from '#protocol/session/messages.ts';
import { decodePayload, encodePayload } from '#protocol/session/payload.ts';
import { VECTORS } from './link-handshake-vectors.ts';

const example = VECTORS.full_handshake_suite_1;
const [A, B] = [VECTORS.initiator.scid, VECTORS.responder.scid];
const hello = fromHex(example.hello);

describe('the messages of the worked example', () => {
  it('have the prologue and the mac1 that are given', () => {
    const id = fromHex(VECTORS.handshake_id);
    const prologue = prologueOf(fromHex(VECTORS.constellation_id), A, B, id);
    expect(toHex(prologue)).toBe(example.prologue);
    const admissionKey = fromHex(VECTORS.admission_key);
    expect(checkMac1(hello, HELLO, macKeyOf(admissionKey, B))).toBeUndefined();
    expect(checkMac1(fromHex(example.reply), REPLY, macKeyOf(admissionKey, A))).toBeUndefined();
    expect(checkMac1(hello, HELLO, macKeyOf(admissionKey, A))).toHaveProperty('code', 'mac1');
  });

  it.each(['reply_payload', 'finish_payload'] as const)('carry payloads: %s', (name) => {
    const payload = decodePayload(fromHex(example[name]));
    if (payload instanceof Fault) throw new Error(payload.key);
    expect(payload.epoch).toBe(VECTORS.epoch);
    expect(toHex(encodePayload(payload))).toBe(example[name]);
  });
});

describe('a message', () => {
  it('is decoded to what was encoded', () => {
    const type = fc.constantFrom(HELLO, REPLY, FINISH);
    const noise = fc.uint8Array({ maxLength: 2000 });
    const id = fc.uint8Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(type, noise, id, (type, any, handshakeId) => {
        const noise = type === HELLO ? hello.subarray(20, 52) : any;
        const header = { type, sourceScid: A, destinationScid: B, handshakeId };
        const octets = encodeMessage(header, noise, new Uint8Array(32));
        expect(decodeMessage(octets, B, A)).toEqual({ header, noise });
      }),
    );
  });

  it.each<[string, number, number, Fault]>([
    ['another version', 1, 2, VERSION],
    ['the hybrid suite', 2, 2, SUITE],
    ['type 0', 0, 0, HEADER],
    ['type 8', 0, 8, HEADER],
    ['a flag', 3, 1, HEADER],
    ['a wrong length field', 5, 1, LENGTH],
    ['another source', 7, 9, SCID],
    ['another destination', 9, 9, SCID],
    ['a reserved bit', 11, 1, HEADER],
    ['padding', 223, 1, HEADER],
    ['the size of another type', 0, 9, HEADER],
  ])('with %s is refused (LS-601)', (_, at, octet, reason) => {
    const changed = hello.slice();
    changed[at] = octet;
    expect(decodeMessage(changed, B, A)).toBe(reason);
  });

  it('of any octets is a fault or a message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, plausible) => {
        const octets = noise.slice();
        if (plausible) octets.set(hello.subarray(0, Math.min(20, noise.length)));
        if (plausible && noise.length >= 6) new DataView(octets.buffer).setUint16(4, noise.length);
        expect(() => decodeMessage(octets, B, A)).not.toThrow();
        expect(() => decodePayload(octets)).not.toThrow();
      }),
    );
  });
});
