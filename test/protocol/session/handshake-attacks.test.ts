import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex } from '#protocol/bytes/octets.ts';
import { hmacSha512 } from '#protocol/crypto/hash.ts';
import type { HandshakeOutput } from '#protocol/session/handshake.ts';
import { macKeyOf } from '#protocol/session/message-macs.ts';
import { inTheNameOf, keyPair, playInitiator, playResponder } from '../../attacks/insider.ts';
import { CREDENTIALS, drain, Endpoint, FRAME, SCID_A, SCID_B } from './endpoint.ts';

/** The points whose order divides 8 and their non-canonical forms, without and with bit 255. */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((point) => {
  const last = (Number.parseInt(point.slice(62), 16) | 0x80).toString(16);
  return [point, `${point.slice(0, 62)}${last}`];
});

/** One handshake, message by message, with an attacker between any two. */
let a: Endpoint;
let b: Endpoint;
let hello: Uint8Array;

beforeEach(() => {
  [a, b] = [new Endpoint('a'), new Endpoint('b')];
  a.begin(0);
  hello = sent(a);
});

describe('A05: every bit flipped', () => {
  it('of HELLO is refused, but for mac2 which is not looked at, and the original completes', () => {
    for (const { at, octets } of flips(hello)) {
      if (at >= hello.length - 16) continue;
      b.receive(0, octets);
      expect(refusal(b), `octet ${at}`).not.toBeUndefined();
    }
    completeFromHello();
  });

  it('of mac2 leaves one and the same REPLY, said a few times', () => {
    for (const { octets } of flips(hello).slice(-16 * 8)) b.receive(0, octets);
    const outputs = drain(b.handshake);
    const replies = outputs.flatMap((output) => (output.kind === 'send' ? [output.message] : []));
    expect(replies).toHaveLength(1 + 5);
    expect(new Set(replies.map(String)).size).toBe(1);
    expect(new Set(outputs.slice(6).map(faultKey))).toEqual(new Set(['session.budget']));
    completeFromReply(replies[0]!);
  });

  it('of REPLY is refused, and the original completes', () => {
    b.receive(0, hello);
    const reply = sent(b);
    for (const { at, octets } of flips(reply)) {
      a.receive(0, octets);
      expect(refusal(a), `octet ${at}`).not.toBeUndefined();
    }
    completeFromReply(reply);
  });

  it('of FINISH is refused, and the original completes', () => {
    b.receive(0, hello);
    a.receive(0, sent(b));
    const finish = sent(a);
    for (const { at, octets } of flips(finish)) {
      b.receive(0, octets);
      expect(refusal(b), `octet ${at}`).not.toBeUndefined();
    }
    b.receive(0, finish);
    expect(established(b)).toBe(true);
  });
});

describe('A06: every length', () => {
  it('of HELLO but its own is refused, and the original completes', () => {
    for (const octets of lengths(hello)) {
      b.receive(0, octets);
      expect(refusal(b), `${octets.length} octets`).not.toBeUndefined();
    }
    completeFromHello();
  });

  it('of REPLY but its own is refused, and the original completes', () => {
    b.receive(0, hello);
    const reply = sent(b);
    for (const octets of lengths(reply)) {
      a.receive(0, octets);
      expect(refusal(a), `${octets.length} octets`).not.toBeUndefined();
    }
    completeFromReply(reply);
  });

  it('of FINISH but its own is refused, and the original completes', () => {
    b.receive(0, hello);
    a.receive(0, sent(b));
    const finish = sent(a);
    for (const octets of lengths(finish)) {
      b.receive(0, octets);
      expect(refusal(b), `${octets.length} octets`).not.toBeUndefined();
    }
    b.receive(0, finish);
    expect(established(b)).toBe(true);
  });
});

