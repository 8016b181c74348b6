/**
 * Credentials and endpoints for the session tests, on the fast provider. An Endpoint is the least of a link: a Handshake
 * and the keys it made; frames on its wire begin with an octet that no message begins with.
 */
import { createHash } from 'node:crypto';
import { createAuthority } from '#harness/authority/authority.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import type { CryptoProvider, Random } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import { Admission } from '#protocol/session/admission.ts';
import { Handshake, type HandshakeOutput, type Session } from '#protocol/session/handshake.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import type { PairMachine } from '../../simulation/pair.ts';
import { memberOf } from '../membership/members.ts';

export const SCID_A = 257;
export const SCID_B = 514;
/** The first octet of what the wire of an Endpoint takes for a frame. */
export const FRAME = 0x7f;

/** Octets that repeat for a seed. */
export class TestRandom implements Random {
  readonly #seed: string;
  #counter = 0;

  constructor(seed: string | number) {
    this.#seed = `${seed}`;
  }

  octets(count: number): Uint8Array {
    const hash = createHash('shake256', { outputLength: count });
    return new Uint8Array(hash.update(`${this.#seed}/${this.#counter++}`).digest());
  }
}

export const authority = createAuthority({
  name: 'test authority',
  provider: nativeProvider,
  random: new TestRandom('authority'),
  testEquipment: true,
});

/** Credentials of two nodes, made once: signing is the slow part. */
export const CREDENTIALS = {
  a: authority.issue({ eid: 'ipn:257.0', scids: [SCID_A], roles: 1 }),
  b: authority.issue({ eid: 'ipn:514.0', scids: [SCID_B], roles: 1 }),
};

export interface EndpointOptions {
  readonly credentials?: Credentials;
  readonly boot?: number;
  readonly seed?: string | number;
  readonly membership?: Membership;
  readonly admission?: Admission;
  readonly provider?: CryptoProvider;
  readonly suitePolicy?: SuitePolicy;
}

export type EndpointOutput = HandshakeOutput | { kind: 'frame'; octets: Uint8Array };

export class Endpoint implements PairMachine<EndpointOutput> {
  readonly handshake: Handshake;
  readonly membership: Membership;
  readonly sessions: Session[] = [];
  readonly faults: string[] = [];
  /** The session that a frame of the peer has proven last. */
  proven: Session | undefined;
  readonly #outputs: EndpointOutput[] = [];

  constructor(end: 'a' | 'b', options: EndpointOptions = {}) {
    const credentials = options.credentials ?? CREDENTIALS[end];
    const random = new TestRandom(`${end} ${options.seed ?? 0} ${options.boot ?? 1}`);
    const { provider = withKem(nativeProvider), suitePolicy = 'classical' } = options;
    const boot = options.boot ?? 1;
    this.membership = options.membership ?? memberOf(credentials, boot, provider, random);
    const [localScid, remoteScid] = end === 'a' ? [SCID_A, SCID_B] : [SCID_B, SCID_A];
    const { membership } = this;
    const admission = options.admission ?? new Admission(credentials, provider, random);
    const means = { credentials, membership, provider, random, admission, suitePolicy };
    this.handshake = new Handshake({ ...means, localScid, remoteScid });
    this.handshake.connect({ portName: 'isl-0', roundTripUs: 20_000 });
  }

  begin(now: Instant): void {
    this.handshake.begin(now);
  }

  receive(now: Instant, octets: Uint8Array): void {
    if (octets[0] !== FRAME) this.handshake.receive(now, octets);
    else this.#receiveFrame(now, octets.subarray(1));
  }

  tick(now: Instant): void {
    this.handshake.tick(now);
  }

  deadline(): Deadline | undefined {
    return this.handshake.deadline();
  }

  poll(): EndpointOutput | undefined {
    const waiting = this.#outputs.shift();
    if (waiting !== undefined) return waiting;
    const output = this.handshake.poll();
    if (output?.kind === 'fault') this.faults.push(output.fault.code);
    if (output?.kind === 'established') {
      this.sessions.push(output.session);
      if (output.session.speaksFirst) this.sendFrame();
    }
    if (output?.kind === 'repeated') this.sendFrame();
    return output;
  }

  /** Seals an empty frame, on the newest session by default. */
  sendFrame(session = this.sessions.at(-1)!): void {
    const key = session.sendKey;
    const octets = new Uint8Array(1 + 12 + 16);
    octets[0] = FRAME;
    if (key.seal(NOTHING, NOTHING, octets, 1, 13) !== undefined) throw new Error('sealed');
    this.#outputs.push({ kind: 'frame', octets });
  }

  #receiveFrame(now: Instant, octets: Uint8Array): void {
    // Three sessions at most are alive.
    for (const session of this.sessions.slice(-3)) {
      const opened = session.receiveKey.open(octets.subarray(0, 12), NOTHING, octets.subarray(12));
      if (opened instanceof Fault) continue;
      if (session.receiveKey.frames > 1) this.proven = session;
      else if (this.handshake.confirmed(now, session)) {
        this.proven = session;
        if (!session.speaksFirst) this.sendFrame(session);
      }
    }
  }
}

/** What an output puts on the wire. */
export function wireOf(output: EndpointOutput): Uint8Array | undefined {
  if (output.kind === 'send') return output.message;
  return output.kind === 'frame' ? output.octets : undefined;
}

/** All that a handshake has to say at the moment. */
export function drain(handshake: Handshake): HandshakeOutput[] {
  const outputs: HandshakeOutput[] = [];
  for (let output = handshake.poll(); output !== undefined; output = handshake.poll()) {
    outputs.push(output);
  }
  return outputs;
}

const NOTHING = new Uint8Array(0);
