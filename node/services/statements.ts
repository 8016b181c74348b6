/**
 * Constellation statements by bundle: what ground hands to this node goes to the group of all
 * nodes, and what comes for that group is taken as if it had come over a link. A statement is
 * protected by its signature alone: it is verified before it is used, whoever sent it.
 *
 * Source: link-security LS-1301 and LS-1303 (a).
 */
import type { SendRequest } from '#protocol/agent/contract.ts';
import type { Eid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import { Fifo } from '#protocol/fifo.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import { trafficClassOf } from '#protocol/traffic-class.ts';
import type { Delivery, Service } from '../service.ts';

/** Listens on STATEMENT_SERVICE. Only whom ground told sends, so that a mesh is told once. */
export class StatementService implements Service {
  readonly service = STATEMENT_SERVICE;
  readonly #group: Eid;
  readonly #membership: Pick<Membership, 'adopt'>;
  /** Bounded by what ground hands in, and drained after each. */
  readonly #requests = new Fifo<SendRequest>();
  /** Of statements that were refused. Bounded by one: the owner asks after every delivery. */
  readonly #faults = new Fifo<Fault>();
  #sent = 0;
  #adopted = 0;
  #known = 0;
  #refused = 0;

  /** `membership` is the node's; its owner drains it after every delivery. */
  constructor(group: Eid, membership: Pick<Membership, 'adopt'>) {
    this.#group = group;
    this.#membership = membership;
  }

  /** Sends a statement that this node has adopted to all others. */
  spread(statement: Uint8Array): void {
    this.#sent++;
    this.#requests.push({
      adu: statement,
      destination: this.#group,
      sourceService: STATEMENT_SERVICE,
      lifetimeMs: LIFETIME_MS,
      trafficClass: FLASH,
    });
  }

  receive(_now: Instant, { adu }: Delivery): void {
    const verdict = this.#membership.adopt(adu);
    if (verdict === 'adopted') this.#adopted++;
    else if (verdict instanceof Fault) {
      this.#refused++;
      this.#faults.push(verdict);
    } else this.#known++;
  }

  /** Why the last statement was refused, once; undefined where none was. */
  takeFault(): Fault | undefined {
    return this.#faults.shift();
  }

  tick(_now: Instant): void {}

  poll(): SendRequest | undefined {
    return this.#requests.shift();
  }

  deadline(): Deadline | undefined {
    return undefined;
  }

  snapshot(): Record<string, number> {
    const counts = { adopted: this.#adopted, known: this.#known, refused: this.#refused };
    return { sent: this.#sent, ...counts };
  }
}

/** Its ipn service number, as the virtual channel on which neighbours tell each other the same. */
export const STATEMENT_SERVICE = 61;
/** A day: whoever is dark for longer hears it from the first neighbour it meets. */
const LIFETIME_MS = 86_400_000;
const FLASH = trafficClassOf('flash');