describe('A07: a node that hears itself', () => {
  it('refuses its own messages, with the SCIDs as they are or swapped', () => {
    b.receive(0, hello);
    const reply = sent(b);
    a.receive(0, reply);
    const finish = sent(a);
    drain(a.handshake);
    for (const [node, octets] of [
      [a, hello],
      [b, reply],
      [a, finish],
    ] as const) {
      node.receive(0, octets);
      expect(refusal(node)).toBe('session.scid');
      node.receive(0, swapped(octets));
      expect(['session.mac1', 'session.header']).toContain(refusal(node));
    }
    b.receive(0, finish);
    expect(established(b)).toBe(true);
  });
});

describe('A01, A02: a message of before', () => {
  it('said twice in the same handshake is answered as before, and makes one session', () => {
    b.receive(0, hello);
    b.receive(0, hello);
    const replies = drain(b.handshake).flatMap((o) => (o.kind === 'send' ? [o.message] : []));
    expect(replies[1]).toEqual(replies[0]);
    a.receive(0, replies[0]!);
    const atA = drain(a.handshake);
    expect(atA.map(({ kind }) => kind)).toEqual(['send', 'established']);
    a.receive(0, replies[0]!);
    expect(drain(a.handshake)).toEqual([]);
    const [finish] = atA.flatMap((output) => (output.kind === 'send' ? [output.message] : []));
    b.receive(0, finish!);
    b.receive(0, finish!);
    expect(drain(b.handshake).map(({ kind }) => kind)).toEqual(['established', 'repeated']);
  });

  it('moves nothing in a session that is up, nor makes one after a restart', () => {
    b.receive(0, hello);
    const reply = sent(b);
    a.receive(0, reply);
    const finish = sent(a);
    b.receive(0, finish);
    const [newA, newB] = [new Endpoint('a', { boot: 2 }), new Endpoint('b', { boot: 2 })];
    newA.begin(0);
    newB.begin(0);
    for (const node of [a, b, newA, newB]) {
      drain(node.handshake);
      for (const octets of [hello, reply, finish]) node.receive(1, octets);
      const outputs = drain(node.handshake);
      expect(outputs.filter(({ kind }) => kind === 'established')).toEqual([]);
      expect(outputs.filter(({ kind }) => kind === 'send').length).toBeLessThanOrEqual(1);
    }
  });
});

describe('A20: bogus REPLYs', () => {
  it('of someone with the admission key cost at most seven checks before the true one', () => {
    b.receive(0, hello);
    const reply = sent(b);
    for (let count = 0; count < 7; count++) a.receive(0, forged(count));
    expect(drain(a.handshake).map(faultKey)).toEqual(new Array(7).fill('session.noise-auth'));
    completeFromReply(reply);
  });

  it('beyond eight are not worth looking at', () => {
    for (let count = 0; count < 9; count++) a.receive(0, forged(count));
    expect(drain(a.handshake).map(faultKey).at(-1)).toBe('session.budget');
  });

  /** A REPLY to this HELLO with a good mac1 around octets that are not Noise. */
  function forged(seed: number): Uint8Array {
    const { handshake } = new Endpoint('b', { seed: 'impostor' });
    handshake.receive(0, hello);
    const [output] = drain(handshake);
    if (output?.kind !== 'send') throw new Error('answered');
    const octets = output.message.slice();
    octets.fill(seed, 52, 100);
    return withMac1(octets, octets.length - 16, SCID_A);
  }
});

describe('A33: a point of low order, canonical or not', () => {
  it.each(LOW_ORDER)('%s in e of HELLO is refused', (point) => {
    const octets = hello.slice();
    octets.set(fromHex(point), 20);
    b.receive(0, withMac1(octets, octets.length - 32, SCID_B));
    expect(refusal(b)).toBe('session.dh-zero');
    completeFromHello();
  });

  it.each(LOW_ORDER)('%s in e of REPLY is refused', (point) => {
    b.receive(0, hello);
    const reply = sent(b);
    const octets = reply.slice();
    octets.set(fromHex(point), 20);
    a.receive(0, withMac1(octets, octets.length - 16, SCID_A));
    expect(refusal(a)).toBe('session.dh-zero');
    completeFromReply(reply);
  });

  it.each(LOW_ORDER)('%s as a static key is refused, in either role', (point) => {
    const staticKey = inTheNameOf(fromHex(point), keyPair(5));
    const { certificate } = CREDENTIALS.a;
    const { keyStatement } = a.membership.identity;
    const claim = { staticKey, certificate, keyStatement };
    playInitiator(b, claim);
    expect(refusal(b)).toBe('session.dh-zero');
    const other = new Endpoint('a', { seed: 'other' });
    playResponder(other, claim);
    expect(refusal(other)).toBe('session.dh-zero');
  });
});

