/**
 * The simulator's ether: carries datagrams between the terminals of a virtual fleet, through the
 * same channel rules as the real sockets, and keeps the run's digest: a hash over the instant,
 * the ends, the length and the verdict of every datagram.
 */
import { createHash } from 'node:crypto';
import { Subject } from 'rxjs';
import type { Datagram, Datagrams, TerminalAddress } from '#node/ports.ts';
import { Fault, FaultCounter } from '#protocol/fault.ts';
import { Channel, type ChannelSetting, OUTAGE } from '../channel/channel.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One medium for a whole virtual fleet. Port numbers name its terminals. */
export class Ether {
  readonly faults = new FaultCounter();
  readonly #time: VirtualTime;
  readonly #ports: EtherPort[] = [];
  readonly #hash = createHash('sha256');
  readonly #record = new Float64Array(5);
  readonly #recordOctets = new Uint8Array(this.#record.buffer);

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** The terminals of one more node. */
  open(terminalCount: number): EtherDatagrams {
    const datagrams = new EtherDatagrams(this);
    for (let terminal = 0; terminal < terminalCount; terminal++) {
      const port = new EtherPort(datagrams, terminal, this.#ports.length);
      this.#ports.push(port);
      datagrams.ports.push(port);
    }
    return datagrams;
  }

  /** Sends from a port to where it points; called by EtherDatagrams. */
  send(from: EtherPort, octets: Uint8Array): void {
    const now = this.#time.now;
    const to = this.#ports[from.pointsAt ?? -1];
    const arrival = to === undefined ? OUTAGE : from.channel.pass(now, octets.length);
    if (to === undefined || arrival instanceof Fault) {
      this.faults.add(arrival instanceof Fault ? arrival : OUTAGE);
      this.#note(now, from.number, from.pointsAt ?? -1, octets.length, -1);
      return;
    }
    this.#note(now, from.number, to.number, octets.length, arrival);
    this.#time.at(arrival, () => {
      // A terminal hears only the one it looks at.
      if (to.pointsAt === from.number) to.deliver(octets);
      else this.faults.add(OUTAGE);
    });
  }

  /** Hexadecimal digest of everything sent so far. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  #note(at: number, from: number, to: number, size: number, verdict: number): void {
    this.#record.set([at, from, to, size, verdict]);
    this.#hash.update(this.#recordOctets);
  }
}

/** One terminal in the ether. */
export class EtherPort {
  readonly channel = new Channel();
  readonly number: number;
  pointsAt: number | undefined;
  readonly #owner: EtherDatagrams;
  readonly #terminal: number;

  constructor(owner: EtherDatagrams, terminal: number, number: number) {
    this.#owner = owner;
    this.#terminal = terminal;
    this.number = number;
  }

  /** Hands a datagram to the node behind this terminal. */
  deliver(octets: Uint8Array): void {
    this.#owner.arrive({ terminal: this.#terminal, octets });
  }
}

/** The Datagrams port of one virtual node. */
export class EtherDatagrams implements Datagrams {
  readonly ports: EtherPort[] = [];
  readonly sizeMax = 65_507;
  readonly simulated = true;
  readonly #ether: Ether;
  readonly #received = new Subject<Datagram>();
  readonly received$ = this.#received.asObservable();

  constructor(ether: Ether) {
    this.#ether = ether;
  }

  /** Where each terminal can be reached: port numbers of the ether. */
  get addresses(): TerminalAddress[] {
    return this.ports.map(({ number }) => ({ host: 'ether', port: number }));
  }

  /** Changes the channel out of one terminal; undefined cuts it. */
  set(terminal: number, setting: ChannelSetting | undefined): void {
    this.ports[terminal]?.channel.set(setting);
  }

  point(terminal: number, at: TerminalAddress | undefined): void {
    const port = this.ports[terminal];
    if (port !== undefined) port.pointsAt = at?.port;
  }

  /** Turns every terminal away from whom it looked at: nobody is there to look. */
  turnAway(): void {
    for (const port of this.ports) port.pointsAt = undefined;
  }

  send(datagram: Datagram): void {
    const port = this.ports[datagram.terminal];
    if (port !== undefined) this.#ether.send(port, datagram.octets);
  }

  /** Emits one arriving datagram. */
  arrive(datagram: Datagram): void {
    this.#received.next(datagram);
  }
}
