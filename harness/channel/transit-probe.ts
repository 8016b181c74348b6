/**
 * How long a datagram takes through this machine, from one process's send to another's handler.
 * The channel aims at the arrival of light, so it lets a datagram go that much early; otherwise
 * every hop of an idle mesh would be late by what the operating system needs to wake a process.
 *
 * Once a second each process asks the next one: a datagram with the instant of sending, which the
 * other answers with what it measured. All processes read the same monotonic clock.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { ConfigError } from '#node/config-error.ts';
import type { TerminalAddress } from '#node/ports.ts';

/** One process's probe: asks its peer, answers whoever asks. */
export class TransitProbe {
  readonly address: TerminalAddress;
  readonly #socket: Socket;
  /** The last answers; bounded by SAMPLES_MAX. */
  readonly #samplesUs: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Median of the last answers, microseconds; 0 before the first. */
  transitUs = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.address = { host: address, port };
    socket.on('message', (octets, from) => this.#hear(octets, from.port, from.address));
    socket.on('error', () => {});
  }

  /** Opens a probe at a loopback address. Throws ConfigError when it is taken. */
  static async open({ host, port }: TerminalAddress): Promise<TransitProbe> {
    const socket = createSocket('udp4');
    try {
      const listening = once(socket, 'listening');
      socket.bind(port, host);
      await listening;
    } catch (error) {
      socket.close();
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigError(`cannot bind UDP port ${port} of ${host} (${code})`, {
        remedy: 'Choose another port, or end the program that uses this one',
      });
    }
    return new TransitProbe(socket);
  }

  /** Asks `peer` from now on. */
  start(peer: TerminalAddress): void {
    const ask = (): void => {
      const question = new DataView(new ArrayBuffer(PROBE_OCTETS));
      question.setFloat64(0, nowUs());
      question.setFloat64(8, QUESTION);
      this.#socket.send(new Uint8Array(question.buffer), peer.port, peer.host, () => {});
    };
    this.#timer = setInterval(ask, ASK_EVERY_MS);
    ask();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #hear(octets: Uint8Array, port: number, host: string): void {
    const heardUs = nowUs();
    if (octets.length !== PROBE_OCTETS) return;
    const view = new DataView(octets.buffer, octets.byteOffset);
    if (view.getFloat64(8) === QUESTION) {
      view.setFloat64(8, heardUs - view.getFloat64(0));
      this.#socket.send(octets, port, host, () => {});
      return;
    }
    const transitUs = view.getFloat64(8);
    // A machine too busy to answer in time says nothing about the machine at rest.
    if (!(transitUs >= 0 && transitUs <= TRANSIT_US_MAX)) return;
    this.#samplesUs.push(transitUs);
    if (this.#samplesUs.length > SAMPLES_MAX) this.#samplesUs.shift();
    const sorted = [...this.#samplesUs].sort((a, b) => a - b);
    this.transitUs = sorted[sorted.length >> 1] ?? 0;
  }
}

function nowUs(): number {
  return Number(process.hrtime.bigint()) / 1_000;
}

const QUESTION = -1;
/** As long as a small frame, so that it takes as long. */
const PROBE_OCTETS = 300;
const ASK_EVERY_MS = 1_000;
const SAMPLES_MAX = 9;
const TRANSIT_US_MAX = 1_000;
