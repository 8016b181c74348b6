/**
 * One random life of two neighbours in virtual time: contacts begin and end, bundles cross, keys
 * are renewed, frames are lost, doubled and kept for later; nodes are killed and started again, set
 * back to a snapshot, or run twice from one.
 */
import type { CryptoProvider, Random } from '#protocol/crypto/ports.ts';
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import { type Instant, MICROSECONDS_PER_S as S } from '#protocol/machine.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { Dice } from '../fuzz/dice.ts';
import { optionsOf } from '../protocol/link/link-pair.ts';

/** What happened in a life. */
export interface Events {
  kills: number;
  restores: number;
  clones: number;
  contacts: number;
  sessions: number;
  frames: number;
}

/** How good the generators of a life are: no two streams alike, one for all, or all zeros. */
export const CHANCES = ['fresh', 'repeating', 'zeros'] as const;

type Side = 0 | 1;

/** A process: a link with what was made at its start. */
interface Run {
  readonly side: Side;
  readonly link: Link;
  connected: boolean;
}

interface Flight {
  readonly at: Instant;
  readonly to: Side;
  readonly frame: Uint8Array;
}

/**
 * Lives life number `n` of a seed to its end. The nodes are the same in all lives, so each life
 * begins at later boots than any before it has reached.
 */
export function live(seed: number, n: number, provider: CryptoProvider): Events {
  return new Life(`${seed} ${n}`, n * BOOTS_MAX, provider).run();
}

