import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { HEADER, LENGTH, SCID, SUITE, VERSION } from '#protocol/session/faults.ts';
import {
  COOKIE,
  DECLINE,
  FINISH,
  HELLO,
  REKEY,
  REKEY_REPLY,
  REPLY,
  type Suite,
} from '#protocol/session/message-header.ts';
import { checkMac1, macKeyOf, writeMac2 } from '#protocol/session/message-macs.ts';
import { decodeMessage, encodeMessage, type Message } from '#protocol/session/messages.ts';
import { decodePayload, encodePayload } from '#protocol/session/payload.ts';
import { VECTORS } from './link-handshake-vectors.ts';

const example = VECTORS.full_handshake_suite_1;
const hybrid = VECTORS.full_handshake_suite_2;
const rekey = VECTORS.rekey_suite_1;
const [A, B] = [VECTORS.initiator.scid, VECTORS.responder.scid];
const hello = fromHex(example.hello);

describe('the messages of the worked example', () => {
  it.each<[string, string, Message]>([
    ['HELLO', example.hello, first(HELLO, 1, example.noise_message_1)],
    ['REPLY', example.reply, first(REPLY, 1, example.noise_message_2)],
    ['FINISH', example.finish, first(FINISH, 1, example.noise_message_3)],
    ['hybrid HELLO', hybrid.hello, first(HELLO, 2, hybrid.noise_message_1)],
    ['hybrid REPLY', hybrid.reply, first(REPLY, 2, hybrid.noise_message_2)],
    ['hybrid FINISH', hybrid.finish, first(FINISH, 2, hybrid.noise_message_3)],
    ['COOKIE', example.cookie_message, cookieFor(1, example.hello)],
    ['hybrid COOKIE', hybrid.cookie_message, cookieFor(2, hybrid.hello)],
    [
      'REKEY',
      rekey.rekey,
      { ...succession(B, REKEY, rekey.noise_message_1), resumeId: fromHex(example.resume_id) },
    ],
    ['REKEY-REPLY', rekey.rekey_reply, succession(A, REKEY_REPLY, rekey.noise_message_2)],
  ])('are encoded and decoded byte for byte: %s', (_, octets, message) => {
    const { sourceScid, destinationScid, type } = message;
    const macKey = macKeyOf(fromHex(VECTORS.admission_key), destinationScid);
    expect(toHex(encodeMessage(message, macKey))).toBe(octets);
    expect(decodeMessage(fromHex(octets), destinationScid, sourceScid)).toEqual(message);
    if (type === FINISH) return;
    expect(checkMac1(fromHex(octets), macKey)).toBeUndefined();
    const otherKey = macKeyOf(fromHex(VECTORS.admission_key), sourceScid);
    expect(checkMac1(fromHex(octets), otherKey)).toHaveProperty('code', 'mac1');
  });

  it.each([example, hybrid])('carry a mac2 under the cookie', (contact) => {
    const octets = fromHex(contact.hello);
    writeMac2(octets, fromHex(VECTORS.cookie));
    expect(toHex(octets)).toBe(contact.hello_with_cookie);
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
    const octets = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });
    const header = {
      suite: fc.constant<Suite>(1),
      sourceScid: fc.constant(A),
      destinationScid: fc.constant(B),
      handshakeId: octets(8),
    };
    const noise = fc.uint8Array({ maxLength: 2000 });
    const message = fc.oneof<fc.Arbitrary<Message>[]>(
      fc.record({ ...header, type: fc.constant(HELLO), noise: octets(32) }),
      fc.record({
        ...header,
        suite: fc.constant<Suite>(2),
        type: fc.constant(HELLO),
        noise: octets(1216),
      }),
      fc.record({ ...header, type: fc.constantFrom(REPLY, FINISH, REKEY_REPLY), noise }),
      fc.record({ ...header, type: fc.constant(REKEY), resumeId: octets(16), noise }),
      fc.record({
        ...header,
        type: fc.constant(COOKIE),
        answeredMac1: octets(16),
        cookie: octets(16),
      }),
      fc.record({ ...header, type: fc.constant(DECLINE) }),
    );
    fc.assert(
      fc.property(message, (message) => {
        expect(decodeMessage(encodeMessage(message, new Uint8Array(32)), B, A)).toEqual(message);
      }),
    );
  });

  it.each<[string, number, number, Fault]>([
    ['another version', 1, 2, VERSION],
    ['the hybrid suite in a classical size', 2, 2, LENGTH],
    ['suite 0', 2, 0, SUITE],
    ['suite 3', 2, 3, SUITE],
    ['type 0', 0, 0, HEADER],
    ['type 8', 0, 8, HEADER],
    ['a flag', 3, 1, HEADER],
    ['a wrong length field', 5, 1, LENGTH],
    ['another source', 7, 9, SCID],
    ['another destination', 9, 9, SCID],
    ['a reserved bit', 11, 1, HEADER],
    ['padding', 223, 1, HEADER],
    ['the size of another type', 0, COOKIE, LENGTH],
    ['the size of another type', 0, DECLINE, LENGTH],
  ])('with %s is refused (LS-601)', (_, at, octet, reason) => {
    const changed = hello.slice();
    changed[at] = octet;
    expect(decodeMessage(changed, B, A)).toBe(reason);
  });

  it('of any octets is a fault or a message', () => {
    const start = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), start, (noise, type) => {
        const octets = noise.slice();
        if (type > 0) octets.set(hello.subarray(0, Math.min(20, noise.length)));
        if (type > 0 && noise.length >= 6) {
          octets[0] = type;
          new DataView(octets.buffer).setUint16(4, noise.length);
        }
        expect(() => decodeMessage(octets, B, A)).not.toThrow();
        expect(() => decodePayload(octets)).not.toThrow();
      }),
    );
  });
});

/** A message of the first contact in the example; REPLY goes the other way. */
function first(type: typeof HELLO | typeof REPLY | typeof FINISH, suite: Suite, noise: string) {
  const [sourceScid, destinationScid] = type === REPLY ? [B, A] : [A, B];
  const handshakeId = fromHex(VECTORS.handshake_id);
  return { type, suite, sourceScid, destinationScid, handshakeId, noise: fromHex(noise) };
}

function cookieFor(suite: Suite, answered: string): Message {
  return {
    type: COOKIE,
    suite,
    sourceScid: B,
    destinationScid: A,
    handshakeId: fromHex(VECTORS.handshake_id),
    answeredMac1: fromHex(answered).slice(-32, -16),
    cookie: fromHex(VECTORS.cookie),
  };
}

function succession<T extends typeof REKEY | typeof REKEY_REPLY>(
  sourceScid: number,
  type: T,
  noise: string,
) {
  const destinationScid = sourceScid === A ? B : A;
  const handshakeId = fromHex(VECTORS.rekey_handshake_id);
  const suite: Suite = 1;
  return { type, suite, sourceScid, destinationScid, handshakeId, noise: fromHex(noise) };
}
