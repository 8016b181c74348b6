/** The traffic sink: takes every application data unit, counts it and forgets it. */
import type { SendRequest } from '#protocol/agent/agent.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { Delivery, Service } from '../service.ts';

/** Is told the id of each bundle that the sink has received, before the sink does anything else. */
export type SinkRecord = (id: string) => void;

/** A time in which the sink is away. */
export interface Absence {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** Listens on SINK_SERVICE and never sends. */
export class TrafficSink implements Service {
  readonly service = SINK_SERVICE;
  readonly #record: SinkRecord | undefined;
  readonly #absences: readonly Absence[];
  #now: Instant = 0;
  #received = 0;
  #receivedOctets = 0;

  constructor(record?: SinkRecord, absences: readonly Absence[] = []) {
    this.#record = record;
    this.#absences = absences;
  }

  get present(): boolean {
    return !this.#absences.some(
      ({ startsAt, endsAt }) => startsAt <= this.#now && this.#now < endsAt,
    );
  }

  receive(_now: Instant, delivery: Delivery): void {
    this.#record?.(delivery.id);
    this.#received++;
    this.#receivedOctets += delivery.adu.length;
  }

  tick(now: Instant): void {
    this.#now = now;
  }

  poll(): SendRequest | undefined {
    return undefined;
  }

  deadline(): Deadline | undefined {
    const edges = this.#absences.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]);
    const at = Math.min(...edges.filter((edge) => edge > this.#now));
    return Number.isFinite(at) ? { at, why: 'a sink goes or comes' } : undefined;
  }

  snapshot(): Record<string, number> {
    return { received: this.#received, receivedOctets: this.#receivedOctets };
  }
}

/** The ipn service number of the sink, as the discard port of RFC 863. */
export const SINK_SERVICE = 9;