class Life {
  readonly #dice: Dice;
  readonly #seed: string;
  readonly #provider: CryptoProvider;
  readonly #chance: (typeof CHANCES)[number];
  readonly #loss: number;
  readonly #delayUs: number;
  /** What outlives a process: the boot counter, raised before a start. */
  readonly #boots: [number, number];
  /** Boot counters as they were when a snapshot was taken. */
  readonly #snapshots: [number, number];
  #starts = 0;
  #now: Instant = 0;
  /** Two, and at most one clone. */
  #runs: Run[] = [];
  #flights: Flight[] = [];
  /** Frames that the attacker holds back. Bounded by HELD_MAX. */
  readonly #held: Flight[] = [];
  readonly #events: Events = {
    kills: 0,
    restores: 0,
    clones: 0,
    contacts: 0,
    sessions: 0,
    frames: 0,
  };

  constructor(seed: string, boot: number, provider: CryptoProvider) {
    this.#boots = [boot, boot];
    this.#snapshots = [boot, boot];
    this.#seed = seed;
    this.#dice = new Dice(seed);
    this.#provider = provider;
    this.#chance = this.#dice.hits(0.6) ? 'fresh' : this.#dice.pick(CHANCES);
    this.#loss = this.#dice.pick([0, 0, 0.1, 0.3]);
    this.#delayUs = this.#dice.pick([0, 2_000, 120_000, 1_500_000]);
  }

  run(): Events {
    this.#runs = [this.#start(0), this.#start(1)];
    const steps = 10 + this.#dice.below(STEPS_MAX - 10);
    for (let step = 0; step < steps; step++) {
      this.#act();
      this.#pass(this.#dice.pick([0, 1_000, 50_000, S, 3 * S, 12 * S, 20 * S, 700 * S]));
    }
    return this.#events;
  }

  /** A new process of a side, with a higher boot than the record says. */
  #start(side: Side): Run {
    this.#boots[side] += 1;
    const random = this.#generator(side);
    const means = { provider: this.#provider, random };
    const options = optionsOf(side, 1, this.#boots[side], means);
    const link = new Link({ ...options, frameOctetsMax: 400 }, new SessionKeying(options));
    return { side, link, connected: false };
  }

  #generator(side: Side): Random {
    if (this.#chance === 'zeros') return { octets: (count) => new Uint8Array(count) };
    this.#starts++;
    const stream = this.#chance === 'fresh' ? `${this.#starts}` : 'again';
    return new Dice(`${this.#seed} generator ${side} ${stream}`);
  }

  #act(): void {
    const run = this.#dice.pick(this.#runs);
    const choice = this.#dice.below(100);
    if (choice < 35) this.#connect(run);
    else if (choice < 65) this.#send(run);
    else if (choice < 73) this.#kill(run);
    else if (choice < 78) this.#disconnect(run);
    else if (choice < 83) this.#release();
    else if (choice < 88) this.#snapshots[run.side] = this.#boots[run.side];
    // Two futures of one past need a generator that does not know the past (LS-906, LS-907).
    else if (this.#chance !== 'fresh') return;
    else if (choice < 95) this.#restore(run);
    else this.#clone(run.side);
  }

  #connect(run: Run): void {
    for (const other of this.#runs) {
      if (other.connected || (other !== run && this.#dice.hits(0.2))) continue;
      other.connected = true;
      this.#events.contacts++;
      const initiate = other.side === 0 || this.#dice.hits(0.3);
      const connection = { rateBps: 1e7, roundTripUs: 2 * this.#delayUs, initiate };
      other.link.connect(this.#now, connection);
      this.#drain(other);
    }
  }

  #send({ side }: Run): void {
    const trafficClass = this.#dice.below(4) as TrafficClass;
    for (const run of this.#runs) {
      if (run.side !== side || !run.connected) continue;
      // Two processes of one node say different things.
      const octets = this.#dice.octets(this.#dice.pick([0, 20, 200, 3_000]));
      run.link.send(this.#now, { id: `${this.#dice.word()}`, octets, trafficClass });
      this.#drain(run);
    }
  }

  /** The process is gone with all that it knew; another takes its place. */
  #kill(run: Run): void {
    this.#events.kills++;
    this.#replace(run, this.#start(run.side));
  }

  /** The process is gone, its record is set back, and another takes its place. */
  #restore(run: Run): void {
    this.#events.restores++;
    this.#boots[run.side] = this.#snapshots[run.side];
    this.#replace(run, this.#start(run.side));
  }

  /** Two processes of a side from one record: both have the same boot. */
  #clone(side: Side): void {
    if (this.#runs.length > 2) {
      this.#runs.pop();
      return;
    }
    this.#events.clones++;
    const run = this.#runs.find((other) => other.side === side)!;
    this.#replace(run, this.#start(side));
    this.#boots[side] -= 1;
    this.#runs.push(this.#start(side));
  }

  #replace(old: Run, fresh: Run): void {
    this.#runs[this.#runs.indexOf(old)] = fresh;
  }

  #disconnect(run: Run): void {
    if (!run.connected) return;
    run.connected = false;
    run.link.disconnect(this.#now);
    this.#drain(run);
  }

  /** The attacker lets go of all that it holds. */
  #release(): void {
    for (const { to, frame } of this.#held) this.#fly(to, frame.slice());
  }

  #pass(durationUs: number): void {
    const endsAt = this.#now + durationUs;
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const arrival = this.#flights[0]?.at ?? Number.POSITIVE_INFINITY;
      const alarms = this.#runs.map(({ link }) => link.deadline()?.at ?? Number.POSITIVE_INFINITY);
      const next = Math.min(arrival, ...alarms);
      if (next > endsAt) {
        this.#now = endsAt;
        return;
      }
      this.#now = Math.max(this.#now, next);
      if (arrival <= next) this.#arrive(this.#flights.shift()!);
      else {
        const run = this.#runs[alarms.indexOf(next)]!;
        run.link.tick(this.#now);
        this.#drain(run);
      }
    }
    throw new Error('a life goes on');
  }

  #arrive({ to, frame }: Flight): void {
    for (const run of this.#runs) {
      if (run.side !== to) continue;
      run.link.receive(this.#now, frame.slice());
      this.#drain(run);
    }
  }

  #drain(run: Run): void {
    for (let output = run.link.poll(); output !== undefined; output = run.link.poll()) {
      if (output.kind === 'secured') this.#events.sessions++;
      if (output.kind !== 'transmit') continue;
      this.#events.frames++;
      const to = run.side === 0 ? 1 : 0;
      if (!this.#dice.hits(this.#loss)) this.#fly(to, output.frame);
      if (this.#dice.hits(0.05)) this.#hold({ at: 0, to, frame: output.frame });
    }
  }

  #fly(to: Side, frame: Uint8Array): void {
    const lateUs = this.#dice.hits(0.1) ? this.#dice.below(200_000) : 0;
    const flight = { at: this.#now + this.#delayUs + lateUs, to, frame };
    const before = this.#flights.findIndex(({ at }) => at > flight.at);
    this.#flights.splice(before < 0 ? this.#flights.length : before, 0, flight);
  }

  #hold(flight: Flight): void {
    if (this.#held.length === HELD_MAX) this.#held.shift();
    this.#held.push(flight);
  }
}

const STEPS_MAX = 60;
/** More than a life has starts. */
const BOOTS_MAX = 1_000;
const TURNS_MAX = 1_000_000;
const HELD_MAX = 16;
