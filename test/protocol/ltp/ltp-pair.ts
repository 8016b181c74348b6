/**
 * Two LTP engines on a wire that loses, repeats, delays and reorders what a seed says, and that can
 * be cut for a while. Nothing waits: the clock jumps to what comes next.
 */
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { assert } from '#protocol/assert.ts';
import type { Fault } from '#protocol/fault.ts';
import type { LtpOptions, LtpOutput, LtpSnapshot, OutboundBlock } from '#protocol/ltp/contract.ts';
import { decodeSegment } from '#protocol/ltp/decode-segment.ts';
import { LtpEngine } from '#protocol/ltp/ltp-engine.ts';
import type { Segment, SessionId } from '#protocol/ltp/segment.ts';
import type { Instant } from '#protocol/machine.ts';

export const MS = 1_000;
/** Light time there and back, and a margin. */
export const ROUND_TRIP_US = 30 * MS;

export interface LtpPairOptions {
  readonly seed?: number;
  /** Of each segment, 0 to 1. */
  readonly loss?: number;
  readonly repeats?: number;
  readonly delayUs?: number;
  /** Up to so much longer, each on its own: later ones overtake. */
  readonly jitterUs?: number;
  readonly octetsMax?: number;
  /** How long the owner takes to store a block; never of itself when infinite. */
  readonly storeUs?: number;
  readonly options?: Partial<LtpOptions>;
}

/** A segment that left an end, whether or not it was lost. */
export interface Flown {
  readonly end: 0 | 1;
  readonly at: Instant;
  readonly octets: Uint8Array;
  readonly segment: Segment;
}

export class LtpPair {
  now: Instant = 0;
  readonly engines: readonly [LtpEngine, LtpEngine];
  readonly told: readonly [LtpOutput[], LtpOutput[]] = [[], []];
  readonly faults: Fault[] = [];
  readonly flown: Flown[] = [];
  readonly chance: SeededRandom;
  /** Whether the wire loses this, besides what it loses by chance. */
  drop: (flown: Flown) => boolean = () => false;
  readonly #options: Required<Omit<LtpPairOptions, 'options'>>;
  #events: { at: Instant; run: () => void }[] = [];
  #up = true;

  constructor(options: LtpPairOptions = {}) {
    this.#options = {
      seed: 1,
      loss: 0,
      repeats: 0,
      delayUs: 10 * MS,
      jitterUs: 0,
      octetsMax: 200,
      storeUs: 1 * MS,
      ...options,
    };
    const { seed } = this.#options;
    this.chance = new SeededRandom(seed, 'wire');
    const engine = (end: 0 | 1) =>
      new LtpEngine({
        localEngine: end + 1,
        remoteEngine: 2 - end,
        clientServices: [1],
        random: new SeededRandom(seed, `end ${end}`),
        ...options.options,
      });
    this.engines = [engine(0), engine(1)];
    this.linkUp();
  }

  linkUp(): void {
    this.#up = true;
    for (const engine of this.engines) engine.linkUp(this.now, ROUND_TRIP_US);
  }

  linkDown(): void {
    this.#up = false;
    for (const engine of this.engines) engine.linkDown(this.now);
  }

  /** Has something happen later. */
  at(at: Instant, run: () => void): void {
    this.#events.push({ at, run });
  }

  /** Sends a block from one end. */
  send(end: 0 | 1, octets: Uint8Array, block: Partial<OutboundBlock> = {}): SessionId {
    const whole = { octets, redOctets: octets.length, clientService: 1, ...block };
    const session = this.engines[end].send(this.now, whole);
    assert(session !== undefined, 'there is room for the block');
    return session;
  }

  /** Runs until nothing is left to happen, or `until`. */
  run(until: Instant = Number.POSITIVE_INFINITY): void {
    // Bounded by STEPS_MAX.
    for (let step = 0; ; step++) {
      assert(step < STEPS_MAX, 'the pair comes to rest');
      this.drain();
      const [a, b] = this.engines;
      const due = [a.deadline()?.at, b.deadline()?.at, ...this.#events.map(({ at }) => at)];
      const next = Math.min(...due.map((at) => at ?? Number.POSITIVE_INFINITY));
      if (next === Number.POSITIVE_INFINITY || next > until) break;
      this.now = Math.max(this.now, next);
      const ready = this.#events.filter(({ at }) => at <= this.now);
      this.#events = this.#events.filter(({ at }) => at > this.now);
      for (const { run } of ready.sort((x, y) => x.at - y.at)) run();
      for (const engine of this.engines) engine.tick(this.now);
    }
    if (until !== Number.POSITIVE_INFINITY) this.now = Math.max(this.now, until);
  }

  /** Puts everything that waits on the wire, and takes what the engines tell. */
  drain(): void {
    for (const end of [0, 1] as const) {
      const engine = this.engines[end];
      this.#listen(end);
      // Bounded by what an engine has to send.
      while (this.#up && engine.waiting()) {
        const octets = engine.pull(this.now, this.#options.octetsMax);
        assert(octets !== undefined, 'what waits can be pulled');
        assert(octets.length <= this.#options.octetsMax, 'a segment keeps to its maximum');
        this.#fly(end, octets);
        this.#listen(end);
      }
    }
  }

  /** What one end told of one kind. */
  of<K extends LtpOutput['kind']>(end: 0 | 1, kind: K): Extract<LtpOutput, { kind: K }>[] {
    return this.told[end].filter((output) => output.kind === kind) as Extract<
      LtpOutput,
      { kind: K }
    >[];
  }

  /** The segments that one end sent, of one kind. */
  sent<K extends Segment['kind']>(end: 0 | 1, kind: K): Extract<Segment, { kind: K }>[] {
    return this.flown
      .filter(({ end: from, segment }) => from === end && segment.kind === kind)
      .map(({ segment }) => segment as Extract<Segment, { kind: K }>);
  }

  snapshots(): [LtpSnapshot, LtpSnapshot] {
    return [this.engines[0].snapshot(), this.engines[1].snapshot()];
  }

  /** Hands a segment to an end, now. */
  deliver(end: 0 | 1, octets: Uint8Array): void {
    const fault = this.engines[end].receive(this.now, octets.slice());
    if (fault !== undefined) this.faults.push(fault);
    this.#listen(end);
  }

  #listen(end: 0 | 1): void {
    const engine = this.engines[end];
    // Bounded by what the engine tells.
    for (let output = engine.poll(); output !== undefined; output = engine.poll()) {
      this.told[end].push(
        output.kind === 'green' ? { ...output, data: output.data.slice() } : output,
      );
      const { session } = output;
      if (output.kind !== 'received' || this.#options.storeUs === Number.POSITIVE_INFINITY)
        continue;
      this.at(this.now + this.#options.storeUs, () => engine.stored(this.now, session));
    }
  }

  #fly(end: 0 | 1, octets: Uint8Array): void {
    const { loss, repeats, delayUs, jitterUs } = this.#options;
    const flown = { end, at: this.now, octets, segment: decodeSegment(octets) as Segment };
    this.flown.push(flown);
    const lost = this.chance.fraction() < loss;
    if (this.drop(flown) || lost) return;
    const copies = this.chance.fraction() < repeats ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const at = this.now + delayUs + Math.floor(this.chance.fraction() * jitterUs);
      // What is in flight when the link is cut is lost.
      this.at(at, () => this.#up && this.deliver(end === 0 ? 1 : 0, octets));
    }
  }
}

const STEPS_MAX = 100_000;
