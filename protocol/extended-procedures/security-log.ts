/**
 * The log of security events that a ground station reads and erases.
 *
 *   event: | tag 1 | length 1 | instant 8 | SPI 2 | what the tag says |
 *
 * When it is full, it keeps what came first: what an attack began with is not washed away by the
 * rest of it. Tags and values are this node's own; the book leaves both to management.
 * Source: CCSDS 355.1-B-1 §5.6.
 */
import { concat } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import { FieldReader, uintOctets } from './fields.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

/** What the events are about. */
export const EVENT_TAGS = {
  'bad association': 1,
  'bad MAC': 2,
  'bad sequence': 3,
  'command refused': 4,
  'command done': 5,
} as const;

/** One kind of event. */
export type EventKind = keyof typeof EVENT_TAGS;

/** Events in one log. */
export const LOG_EVENTS_MAX = 128;

/** One event as it travels. */
export interface LoggedEvent {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Bounded by `LOG_EVENTS_MAX`. */
export class SecurityLog {
  #events: LoggedEvent[] = [];

  /** Notes an event, unless the log is full. `detail` is one octet: the tag of a command, or 0. */
  note(at: Instant, kind: EventKind, spi: number, detail: number): void {
    if (this.#events.length === LOG_EVENTS_MAX) return;
    const value = concat([uintOctets(at, 8), uintOctets(spi, 2), Uint8Array.of(detail)]);
    this.#events.push({ tag: EVENT_TAGS[kind], value });
  }

  /** Events in it, and events for which there is room. */
  get status(): LogStatus {
    return { events: this.#events.length, room: LOG_EVENTS_MAX - this.#events.length };
  }

  /** Fresh data of a dump, oldest first. */
  dump(): Uint8Array {
    return concat(
      this.#events.flatMap(({ tag, value }) => [Uint8Array.of(tag, value.length), value]),
    );
  }

  /** Forgets everything. */
  erase(): void {
    this.#events = [];
  }
}

/** How full a log is. */
export interface LogStatus {
  readonly events: number;
  readonly room: number;
}

/** Fresh data of the reply about a log, or about its erasure. */
export function encodeLogStatus(
  { events, room }: LogStatus,
  { logCountOctets }: ProcedureParameters,
): Uint8Array {
  return concat([uintOctets(events, logCountOctets), uintOctets(room, logCountOctets)]);
}

/** What the reply says; `procedures.length`. */
export function decodeLogStatus(
  data: Uint8Array,
  { logCountOctets }: ProcedureParameters,
): LogStatus | Fault {
  const reader = new FieldReader(data, 0);
  const events = reader.uint(logCountOctets);
  const room = reader.uint(logCountOctets);
  return reader.end ?? { events, room };
}

/** The events of a dump, views; `procedures.length`. */
export function decodeDump(data: Uint8Array): LoggedEvent[] | Fault {
  const reader = new FieldReader(data, 0);
  const events: LoggedEvent[] = [];
  // Bounded by the octets given: an event takes at least two.
  while (reader.itemsLeft(1) > 0) {
    const tag = reader.uint(1);
    events.push({ tag, value: reader.octets(reader.uint(1)) });
  }
  return reader.end ?? events;
}
