/**
 * Two links on a scalar clock and a lossy wire. Chance comes from one seed, so a failure repeats.
 */
import { readFileSync } from 'node:fs';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import type { Random } from '#protocol/crypto/ports.ts';
import type { ChannelOptions } from '#protocol/link/channel.ts';
import type { LinkOptions, LinkOutput } from '#protocol/link/contract.ts';
import type { Connection } from '#protocol/link/keying.ts';
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import { Admission } from '#protocol/session/admission.ts';
import type { HandshakeOptions, SuitePolicy } from '#protocol/session/handshake-context.ts';
import type { SessionParameters } from '#protocol/session/session.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { memberOf } from '../membership/members.ts';

/** What the wire does to frames; all but the delay are probabilities or off by default. */
export interface Wire {
  readonly delayUs: number;
  readonly loss?: number;
  readonly duplication?: number;
  readonly bitFlip?: number;
  /** Each frame is late by up to this much more. */
  readonly jitterUs?: number;
}

export interface PairOptions {
  readonly seed?: number;
  readonly wire?: Wire;
  readonly rateBps?: number;
  readonly frameOctetsMax?: number;
  /** What the channel has besides; the same at both ends but for what `ocfSource` says. */
  readonly channel?: Partial<ChannelOptions & Pick<LinkOptions, 'ocfSource' | 'sampler'>>;
  /** Suite, limits and anti-replay of the sessions. */
  readonly session?: SessionParameters & { readonly suitePolicy?: SuitePolicy };
  /** The alarm goes off only at multiples of this. */
  readonly clockGrainUs?: number;
  /** How long an end takes to store a bundle that has a receipt; by default it never does. */
  readonly storeUs?: number;
  /** What the credentials of an end have in place of the usual. */
  readonly credentials?: readonly [Partial<Credentials>, Partial<Credentials>];
}

/** What an end has told its owner, with the instant. */
export type Told = { readonly at: Instant } & Exclude<LinkOutput, { kind: 'transmit' }>;

/** One side: the link, and everything it has said. */
export class End {
  readonly #index: 0 | 1;
  readonly #options: PairOptions;
  #boot = 100;
  link: Link;
  membership: Membership;
  told: Told[] = [];
  /** Every frame that left, with its length. */
  readonly left: { at: Instant; octets: number }[] = [];

  constructor(index: 0 | 1, options: PairOptions) {
    this.#index = index;
    this.#options = options;
    [this.link, this.membership] = this.#create();
  }

  /** A new link with a new membership; what the old one knew is lost. */
  reboot(): void {
    this.#boot += 1;
    [this.link, this.membership] = this.#create();
  }

  of<K extends Told['kind']>(kind: K): Extract<Told, { kind: K }>[] {
    return this.told.filter((told): told is Extract<Told, { kind: K }> => told.kind === kind);
  }

