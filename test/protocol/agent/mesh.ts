/**
 * A few agents, each with a plain store, joined by links that take nothing but time. After every
 * drain the books must balance and the store must hold what the agent says it holds.
 */
import { expect } from 'vitest';
import { type AgentOptions, type AgentOutput, BundleAgent } from '#protocol/agent/agent.ts';
import { decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { encodeHopCount } from '#protocol/bundle/extension-blocks.ts';
import { Fault } from '#protocol/fault.ts';
import type { Contact, ContactPlan } from '#protocol/routing/contact-plan.ts';

export const S = 1_000_000;

type Kind = AgentOutput['kind'];
type Of<K extends Kind> = Extract<AgentOutput, { kind: K }>;

export class Node {
  readonly agent: BundleAgent;
  readonly store = new Map<string, Uint8Array>();
  /** All that the agent has said, oldest first. */
  readonly said: AgentOutput[] = [];
  /** Neighbours whose link takes bundles. */
  readonly links = new Set<number>();
  /** What the store answers to a command to keep; `later` answers nothing. */
  storeAnswer: 'stored' | 'full' | 'io' | 'later' = 'stored';
  /** Whether the store answers to a command to forget. */
  forgetAnswer: 'forgotten' | 'later' = 'forgotten';
  /** What a link answers to a bundle; `later` answers nothing. */
  linkAnswer: 'sent' | 'unsent' | 'later' = 'sent';
  onStore: (output: Of<'store' | 'forget'>) => void = () => {};
  onPress: (output: Of<'press'>, now: number) => void = () => {};
  onForward: (output: Of<'forward'>, now: number) => void = () => {};

  constructor(node: number, plan: ContactPlan, options: Partial<AgentOptions> = {}) {
    this.agent = new BundleAgent({
      node,
      plan,
      epochUnixMs: EPOCH_UNIX_MS,
      storeOctetsMax: 1_000_000,
      bundleOctetsMax: 100_000,
      ...options,
    });
  }

  drain(now: number): void {
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const output = this.agent.poll();
      if (output === undefined) {
        this.#check();
        return;
      }
      this.said.push(output);
      this.#answer(output, now);
    }
    throw new Error('the agent does not come to rest');
  }

  /** The outputs of one kind so far. */
  all<K extends Kind>(kind: K): Of<K>[] {
    return this.said.filter((output): output is Of<K> => output.kind === kind);
  }

  up(now: number, neighbour: number, answers = false): void {
    this.links.add(neighbour);
    this.agent.linkUp(now, neighbour, answers);
    this.drain(now);
  }

  down(now: number, neighbour: number): void {
    this.links.delete(neighbour);
    this.agent.linkDown(now, neighbour);
    this.drain(now);
  }

  /** Ticks at every deadline until `until`; the clock jumps from one to the next. */
  runUntil(until: number): void {
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const at = this.agent.deadline()?.at;
      if (at === undefined || at > until) return;
      this.agent.tick(at);
      this.drain(at);
    }
    throw new Error('the agent is never content');
  }

  #answer(output: AgentOutput, now: number): void {
    const { agent } = this;
    if (output.kind === 'store') {
      if (this.storeAnswer === 'full' || this.storeAnswer === 'io') {
        agent.storeFailed(now, output.id, this.storeAnswer);
      } else if (this.storeAnswer === 'stored') {
        this.store.set(output.id, output.octets);
        this.onStore(output);
        agent.stored(now, output.id);
      }
    } else if (output.kind === 'forget') {
      this.store.delete(output.id);
      this.onStore(output);
      if (this.forgetAnswer === 'forgotten') agent.forgotten(now, output.id);
    } else if (output.kind === 'press') this.onPress(output, now);
    else if (output.kind === 'load') agent.loaded(now, output.id, this.store.get(output.id));
    else if (output.kind === 'forward') {
      if (this.linkAnswer === 'later') return;
      if (this.linkAnswer === 'unsent' || !this.links.has(output.to)) {
        agent.notForwarded(now, output.id);
      } else {
        agent.forwarded(now, output.id);
        this.onForward(output, now);
      }
    }
  }

  #check(): void {
    expectBalance(this.agent);
    if (this.storeAnswer !== 'later') expect(this.store.size).toBe(this.agent.ledger().stored);
  }
}

