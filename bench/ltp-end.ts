/** One end of a span between two processes: LTP over UDP, without a bundle agent above it. */
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import type { UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import type { TerminalAddress } from '#node/ports.ts';
import { LtpSpan } from '#protocol/link/ltp-span.ts';

/** Keeps each block as soon as it has come, and tells when one that it sent is kept. */
export class LtpEnd {
  readonly #clock = new SystemClock(process.hrtime.bigint());
  readonly #datagrams: UdpDatagrams;
  readonly #span: LtpSpan;
  readonly #onAnswer: () => void;
  /** Octets of the blocks that have come whole. */
  octetsReceived = 0;

  /** Engine 1 or 2; `onAnswer` is called for each block sent, once. */
  constructor(
    engine: 1 | 2,
    segmentOctetsMax: number,
    datagrams: UdpDatagrams,
    peer: TerminalAddress,
    onAnswer: () => void,
  ) {
    const ends = { localEngine: engine, remoteEngine: 3 - engine };
    this.#span = new LtpSpan({ ...ends, segmentOctetsMax, random: new OsRandom() });
    this.#datagrams = datagrams;
    this.#onAnswer = onAnswer;
    datagrams.point(0, peer);
    datagrams.received$.subscribe(({ octets }) => {
      this.#span.receive(this.#clock.now(), octets);
      this.#drain();
    });
    setInterval(() => this.tick(), TICK_MS);
    const contact = { rateBps: RATE_BPS, roundTripUs: ROUND_TRIP_US, initiate: false };
    this.#span.connect(this.#clock.now(), contact);
    this.#drain();
  }

  /** Sends a block, whose octets stay as they are. */
  send(octets: Uint8Array): void {
    this.#span.send(this.#clock.now(), { id: 'block', octets, trafficClass: 1 });
    this.#drain();
  }

  /** Lets time pass. */
  tick(): void {
    this.#span.tick(this.#clock.now());
    this.#drain();
  }

  #drain(): void {
    for (let output = this.#span.poll(); output !== undefined; output = this.#span.poll()) {
      if (output.kind === 'transmit') this.#datagrams.send({ terminal: 0, octets: output.frame });
      else if (output.kind === 'sent' || output.kind === 'unsent') this.#onAnswer();
      else if (output.kind === 'received') {
        this.octetsReceived += output.bundle.length;
        this.#span.settle(this.#clock.now(), output.receipt ?? 0, true);
      }
    }
  }
}

const TICK_MS = 5;
/** Never what holds the line up. */
const RATE_BPS = 100e9;
const ROUND_TRIP_US = 1_000;
