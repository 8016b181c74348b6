/**
 * The channel in front of real sockets: a Datagrams port that holds every outgoing datagram for
 * its light time, then hands it to the sockets inside. The node cannot tell that it is there.
 */
import type { Clock, Datagram, Datagrams, TerminalAddress } from '#node/ports.ts';
import { Fault, FaultCounter } from '#protocol/fault.ts';
import { Channel, type ChannelSetting, OUTAGE } from './channel.ts';
import type { DelayLine } from './delay-line.ts';

/**
 * Wraps the sockets of one node. `transit` is what the machine itself takes; datagrams leave that
 * much early, so that they arrive when the light does. Bounded by the channel's queue: the rate
 * times the light time plus 200 ms.
 */
export class ChannelDatagrams implements Datagrams {
  readonly received$: Datagrams['received$'];
  readonly sizeMax: number;
  /** Datagrams that the channel dropped, by fault. */
  readonly faults = new FaultCounter();
  readonly #inside: Datagrams;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #line: DelayLine;
  readonly #transit: { readonly transitUs: number };
  readonly #channels: readonly Channel[];
  /** How often each terminal was steered: light under way to a place left behind is lost. */
  readonly #steered: number[];

  constructor(
    inside: Datagrams,
    clock: Pick<Clock, 'now'>,
    line: DelayLine,
    transit: { readonly transitUs: number },
    terminalCount: number,
  ) {
    this.#inside = inside;
    this.#clock = clock;
    this.#line = line;
    this.#transit = transit;
    this.#channels = Array.from({ length: terminalCount }, () => new Channel());
    this.#steered = new Array(terminalCount).fill(0);
    this.received$ = inside.received$;
    this.sizeMax = inside.sizeMax;
  }

  /** Changes the channel out of one terminal; undefined cuts it. */
  set(terminal: number, setting: ChannelSetting | undefined): void {
    this.#channels[terminal]?.set(setting);
  }

  point(terminal: number, at: TerminalAddress | undefined): void {
    this.#steered[terminal] = (this.#steered[terminal] ?? 0) + 1;
    this.#inside.point(terminal, at);
  }

  send(datagram: Datagram): void {
    const { terminal, octets } = datagram;
    const arrival = this.#channels[terminal]?.pass(this.#clock.now(), octets.length) ?? OUTAGE;
    if (arrival instanceof Fault) {
      this.faults.add(arrival);
      return;
    }
    const steered = this.#steered[terminal];
    this.#line.at(arrival - this.#transit.transitUs, () => {
      if (this.#steered[terminal] === steered) this.#inside.send(datagram);
      else this.faults.add(OUTAGE);
    });
  }
}