/** Every accepted bundle has one fate. */
export function expectBalance(agent: BundleAgent): void {
  const { accepted, deleted, ...fates } = agent.ledger();
  const counts = [...Object.values(fates), ...Object.values(deleted)];
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(accepted);
}

/** Joins nodes by the plan: each link is up during its contact unless it is `cut`. */
export class Mesh {
  readonly nodes = new Map<number, Node>();
  /** Links that never come up, as `from-to`. */
  readonly cut = new Set<string>();
  readonly #events: { at: number; run: () => void }[] = [];

  constructor(
    plan: ContactPlan,
    numbers: readonly number[],
    options: (node: number) => Partial<AgentOptions> = () => ({}),
  ) {
    for (const number of numbers) {
      const node = new Node(number, plan, options(number));
      this.nodes.set(number, node);
      node.onPress = ({ least }, now) => {
        for (const to of node.links) {
          this.#at(now + HOP_US, () => {
            const far = this.nodes.get(to)!;
            far.agent.pressed(now + HOP_US, number, least);
            far.drain(now + HOP_US);
          });
        }
      };
      node.onForward = ({ to, octets }, now) => {
        this.#at(now + HOP_US, () => {
          const far = this.nodes.get(to)!;
          far.agent.receive(now + HOP_US, octets, number);
          far.drain(now + HOP_US);
        });
      };
    }
    for (const { from, to, startsAt, endsAt } of plan.contacts) {
      const isCut = () => this.cut.has(`${from}-${to}`);
      this.#at(startsAt, () => isCut() || this.nodes.get(from)!.up(startsAt, to));
      this.#at(endsAt, () => isCut() || this.nodes.get(from)!.down(endsAt, to));
    }
  }

  node(number: number): Node {
    return this.nodes.get(number)!;
  }

  /** Lets time pass up to and including `until`. */
  run(until: number): void {
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const event = this.#events[0];
      const at = Math.min(event?.at ?? Infinity, ...this.#deadlines());
      if (at > until) return;
      if (event !== undefined && event.at === at) {
        this.#events.shift();
        event.run();
      } else for (const node of this.nodes.values()) node.runUntil(at);
    }
    throw new Error('the mesh does not come to rest');
  }

  #deadlines(): number[] {
    return [...this.nodes.values()].map((node) => node.agent.deadline()?.at ?? Infinity);
  }

  #at(at: number, run: () => void): void {
    this.#events.push({ at, run });
    this.#events.sort((a, b) => a.at - b.at);
  }
}

/** A plan of contacts in both directions: `[a, b, start, end]`, in seconds, sorted. */
export function planOf(...both: readonly [number, number, number, number][]): ContactPlan {
  const contacts = both.flatMap(([a, b, start, end]) => [
    oneWay(a, b, start, end),
    oneWay(b, a, start, end),
  ]);
  return {
    contacts: contacts.sort((x, y) => x.startsAt - y.startsAt),
    ranges: both.map(([a, b]) => ({
      a: Math.min(a, b),
      b: Math.max(a, b),
      startsAt: 0,
      endsAt: 1e6 * S,
      owltUs: HOP_US,
    })),
  };
}

/** The same bundle after so many hops, of 30 that it may make. */
export function withHops(octets: Uint8Array, count: number): Uint8Array {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  const blocks = bundle.blocks.map((block) =>
    block.type === BLOCK_TYPE.hopCount
      ? { ...block, octets: undefined, data: encodeHopCount({ limit: 30, count }) }
      : block,
  );
  return encodeBundle({ primary: bundle.primary, blocks });
}

function oneWay(from: number, to: number, start: number, end: number): Contact {
  const terminals = { fromTerminal: 0, toTerminal: 0 };
  return { from, to, startsAt: start * S, endsAt: end * S, rateBps: 1e9, ...terminals };
}

const EPOCH_UNIX_MS = 1_800_000_000_000;
const HOP_US = 1_000;
const TURNS_MAX = 20_000;
