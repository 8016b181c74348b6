/**
 * The echo service: returns every application data unit to the endpoint that sent it, unchanged
 * and in its own class. Answers are bounded by what arrives; it keeps no state between the two.
 */
import type { SendRequest } from '#protocol/agent/agent.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { Delivery, Service } from '../service.ts';

/** Listens on ECHO_SERVICE. Answers nobody that has no address: a dtn:none source. */
export class Echo implements Service {
  readonly service = ECHO_SERVICE;
  /** Bounded by the owner, who drains `poll` after every delivery. */
  readonly #answers: SendRequest[] = [];
  #echoed = 0;

  receive(_now: Instant, delivery: Delivery): void {
    const { source, adu, trafficClass } = delivery;
    // An echo that answers an echo would go on for ever.
    if (source.scheme !== 'ipn' || source.service === ECHO_SERVICE || source.node === 0) return;
    this.#answers.push({
      adu,
      destination: source,
      sourceService: ECHO_SERVICE,
      lifetimeMs: ECHO_LIFETIME_MS,
      trafficClass,
    });
    this.#echoed++;
  }

  tick(_now: Instant): void {}

  poll(): SendRequest | undefined {
    return this.#answers.shift();
  }

  deadline(): Deadline | undefined {
    return undefined;
  }

  snapshot(): Record<string, number> {
    return { echoed: this.#echoed };
  }
}

/** The ipn service number of echo, as the echo port of RFC 862. */
export const ECHO_SERVICE = 7;
const ECHO_LIFETIME_MS = 3_600_000;
