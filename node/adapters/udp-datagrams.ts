/**
 * Optical terminals as UDP sockets (RFC 768): one socket each, so that each has an address of its
 * own. The sockets stay unconnected: steering is then a matter of one assignment, and what comes
 * from elsewhere can be counted.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP, SocketAddress } from 'node:net';
import { Subject } from 'rxjs';
import { Fault, FaultCounter } from '#protocol/fault.ts';
import { ConfigError } from '../config-error.ts';
import type { Datagram, Datagrams, TerminalAddress } from '../ports.ts';

/** Opens one socket for each address of `bind`; port 0 lets the operating system choose. */
export async function openUdpDatagrams(options: {
  readonly bind: readonly TerminalAddress[];
}): Promise<UdpDatagrams> {
  const sockets: Socket[] = [];
  try {
    for (const address of options.bind) sockets.push(await bound(address));
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
  return new UdpDatagrams(sockets);
}

/** The terminals of one node. Made by `openUdpDatagrams`; ends with `close`. */
export class UdpDatagrams implements Datagrams {
  /** The largest payload of UDP over IPv4: 65535 less both headers. */
  readonly sizeMax = 65_507;
  /** Where each terminal listens. */
  readonly addresses: readonly TerminalAddress[];
  /** Datagrams lost here or turned away, by fault. */
  readonly faults = new FaultCounter();
  readonly #sockets: readonly Socket[];
  /** Where each terminal points; one entry a socket. */
  readonly #pointed: (TerminalAddress | undefined)[];
  readonly #received = new Subject<Datagram>();

  readonly received$ = this.#received.asObservable();

  constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    this.#pointed = sockets.map(() => undefined);
    this.addresses = sockets.map((socket) => {
      const { address, port } = socket.address();
      return { host: address, port };
    });
    sockets.forEach((socket, terminal) => {
      socket.on('message', (buffer, from) => this.#receive(terminal, buffer, from));
      socket.on('error', (error: NodeJS.ErrnoException) => this.#count(error));
    });
  }

  point(terminal: number, at: TerminalAddress | undefined): void {
    this.#pointed[terminal] = at === undefined ? undefined : canonical(at);
  }

  send({ terminal, octets }: Datagram): void {
    const socket = this.#sockets[terminal];
    const at = this.#pointed[terminal];
    if (socket === undefined || at === undefined) {
      this.faults.add(POINTS_NOWHERE);
    } else if (octets.length > this.sizeMax) {
      this.faults.add(TOO_LARGE);
    } else if (socket.getSendQueueSize() + octets.length > SEND_QUEUE_OCTETS_MAX) {
      this.faults.add(NO_BUFFERS);
    } else {
      socket.send(octets, at.port, at.host, this.#onSent);
    }
  }

  /** Closes the sockets and completes `received$`. What is sent afterwards points nowhere. */
  close(): void {
    this.#pointed.fill(undefined);
    for (const socket of this.#sockets) socket.close();
    this.#received.complete();
  }

  #receive(terminal: number, buffer: Buffer, from: RemoteInfo): void {
    const at = this.#pointed[terminal];
    if (at === undefined || from.port !== at.port || from.address !== at.host) {
      this.faults.add(SOURCE_ADDRESS);
      return;
    }
    // A plain array, because the slice of a Buffer is no copy.
    const octets = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    this.#received.next({ terminal, octets });
  }

  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.#count(error);
  };

  #count(error: NodeJS.ErrnoException): void {
    this.faults.add(FAULT_BY_ERRNO[error.code ?? ''] ?? SEND_FAILED);
  }
}

/** A socket listening at `address`, with room for bursts. */
async function bound(address: TerminalAddress): Promise<Socket> {
  const { host, port } = address;
  const family = isIP(host);
  if (family === 0) {
    throw new ConfigError(`${host} is not an address to bind to`, {
      expected: 'an IPv4 or IPv6 address such as 127.0.0.1',
      remedy: 'Write the address in numbers',
    });
  }
  const socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    // Addresses are in numbers: nothing to look up, and no turn of the event loop to wait.
    lookup: (name, _options, callback) => callback(null, name, isIP(name)),
  });
  try {
    // Asked before the binding, which may be done within the call.
    const listening = once(socket, 'listening');
    socket.bind(port, host);
    await listening;
  } catch (error) {
    socket.close();
    throw refusal(address, error as NodeJS.ErrnoException);
  }
  enlarge(socket);
  return socket;
}

/** Asks for large buffers, so that a burst outlives a pause of the process. */
function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_OCTETS);
    socket.setSendBufferSize(SOCKET_BUFFER_OCTETS);
  } catch {
    // Systems with a lower limit may refuse; the socket then keeps its default.
  }
}

function refusal({ host, port }: TerminalAddress, error: NodeJS.ErrnoException): Error {
  const remedy = REMEDY_BY_ERRNO[error.code ?? ''];
  if (remedy === undefined) return error;
  return new ConfigError(`cannot bind UDP port ${port} of ${host} (${error.code})`, { remedy });
}

/** The address as `rinfo` writes it, so that both compare as text. IPv4 has one way only. */
function canonical({ host, port }: TerminalAddress): TerminalAddress {
  if (isIP(host) !== 6) return { host, port };
  return { host: new SocketAddress({ address: host, family: 'ipv6' }).address, port };
}

/** The terminal points at no one. */
const POINTS_NOWHERE = new Fault('channel', 'points-nowhere', 'node/ports.ts Datagrams.send');
/** It came from an address other than the one the terminal points at. */
const SOURCE_ADDRESS = new Fault('channel', 'source-address', 'node/ports.ts Datagrams.point');
/** More octets than a datagram holds. */
const TOO_LARGE = new Fault('channel', 'too-large', 'RFC 768');
/** The operating system, or the queue in front of it, has no room. */
const NO_BUFFERS = new Fault('channel', 'no-buffers', 'POSIX.1-2017 sendto');
/** The far host says that nobody listens there. */
const REFUSED = new Fault('channel', 'refused', 'RFC 1122 4.1.3.3');
const SEND_FAILED = new Fault('channel', 'send-failed', 'POSIX.1-2017 sendto');

const FAULT_BY_ERRNO: Readonly<Record<string, Fault>> = {
  EMSGSIZE: TOO_LARGE,
  ENOBUFS: NO_BUFFERS,
  ECONNREFUSED: REFUSED,
};

const REMEDY_BY_ERRNO: Readonly<Record<string, string>> = {
  EADDRINUSE: 'End the program that uses the port, choose another, or write 0 for any free port',
  EACCES: 'Choose a port above 1023, or write 0 for any free port',
  EADDRNOTAVAIL: 'Choose an address of this machine, such as 127.0.0.1',
};

const SOCKET_BUFFER_OCTETS = 4 * 1024 * 1024;
/** Octets that may wait in the process for one socket. */
const SEND_QUEUE_OCTETS_MAX = 1024 * 1024;
