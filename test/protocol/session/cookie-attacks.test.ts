/** What an attacker does with cookies, and with a node that owes its words to strangers. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { Fault } from '#protocol/fault.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import { COOKIE, HELLO } from '#protocol/session/message-header.ts';
import { macKeyOf, writeMac1, writeMac2 } from '#protocol/session/message-macs.ts';
import { decodeMessage, encodeMessage } from '#protocol/session/messages.ts';
import { memberOf } from '../membership/members.ts';
import { authority, CREDENTIALS, drain, Endpoint, SCID_A, SCID_B } from './endpoint.ts';

const S = 1_000_000;
const keyTo = (scid: number) => macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, scid);

describe('A18: a stolen cookie', () => {
  it('is good for none but the HELLO it was given for, at the port, in its time', () => {
    const b = loaded();
    const [mine, other] = [helloOf('a', 'mine'), helloOf('a', 'other')];
    const cookie = cookieFrom(b, mine, 0);
    // The id of the other under the own e, and the own id under the e of the other.
    const mixed = [other.slice(), other.slice()];
    mixed[0]!.set(mine.subarray(12, 20), 12);
    mixed[1]!.set(mine.subarray(20, 52), 20);
    for (const octets of [other, ...mixed]) {
      writeMac1(octets, keyTo(SCID_B));
      writeMac2(octets, cookie);
      expect(told(b, octets, 0)).toEqual(['cookie', 'session.cookie']);
    }
    writeMac2(mine, cookie);
    b.handshake.connect({ portName: 'isl-1', roundTripUs: 0 });
    expect(told(b, mine, 0)).toEqual(['cookie', 'session.cookie']);
    b.handshake.connect({ portName: 'isl-0', roundTripUs: 0 });
    expect(told(b, mine, 0)).toEqual(['reply']);
  });

  it('is worth nothing after 240 s', () => {
    const b = loaded();
    const hello = helloOf('a', 'late');
    writeMac2(hello, cookieFrom(b, hello, 0));
    load(b, 240 * S);
    expect(told(b, hello, 240 * S)).toEqual(['cookie', 'session.cookie']);
  });
});

describe('A19: a forged COOKIE', () => {
  it('A05: with any bit flipped is refused, and then the true one is taken', () => {
    const a = new Endpoint('a');
    const hello = helloFrom(a);
    const cookie = cookieMessage(loaded(), hello);
    for (let bit = 0; bit < cookie.length * 8; bit++) {
      const octets = cookie.slice();
      octets[bit >> 3]! ^= 1 << (bit & 7);
      expect(told(a, octets, 0), `bit ${bit}`).toEqual([expect.stringMatching(/^session\./)]);
    }
    expect(told(a, cookie, 0)).toEqual(['hello']);
  });

  it('A06: of any length but its own is refused', () => {
    const a = new Endpoint('a');
    const cookie = cookieMessage(loaded(), helloFrom(a));
    for (let length = 0; length <= cookie.length + 64; length++) {
      if (length === cookie.length) continue;
      const octets = new Uint8Array(length);
      octets.set(cookie.subarray(0, length));
      if (length >= 6) new DataView(octets.buffer).setUint16(4, length);
      expect(told(a, octets, 0), `${length}`).toEqual([expect.stringMatching(/^session\./)]);
    }
  });

  it('by a member costs one more HELLO each, eight times, and the handshake completes', () => {
    const [a, b] = [new Endpoint('a'), new Endpoint('b')];
    const hello = helloFrom(a);
    for (let count = 0; count < 12; count++) {
      const forged = forgedCookie(hello, count);
      expect(told(a, forged, 0)).toEqual(count < 8 ? ['hello'] : ['session.budget']);
      expect(told(a, forged, 0)).toEqual([count < 8 ? 'session.cookie' : 'session.budget']);
    }
    complete(a, b, hello);
  });

  it('that answers another HELLO, or comes when none was said, is refused', () => {
    const [a, idle] = [new Endpoint('a'), new Endpoint('a')];
    const hello = helloFrom(a);
    const other = hello.slice();
    other[224]! ^= 1;
    expect(told(a, forgedCookie(other, 1), 0)).toEqual(['session.cookie']);
    expect(told(idle, forgedCookie(hello, 1), 0)).toEqual(['session.header']);
  });
});

describe('A27: a broken generator', () => {
  it.each<SuitePolicy>(['classical', 'hybrid'])(
    'gives distinct %s keys by node, boot and use all the same',
    (suitePolicy) => {
      const zeros = { octets: (count: number) => new Uint8Array(count) };
      const ephemerals = (['a', 'b'] as const).flatMap((end) =>
        [1, 2].flatMap((boot) => {
          const membership = memberOf(CREDENTIALS[end], boot, nativeProvider, zeros);
          const endpoint = new Endpoint(end, { membership, suitePolicy });
          return [0, 1, 2].map(() => String(helloFrom(endpoint).subarray(20, -32)));
        }),
      );
      expect(new Set(ephemerals).size).toBe(12);
    },
  );
});

describe('A40: octets out for octets in, towards who has not shown that it hears', () => {
  const names = {
    eid: `ipn:${'4'.repeat(9)}.0`,
    scids: [SCID_B, 0xfffd, 0xfffe, 0xffff],
    roles: 15,
  };

  it.each<SuitePolicy>(['classical', 'hybrid'])(
    'are at most three, of the %s suite, whatever is said and however often',
    (suitePolicy) => {
      const credentials = authority.issue(names);
      const step = fc.record({
        which: fc.nat(30),
        type: fc.integer({ min: 0, max: 8 }),
        waitUs: fc.integer({ min: 0, max: S }),
      });
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const b = new Endpoint('b', { credentials, suitePolicy });
          let [now, octetsIn, octetsOut] = [0, 0, 0];
          for (const { which, type, waitUs } of steps) {
            now += waitUs;
            const octets = helloOf('a', `${which}`, suitePolicy);
            if (type !== 0) octets[0] = type;
            if (type > HELLO) writeMac1(octets, keyTo(SCID_B));
            b.receive(now, octets);
            octetsIn += octets.length;
            for (const output of drain(b.handshake)) {
              if (output.kind === 'send') octetsOut += output.message.length;
            }
            expect(octetsOut).toBeLessThanOrEqual(3 * octetsIn);
          }
        }),
        { numRuns: 20 },
      );
    },
  );
});

describe('A41: MACs, cookies and secrets', () => {
  it('are compared in constant time wherever they are compared', () => {
    const folder = 'protocol/session';
    const hasty = readdirSync(folder).flatMap((name) =>
      [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/(?<![\w.])equal\((.*)\)/g)]
        .filter(([, compared]) => /\bmac|Mac1|Mac2\(|cookie|psk|tag\b|privateKey/.test(compared!))
        // Whole messages, which everybody on the path has seen.
        .filter(([, compared]) => !compared!.startsWith('withoutMac2(octets)'))
        .map(([call]) => `${name}: ${call}`),
    );
    expect(hasty).toEqual([]);
    const macs = readFileSync(`${folder}/message-macs.ts`, 'utf8');
    expect(macs.match(/equalConstantTime\(/g)).toHaveLength(2);
  });
});

/** A responder that asks for cookies. */
function loaded(): Endpoint {
  const b = new Endpoint('b');
  load(b, 0);
  return b;
}

