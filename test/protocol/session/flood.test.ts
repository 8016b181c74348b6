/** Ten thousand messages a second at one node, to which a good neighbour says HELLO meanwhile. */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { Fault } from '#protocol/fault.ts';
import { COOKIE, HELLO, REPLY } from '#protocol/session/message-header.ts';
import { macKeyOf, writeMac2 } from '#protocol/session/message-macs.ts';
import { decodeMessage, encodeMessage } from '#protocol/session/messages.ts';
import { CREDENTIALS, Endpoint, SCID_A, SCID_B, TestRandom, wireOf } from './endpoint.ts';

const EVERY_US = 100;
const DELAY_US = 10_000;
const S = 1_000_000;
/** When the good neighbour begins. */
const BEGINS_AT = S / 5;
/** Key agreements of one first contact at the responder, and what a HELLO alone costs. */
const [WHOLE, OPENED] = [3, 2];
const ADMISSION_KEY = CREDENTIALS.a.admissionKeys[0]!.key;

describe('A15: a flood by a stranger without the admission key', () => {
  it('reaches no key agreement, and a good neighbour is through in less than 2 s', () => {
    const stranger = new Attacker({ admissionKey: new Uint8Array(32) });
    const { neighbourTookS, agreements, answers } = flood(S, stranger);
    expect(neighbourTookS).toBeLessThan(0.1);
    expect(agreements).toBe(WHOLE);
    expect(answers).toEqual([]);
  });

  it('costs no more when it says again what it heard the neighbour say', () => {
    const parrot = new Attacker({ parrots: true });
    const { neighbourTookS, agreements, answers } = flood(S, parrot);
    expect(neighbourTookS).toBeLessThan(0.1);
    expect(agreements).toBeLessThanOrEqual(WHOLE + OPENED);
    // A burst of five, then five a second, for each of the two half-open handshakes.
    expect(answers.filter((type) => type === REPLY).length).toBeLessThan(20);
  });
});

describe('A16: a flood by someone with the admission key who hears no answer', () => {
  it('gets COOKIEs, but for a trickle, and a good neighbour is through in less than 2 s', () => {
    const { neighbourTookS, agreements, answers } = flood(S, new Attacker());
    expect(neighbourTookS).toBeLessThan(0.1);
    // Half of a burst of five, then five a second.
    expect(answers.filter((type) => type === REPLY).length).toBeLessThanOrEqual(3 + 5);
    expect(agreements).toBeLessThanOrEqual(OPENED * (3 + 5) + WHOLE);
    expect(answers.filter((type) => type === COOKIE).length).toBeGreaterThan(9_900);
  });

  it('ends at the header where it names a spacecraft id that the plan does not expect', () => {
    const { neighbourTookS, agreements, answers } = flood(S, new Attacker({ scid: 300 }));
    expect(neighbourTookS).toBeLessThan(0.1);
    expect(agreements).toBe(WHOLE);
    expect(answers).toEqual([]);
  });
});

describe('A17: a flood by an insider who answers cookies', () => {
  it('in the name of the neighbour is held to the budget, and the HELLO back gets through', () => {
    const insider = new Attacker({ hears: true });
    const { neighbourTookS, agreements, answers } = flood(S, insider, 'begins too');
    expect(neighbourTookS).toBeLessThan(2);
    // A burst of five, then five a second.
    expect(answers.filter((type) => type === REPLY).length).toBeLessThanOrEqual(5 + 5);
    expect(agreements).toBeLessThanOrEqual(OPENED * (5 + 5) + 2 * WHOLE);
  });

  it('leaves a session that is up unharmed', () => {
    const [a, b] = [new Endpoint('a'), new Endpoint('b')];
    a.begin(0);
    exchange(a, b, 0);
    a.sendFrame();
    exchange(a, b, 0);
    const { proven } = b;
    expect(proven).toBeDefined();
    const insider = new Attacker({ hears: true });
    for (let now = S; now < 1.3 * S; now += EVERY_US) {
      b.receive(now, insider.next());
      for (let output = b.poll(); output !== undefined; output = b.poll()) {
        expect(output.kind).not.toBe('established');
        if (output.kind === 'send') insider.hear(output.message);
      }
    }
    a.sendFrame();
    exchange(a, b, 2 * S);
    expect(b.proven).toBe(proven);
    expect(b.sessions).toHaveLength(1);
  });
});

interface AttackerOptions {
  readonly admissionKey?: Uint8Array;
  readonly scid?: number;
  /** Answers the cookies that it is given. */
  readonly hears?: boolean;
  /** Says what the neighbour said. */
  readonly parrots?: boolean;
}