describe('a HELLO under the id of another', () => {
  it('is refused, and the first one completes', () => {
    b.receive(0, hello);
    const reply = sent(b);
    const octets = hello.slice();
    octets[20]! ^= 1;
    b.receive(0, withMac1(octets, octets.length - 32, SCID_B));
    expect(refusal(b)).toBe('session.header');
    completeFromReply(reply);
  });
});

describe('A43: any octets at all', () => {
  it('give at most a fault', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.integer({ min: 0, max: 3 }),
        (octets, type) => {
          const disguised = octets.slice();
          if (type > 0 && octets.length >= 20) {
            disguised.set(hello.subarray(0, 20));
            disguised[0] = type;
            new DataView(disguised.buffer).setUint16(4, octets.length);
          }
          // Past the wire of the endpoint, for which octets of a certain start are a frame.
          b.handshake.receive(0, disguised);
          expect(refusal(b)).not.toBeUndefined();
        },
      ),
      { examples: [[Uint8Array.of(FRAME), 0]] },
    );
  });
});

function completeFromHello(): void {
  b.receive(0, hello);
  completeFromReply(sent(b));
}

function completeFromReply(reply: Uint8Array): void {
  a.receive(0, reply);
  b.receive(0, sent(a));
  expect(established(b)).toBe(true);
}

/** The one message that an end has to say, other outputs passed over. */
function sent(end: Endpoint): Uint8Array {
  const messages = drain(end.handshake).flatMap((output) =>
    output.kind === 'send' ? [output.message] : [],
  );
  expect(messages).toHaveLength(1);
  return messages[0]!;
}

function established(end: Endpoint): boolean {
  return drain(end.handshake).some(({ kind }) => kind === 'established');
}

/** The fault, when an end had nothing to say but that. */
function refusal(end: Endpoint): string | undefined {
  const outputs = drain(end.handshake);
  return outputs.length === 1 ? faultKey(outputs[0]!) : undefined;
}

function faultKey(output: HandshakeOutput): string | undefined {
  return output.kind === 'fault' ? output.fault.key : undefined;
}

function flips(message: Uint8Array): { at: number; octets: Uint8Array }[] {
  return Array.from({ length: message.length * 8 }, (_, bit) => {
    const octets = message.slice();
    octets[bit >> 3]! ^= 1 << (bit & 7);
    return { at: bit >> 3, octets };
  });
}

/** Every shorter message and up to 64 octets more, each with the length field old and adapted. */
function lengths(message: Uint8Array): Uint8Array[] {
  return Array.from({ length: message.length + 65 }, (_, length) => length)
    .filter((length) => length !== message.length)
    .flatMap((length) => {
      const plain = new Uint8Array(length);
      plain.set(message.subarray(0, length));
      const adapted = plain.slice();
      if (length >= 6) new DataView(adapted.buffer).setUint16(4, length);
      return [plain, adapted];
    });
}

function swapped(message: Uint8Array): Uint8Array {
  const octets = message.slice();
  octets.set(message.subarray(8, 10), 6);
  octets.set(message.subarray(6, 8), 8);
  return octets;
}

function withMac1(octets: Uint8Array, mac1At: number, destinationScid: number): Uint8Array {
  const key = macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, destinationScid);
  octets.set(hmacSha512(key, octets.subarray(0, mac1At)).subarray(0, 16), mac1At);
  return octets;
}
