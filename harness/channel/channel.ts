/**
 * The channel: what the space between two terminals does to a datagram. Rules are asked in order
 * and the first verdict wins; a datagram that no rule drops is delayed by its serialisation time
 * at the link's rate and by the light time. Both the real-time and the virtual fleet use it.
 */
import { Fault } from '#protocol/fault.ts';
import type { Instant } from '#protocol/machine.ts';
import { MICROSECONDS_PER_S } from '#protocol/machine.ts';

/** One direction of one link, from a terminal outwards. */
export interface ChannelSetting {
  /** One-way light time. */
  readonly delayUs: number;
  /** Octets leave at this rate; more than that queues. */
  readonly rateBps: number;
}

/** The channel out of one terminal: its setting and how far ahead it is booked. */
export class Channel {
  #setting: ChannelSetting | undefined;
  #busyUntil: Instant = 0;
  #lastArrival: Instant = 0;

  /** Replaces the setting; undefined means that nothing gets through. */
  set(setting: ChannelSetting | undefined): void {
    this.#setting = setting;
  }

  /**
   * Books the passage of `sizeOctets` leaving at `now`: the instant of its arrival, or the fault
   * that names why it is lost. Datagrams never overtake each other on one channel.
   */
  pass(now: Instant, sizeOctets: number): Instant | Fault {
    const setting = this.#setting;
    if (setting === undefined) return OUTAGE;
    const departs = Math.max(now, this.#busyUntil);
    if (departs - now > QUEUE_US_MAX) return RATE_EXCEEDED;
    const serialUs = (sizeOctets * 8 * MICROSECONDS_PER_S) / setting.rateBps;
    this.#busyUntil = departs + serialUs;
    const arrival = Math.max(this.#lastArrival, Math.round(this.#busyUntil + setting.delayUs));
    this.#lastArrival = arrival;
    return arrival;
  }
}

/** Nothing is in view of this terminal. */
export const OUTAGE = new Fault('channel', 'outage', 'scenario');
/** The sender ran ahead of the link's rate for longer than the channel buffers. */
export const RATE_EXCEEDED = new Fault('channel', 'rate-exceeded', 'scenario');

/** A sender may run this far ahead of the rate; a link that paces itself stays far below. */
const QUEUE_US_MAX = 200_000;
