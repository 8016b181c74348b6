/** One side of a link between two processes: the link machine with its clock and its terminal. */
import { SystemClock } from '#node/adapters/system-clock.ts';
import type { UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import type { TerminalAddress } from '#node/ports.ts';
import type { Link } from '#protocol/link/link.ts';
import type { BenchNode } from './two-nodes.ts';

/** A link that stands alone, without a bundle agent above it. */
export class LinkEnd {
  readonly #clock = new SystemClock(process.hrtime.bigint());
  readonly #datagrams: UdpDatagrams;
  readonly #link: Link;
  #onSecured: () => void = () => {};
  /** Fulfilled once the link carries bundles. */
  readonly secured = new Promise<void>((resolve) => {
    this.#onSecured = resolve;
  });

  /** Points the first terminal at `peer` and begins a contact that never ends. */
  constructor(
    node: BenchNode,
    frameOctetsMax: number,
    datagrams: UdpDatagrams,
    peer: TerminalAddress,
  ) {
    this.#link = node.makeLink(frameOctetsMax);
    this.#datagrams = datagrams;
    datagrams.point(0, peer);
    datagrams.received$.subscribe(({ octets }) => {
      this.#link.receive(this.#clock.now(), octets);
      this.#drain();
    });
    setInterval(() => {
      this.#link.tick(this.#clock.now());
      this.#drain();
    }, TICK_MS);
    node.connect(this.#clock.now(), this.#link);
    this.#drain();
  }

  /** Frames that were let in. */
  get framesReceived(): number {
    return this.#link.snapshot().framesReceived;
  }

  /** Sends a bundle, whose octets stay as they are. */
  send(octets: Uint8Array): void {
    this.#link.send(this.#clock.now(), { id: 'bundle', octets, trafficClass: 1 });
    this.#drain();
  }

  #drain(): void {
    for (let output = this.#link.poll(); output !== undefined; output = this.#link.poll()) {
      if (output.kind === 'transmit') this.#datagrams.send({ terminal: 0, octets: output.frame });
      else if (output.kind === 'secured') this.#onSecured();
    }
  }
}

const TICK_MS = 100;