/** Three HELLOs take half of what the neighbour's spacecraft id may ask for at once. */
function load(b: Endpoint, now: number): void {
  for (const name of ['first', 'second', 'third']) b.receive(now, helloOf('a', `${name} ${now}`));
  drain(b.handshake);
}

const hellos = new Map<string, Uint8Array>();

/** The HELLO of a node that just began: fresh octets, the same for the same name. */
function helloOf(end: 'a' | 'b', name: string, suitePolicy: SuitePolicy = 'classical'): Uint8Array {
  const key = `${end} ${name} ${suitePolicy}`;
  const hello = hellos.get(key) ?? helloFrom(new Endpoint(end, { seed: key, suitePolicy }));
  hellos.set(key, hello);
  return hello.slice();
}

function helloFrom(endpoint: Endpoint): Uint8Array {
  endpoint.begin(0);
  const [output] = drain(endpoint.handshake).filter(({ kind }) => kind === 'send');
  if (output?.kind !== 'send') throw new Error('HELLO');
  return output.message;
}

function cookieMessage(b: Endpoint, hello: Uint8Array, now = 0): Uint8Array {
  b.receive(now, hello);
  const [output] = drain(b.handshake);
  if (output?.kind !== 'send' || output.message[0] !== COOKIE) throw new Error('COOKIE');
  return output.message;
}

function cookieFrom(b: Endpoint, hello: Uint8Array, now: number): Uint8Array {
  const message = decodeMessage(cookieMessage(b, hello, now), SCID_A, SCID_B);
  if (message instanceof Fault || message.type !== COOKIE) throw new Error('COOKIE');
  return message.cookie;
}

function forgedCookie(hello: Uint8Array, octet: number): Uint8Array {
  const ends = { sourceScid: SCID_B, destinationScid: SCID_A };
  const cookie = new Uint8Array(16).fill(octet);
  const [handshakeId, answeredMac1] = [hello.subarray(12, 20), hello.subarray(224, 240)];
  const message = { type: COOKIE, suite: 1, ...ends, handshakeId, answeredMac1, cookie } as const;
  return encodeMessage(message, keyTo(SCID_A));
}

/** What an endpoint makes of a message: types of what it sends, keys of its faults. */
function told(end: Endpoint, octets: Uint8Array, now: number): string[] {
  end.receive(now, octets);
  return drain(end.handshake).map((output) => {
    if (output.kind === 'fault') return output.fault.key;
    return output.kind === 'send'
      ? ['', 'hello', 'reply', 'finish', 'cookie'][output.message[0]!]!
      : output.kind;
  });
}

function complete(a: Endpoint, b: Endpoint, hello: Uint8Array): void {
  b.receive(0, hello);
  const [reply] = drain(b.handshake);
  if (reply?.kind !== 'send') throw new Error('REPLY');
  expect(told(a, reply.message, 0)).toEqual(['finish', 'established']);
}
