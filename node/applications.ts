/** The applications of one node, as one machine. */
import type { SendRequest } from '#protocol/agent/agent.ts';
import { assert } from '#protocol/assert.ts';
import { type Deadline, type Instant, type Machine, sooner } from '#protocol/machine.ts';
import type { Service } from './service.ts';

/** Asks each service in turn. */
export class Applications implements Machine<SendRequest> {
  readonly all: readonly Service[];

  constructor(all: readonly Service[]) {
    this.all = all;
  }

  /** The application that is registered as `service`: there is one. */
  of(service: number): Service {
    const found = this.all.find((candidate) => candidate.service === service);
    assert(found !== undefined, 'the agent delivers to registered services only');
    return found;
  }

  tick(now: Instant): void {
    for (const service of this.all) service.tick(now);
  }

  poll(): SendRequest | undefined {
    for (const service of this.all) {
      const request = service.poll();
      if (request !== undefined) return request;
    }
    return undefined;
  }

  deadline(): Deadline | undefined {
    let soonest: Deadline | undefined;
    for (const service of this.all) soonest = sooner(soonest, service.deadline());
    return soonest;
  }
}
