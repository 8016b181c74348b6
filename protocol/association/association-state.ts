/**
 * The life of a security association, as data: what may follow what.
 *
 *            key            start
 *   unkeyed ─────▶ keyed ─────────▶ operational
 *      ▲             │  ◀─────────       │
 *      └── expire ───┘      stop         │       end, from any state ──▶ stopped
 *
 * An association of a session is created unkeyed with its SPI; it is keyed when the handshake has
 * derived its keys, operational when a frame has authenticated in its direction or its side may
 * send, and stopped for good by limits, revocation or close: keys erased, SPI held back. Stop,
 * expire and start by command are for associations that were provisioned.
 *
 * Source: link-security §7; CCSDS 355.1-B-1 §3.3.
 */

/** Where an association stands. */
export type AssociationState = 'unkeyed' | 'keyed' | 'operational' | 'stopped';

/** What happens to an association. */
export type AssociationEvent = 'key' | 'start' | 'stop' | 'expire' | 'end';

/** The state after `event`, or undefined where the event is not allowed in `state`. */
export function stateAfter(
  state: AssociationState,
  event: AssociationEvent,
): AssociationState | undefined {
  return LIFE[state][event];
}

const LIFE: Readonly<
  Record<AssociationState, Readonly<Partial<Record<AssociationEvent, AssociationState>>>>
> = {
  unkeyed: { key: 'keyed', end: 'stopped' },
  keyed: { start: 'operational', expire: 'unkeyed', end: 'stopped' },
  operational: { stop: 'keyed', end: 'stopped' },
  stopped: {},
};