  #create(): [Link, Membership] {
    const { seed = 1, frameOctetsMax = 1_400, channel, session } = this.#options;
    const { credentials = [{}, {}] } = this.#options;
    const means = { credentials: credentials[this.#index] };
    const options = { ...optionsOf(this.#index, seed, this.#boot, means), ...session };
    const keying = new SessionKeying(options);
    const link = new Link({ ...options, frameOctetsMax, ...channel }, keying);
    return [link, options.membership];
  }
}

/** Both ends and the wire between them. */
export class LinkPair {
  now: Instant = 0;
  readonly ends: readonly [End, End];
  /** May be replaced while the pair runs. */
  wire: Wire;
  /** Sees every frame before the wire does; a different array replaces it, undefined eats it. */
  tap: (from: 0 | 1, frame: Uint8Array) => Uint8Array | undefined = (_from, frame) => frame;
  readonly #options: PairOptions;
  readonly #chance: Chance;
  #flying: { at: Instant; order: number; to: 0 | 1; frame: Uint8Array }[] = [];
  #order = 0;
  /** Receipts of bundles that an end is storing, in the order in which it is done. */
  #storing: { at: Instant; end: 0 | 1; receipt: number }[] = [];

  constructor(options: PairOptions = {}) {
    this.#options = options;
    this.wire = options.wire ?? { delayUs: 5_000 };
    this.#chance = new Chance(options.seed ?? 1);
    this.ends = [new End(0, options), new End(1, options)];
  }

  /** Both contacts begin; the first end initiates. */
  connect(endsAt?: Instant): void {
    this.connectEnd(0, endsAt);
    this.connectEnd(1, endsAt);
  }

  connectEnd(index: 0 | 1, endsAt?: Instant): void {
    const connection: Connection = {
      rateBps: this.#options.rateBps ?? 100_000_000,
      roundTripUs: 2 * this.wire.delayUs,
      initiate: index === 0,
      ...(endsAt === undefined ? {} : { endsAt }),
    };
    this.ends[index].link.connect(this.now, connection);
    this.#drain(index);
  }

  disconnectEnd(index: 0 | 1): void {
    this.ends[index].link.disconnect(this.now);
    this.#drain(index);
  }

  send(from: 0 | 1, id: string, octets: Uint8Array, trafficClass: TrafficClass = 1): void {
    this.ends[from].link.send(this.now, { id, octets, trafficClass });
    this.#drain(from);
  }

  /** Puts a datagram into an end as if it had come off the wire. */
  inject(to: 0 | 1, frame: Uint8Array): void {
    this.ends[to].link.receive(this.now, frame);
    this.#drain(to);
  }

  tick(index: 0 | 1): void {
    this.ends[index].link.tick(this.now);
    this.#drain(index);
  }

  reboot(index: 0 | 1): void {
    this.ends[index].reboot();
  }

  /** An end says what became of a bundle that it received. */
  settle(index: 0 | 1, receipt: number, kept: boolean): void {
    this.ends[index].link.settle(this.now, receipt, kept);
    this.#drain(index);
  }

  /** A management packet from one end to the other. */
  sendManagement(from: 0 | 1, packet: Uint8Array): void {
    this.ends[from].link.sendManagement(this.now, packet);
    this.#drain(from);
  }

  /** Lets time pass; `until` may end it early. True when it did. */
  run(durationUs: number, until: () => boolean = () => false): boolean {
    const endsAt = this.now + durationUs;
    for (let step = 0; step < STEPS_MAX; step++) {
      if (until()) return true;
      const alarms = this.ends.map(({ link }) => this.#alarmOf(link));
      const arrival = this.#flying[0]?.at ?? Number.POSITIVE_INFINITY;
      const stored = this.#storing[0]?.at ?? Number.POSITIVE_INFINITY;
      const next = Math.min(arrival, stored, ...alarms);
      if (next > endsAt) {
        this.now = endsAt;
        return false;
      }
      this.now = next;
      if (arrival <= next) {
        const { to, frame } = this.#flying.shift()!;
        this.ends[to].link.receive(this.now, frame);
        this.#drain(to);
      } else if (stored <= next) {
        const { end, receipt } = this.#storing.shift()!;
        this.settle(end, receipt, true);
      } else {
        const index = alarms[0] === next ? 0 : 1;
        this.ends[index].link.tick(this.now);
        this.#drain(index);
      }
    }
    throw new Error(`no end after ${STEPS_MAX} steps, at ${this.now} µs`);
  }

  #alarmOf(link: Link): Instant {
    const deadline = link.deadline();
    if (deadline === undefined) return Number.POSITIVE_INFINITY;
    const grain = this.#options.clockGrainUs ?? 1;
    return Math.max(this.now, Math.ceil(deadline.at / grain) * grain);
  }

  #drain(index: 0 | 1): void {
    const end = this.ends[index];
    for (let output = end.link.poll(); output !== undefined; output = end.link.poll()) {
      if (output.kind === 'transmit') {
        end.left.push({ at: this.now, octets: output.frame.length });
        this.#transmit(index, output.frame);
      } else {
        end.told.push({ at: this.now, ...output });
        if (output.kind === 'received') this.#store(index, output.receipt);
      }
    }
  }

  #store(end: 0 | 1, receipt: number | undefined): void {
    const { storeUs } = this.#options;
    if (receipt === undefined || storeUs === undefined) return;
    this.#storing.push({ at: this.now + storeUs, end, receipt });
  }

  #transmit(from: 0 | 1, original: Uint8Array): void {
    const frame = this.tap(from, original);
    if (frame === undefined || this.#chance.hits(this.wire.loss)) return;
    this.#fly(from, frame);
    if (this.#chance.hits(this.wire.duplication)) this.#fly(from, frame.slice());
  }

  #fly(from: 0 | 1, frame: Uint8Array): void {
    if (this.#chance.hits(this.wire.bitFlip)) {
      const bit = Math.floor(this.#chance.fraction() * frame.length * 8);
      frame[bit >> 3]! ^= 1 << (bit & 7);
    }
    const lateUs = Math.floor(this.#chance.fraction() * (this.wire.jitterUs ?? 0));
    const at = this.now + this.wire.delayUs + lateUs;
    this.#flying.push({ at, order: this.#order++, to: from === 0 ? 1 : 0, frame });
    this.#flying.sort((a, b) => a.at - b.at || a.order - b.order);
  }
}

/** A small seeded generator (mulberry32), for the wire and as the `Random` of a link. */
export class Chance implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  hits(probability = 0): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  octets(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.fraction() * 256));
  }
}

const VECTORS = JSON.parse(readFileSync('test/vectors/link-handshake.json', 'utf8'));
const MEMBERS = [VECTORS.initiator, VECTORS.responder].map((member) => ({
  scid: member.scid as number,
  credentials: {
    constellationId: fromHex(VECTORS.constellation_id),
    rootPublicKeys: [fromHex(VECTORS.root_public)],
    statement: fromHex(VECTORS.constellation_statement),
    identityPrivateKey: fromHex(member.identity_private),
    certificate: fromHex(member.certificate),
    admissionKeys: [{ epoch: VECTORS.epoch, key: fromHex(VECTORS.admission_key) }],
    allowTestEquipment: false,
  } satisfies Credentials,
}));

/** What an end may have in place of the usual. */
type Means = Partial<Pick<HandshakeOptions, 'provider' | 'random'>> & {
  readonly credentials?: Partial<Credentials>;
};

/** What the handshake of an end is made of; other means than the usual may be given. */
export function optionsOf(index: 0 | 1, seed = 1, boot = 100, means: Means = {}): HandshakeOptions {
  const { scid } = MEMBERS[index]!;
  const credentials = { ...MEMBERS[index]!.credentials, ...means.credentials };
  const {
    provider = withKem(nativeProvider),
    random = new Chance(seed * 1_000 + boot * 2 + index),
  } = means;
  return {
    credentials,
    membership: memberOf(credentials, boot, provider, random),
    provider,
    random,
    admission: new Admission(credentials, provider, random),
    localScid: scid,
    remoteScid: MEMBERS[1 - index]!.scid,
  };
}

/** Of the two ends. */
export const SCIDS: readonly [number, number] = [VECTORS.initiator.scid, VECTORS.responder.scid];
const STEPS_MAX = 2_000_000;
