/**
 * A satellite of walker-66 that passes bundles on, with all that stands between its links: agent,
 * routing over the contacts of the whole constellation, and a store in memory. Bundles come in over
 * one link, for eight destinations in turn, and leave by whichever the routes begin with.
 */
import { fileURLToPath } from 'node:url';
import { buildWorld } from '#harness/constellation/world.ts';
import { loadScenario } from '#harness/scenario/load.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { answerAgent, askStore } from '#node/store-relay.ts';
import { type AgentOutput, BundleAgent } from '#protocol/agent/agent.ts';
import { assert } from '#protocol/assert.ts';
import { encodeBundle } from '#protocol/bundle/bundle.ts';
import type { Instant } from '#protocol/machine.ts';
import { bundleOf } from './bundles.ts';
import type { Labour } from './rounds.ts';

/** One node and its neighbours, of which nobody else is there. */
export class BundleRelay implements Labour {
  /** Enough that in most turns the node remembers as many bundles as it ever does. */
  readonly count = 8_192;
  /** One of the bundles. */
  readonly template: Uint8Array;
  readonly #octets: number;
  readonly #agent: BundleAgent;
  readonly #store = new MemoryStore(STORE_OCTETS);
  readonly #from: number;
  readonly #destinations: readonly number[];
  #now: Instant = 0;
  #sequence = 0;
  #coming: Uint8Array[] = [];
  #forwarded = 0;

  /** All bundles have a payload of so many octets. */
  constructor(octets: number) {
    const scenario = loadScenario(SCENARIO);
    const { nodes, plan } = buildWorld(scenario, scenario.durationMs * 1_000);
    const { node } = nodes[0]!;
    const open = plan.contacts.filter(({ from, startsAt }) => from === node && startsAt === 0);
    const satellites = nodes.filter(({ kind }) => kind === 'satellite');
    this.#octets = octets;
    this.#from = open[0]!.to;
    this.#destinations = Array.from({ length: 8 }, (_, k) => satellites[8 * k + 3]!.node);
    this.#agent = new BundleAgent({
      node,
      plan,
      epochUnixMs: scenario.epochUnixMs,
      storeOctetsMax: STORE_OCTETS,
      bundleOctetsMax: 2 ** 20,
    });
    this.#store.completed$.subscribe((done) => answerAgent(this.#agent, this.#now, done));
    for (const { to } of open) this.#agent.linkUp(this.#now, to);
    this.template = this.#next();
  }

  prepare(): void {
    this.#coming = Array.from({ length: this.count }, () => this.#next());
    this.#forwarded = 0;
  }

  work(): void {
    for (const octets of this.#coming) {
      this.#now += BUNDLE_EVERY_US;
      this.#agent.receive(this.#now, octets, this.#from);
      let output = this.#agent.poll();
      for (; output !== undefined; output = this.#agent.poll()) this.#answer(output);
    }
    assert(this.#forwarded === this.count, 'every bundle is sent on at once');
  }

  #answer(output: AgentOutput): void {
    switch (output.kind) {
      case 'store':
      case 'forget':
      case 'load':
        askStore(this.#store, output);
        break;
      case 'forward':
        this.#forwarded += 1;
        this.#agent.forwarded(this.#now, output.id);
    }
  }

  #next(): Uint8Array {
    const sequence = this.#sequence++;
    const destination = this.#destinations[sequence % this.#destinations.length]!;
    return encodeBundle(bundleOf(this.#octets, 2, { destination, sequence }));
  }
}

const SCENARIO = fileURLToPath(new URL('../../scenarios/walker-66.yaml', import.meta.url));
const STORE_OCTETS = 64 * 2 ** 20;
/** Slow enough that the plan lasts for all turns. */
const BUNDLE_EVERY_US = 20;