class Attacker {
  readonly #options: AttackerOptions;
  readonly #random = new TestRandom('attacker');
  readonly #macKey: Uint8Array;
  /** Drawn once: only the handshake id need be new. */
  readonly #noise = this.#random.octets(32);
  readonly #hellos = new Map<string, Uint8Array>();
  readonly #ready: Uint8Array[] = [];
  readonly overheard: Uint8Array[] = [];
  #count = 0;

  constructor(options: AttackerOptions = {}) {
    this.#options = options;
    this.#macKey = macKeyOf(options.admissionKey ?? ADMISSION_KEY, SCID_B);
  }

  next(): Uint8Array {
    const { parrots, scid = SCID_A, hears } = this.#options;
    if (parrots) return this.overheard[this.#count++ % this.overheard.length] ?? NOISE;
    const answered = this.#ready.pop();
    if (answered !== undefined) return answered;
    const handshakeId = new Uint8Array(8);
    new DataView(handshakeId.buffer).setUint32(0, ++this.#count);
    const ends = { sourceScid: scid, destinationScid: SCID_B };
    const hello = { type: HELLO, suite: 1, ...ends, handshakeId, noise: this.#noise } as const;
    const octets = encodeMessage(hello, this.#macKey);
    if (hears) this.#hellos.set(String(handshakeId), octets);
    return octets;
  }

  /** What the victim answers. */
  hear(octets: Uint8Array): void {
    if (!this.#options.hears) return;
    const message = decodeMessage(octets, SCID_A, SCID_B);
    if (message instanceof Fault || message.type !== COOKIE) return;
    const hello = this.#hellos.get(String(message.handshakeId));
    if (hello === undefined) return;
    writeMac2(hello, message.cookie);
    this.#ready.push(hello);
  }
}

/** Floods `b`; counts the key agreements of `b`, and the types of its answers to the flood. */
function flood(lastsUs: number, attacker: Attacker, neighbour: 'waits' | 'begins too' = 'waits') {
  let agreements = 0;
  const curve = { ...nativeProvider.curve };
  curve.x25519Key = (privateKey) => {
    const key = nativeProvider.curve.x25519Key(privateKey);
    const shared = (remote: Uint8Array) => {
      agreements++;
      return key.shared(remote);
    };
    return { publicKey: key.publicKey, shared, erase: () => key.erase() };
  };
  const [a, b] = [new Endpoint('a'), new Endpoint('b', { provider: { ...nativeProvider, curve } })];
  const answers: number[] = [];
  const flights: { readonly at: number; readonly from: Endpoint; readonly octets: Uint8Array }[] =
    [];
  let begun = false;
  let securedAt = Number.POSITIVE_INFINITY;
  const say = (from: Endpoint, now: number) => {
    for (let output = from.poll(); output !== undefined; output = from.poll()) {
      const octets = wireOf(output);
      if (octets === undefined) continue;
      flights.push({ at: now + DELAY_US, from, octets });
      if (from === a) attacker.overheard.push(octets);
    }
  };
  for (let now = 0; now < lastsUs; now += EVERY_US) {
    b.receive(now, attacker.next());
    const before = flights.length;
    say(b, now);
    for (const { octets } of flights.slice(before)) {
      answers.push(octets[0]!);
      attacker.hear(octets);
    }
    if (now === BEGINS_AT) a.begin(now);
    // As a link does that has no session: see SessionKeying.
    if (neighbour === 'begins too' && !begun && now > BEGINS_AT && b.faults.includes('budget')) {
      begun = true;
      b.begin(now);
    }
    for (; flights[0] !== undefined && flights[0].at <= now; flights.shift()) {
      const { from, octets } = flights[0];
      (from === a ? b : a).receive(now, octets);
    }
    if (now % 10_000 === 0) for (const end of [a, b]) end.tick(now);
    say(a, now);
    say(b, now);
    // Whoever answered the other's HELLO sends the first frame.
    if (a.proven || b.proven) securedAt = Math.min(securedAt, now);
  }
  return { neighbourTookS: (securedAt - BEGINS_AT) / S, agreements, answers };
}

/** Carries all that two ends have to say, in no time. */
function exchange(a: Endpoint, b: Endpoint, now: number): void {
  for (let turn = 0; turn < 8; turn++) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (let output = from.poll(); output !== undefined; output = from.poll()) {
        const octets = wireOf(output);
        if (octets !== undefined) to.receive(now, octets);
      }
    }
  }
}

const NOISE = new Uint8Array(256);
