/** Nodes that are reached by LTP over UDP, on loopback: each other, and a peer made by hand. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Subscription } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import { type NodeConfig, parseNodeConfig } from '#node/config.ts';
import type { LtpNeighbour } from '#node/ltp-config.ts';
import type { Notice } from '#node/notice.ts';
import type { Satellite } from '#node/satellite.ts';
import { encodeBundle } from '#protocol/bundle/bundle.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import { sampleConfig } from '../simulation/sample-config.ts';

const HOST = '127.0.0.1';
let lives = new Subscription();
afterEach(() => {
  lives.unsubscribe();
  lives = new Subscription();
});

describe('two nodes that meet by LTP over UDP', () => {
  it('exchange bundles of several segments, and each forgets what the other has stored', async () => {
    const [one, two] = [await terminals(), await terminals()];
    const a = launch(101, one, { node: 102, address: two.addresses[0]! });
    const b = launch(102, two, { node: 101, address: one.addresses[0]! });
    for (const [from, to] of [
      [a, 102],
      [b, 101],
    ] as const) {
      for (let n = 0; n < 10; n++) send(from, to, new Uint8Array(500 + 700 * n).fill(n));
    }
    const all = ({ satellite }: Flying) => satellite.snapshot().services[9]?.received;
    await expect.poll(() => [all(a), all(b)]).toEqual([10, 10]);
    await expect.poll(() => a.satellite.snapshot().ledger.stored).toBe(0);
    expect(a.satellite.snapshot().ledger.forwarded).toBe(10);
    expect(a.kinds()).toContain('link-open');
    expect(a.satellite.snapshot().links).toMatchObject([{ neighbour: 102, keying: 'none' }]);
  });
});

describe('a peer made by hand', () => {
  it('takes a bundle as RFC 5326 lays it out, and the node keeps it until it has', async () => {
    const peer = await Peer.open();
    const own = await terminals();
    const node = launch(
      101,
      own,
      { node: 7, engine: 70, address: peer.address },
      { engine: 1_000 },
    );
    send(node, 7, Uint8Array.of(0xca, 0xfe));
    const segment = toHex(await peer.next());
    // Red, end of block; engine 1000; no extensions; service 1; offset 0; no report answered.
    const form = `^038768(?<session>${SDNV})000100(?<length>..)(?<serial>${SDNV})00(?<data>.*)$`;
    const { session, length, serial, data } = fieldsOf(segment, form);
    expect(data).toHaveLength(2 * fromHex(length!)[0]!);
    expect(data).toMatch(/^9f89.*cafe.*ff$/);
    expect(node.satellite.snapshot().ledger.stored).toBe(1);
    peer.send(own, `08 8768 ${session} 00 05 ${serial} ${length} 00 01 00 ${length}`);
    await expect.poll(() => node.satellite.snapshot().ledger.forwarded).toBe(1);
    const acknowledgment = await peer.next();
    expect(toHex(acknowledgment)).toBe(`098768${session}0005`);
    peer.close();
  });

  it('has a bundle delivered that it sends in two segments, the second first', async () => {
    const peer = await Peer.open();
    const own = await terminals();
    const node = launch(101, own, { node: 7, engine: 70, address: peer.address });
    const bundle = toHex(foreignBundle());
    const length = bundle.length / 2;
    peer.send(own, `03 46 2a 00 01 ${hex(20)} ${hex(length - 20)} 03 00 ${bundle.slice(40)}`);
    // What has come of octets 0 to the end, in answer to checkpoint 3: all but the first twenty.
    const early = toHex(await peer.next());
    const form = `^08462a00(?<serial>${SDNV})03${hex(length)}0001${hex(20)}${hex(length - 20)}$`;
    const { serial } = fieldsOf(early, form);
    peer.send(own, `09 46 2a 00 ${serial}`);
    peer.send(own, `01 46 2a 00 01 00 ${hex(20)} 04 ${serial} ${bundle.slice(0, 40)}`);
    await expect.poll(() => node.satellite.snapshot().services[9]).toMatchObject({ received: 1 });
    const late = toHex(await peer.next());
    expect(late).toMatch(new RegExp(`${hex(length)}000100${hex(length)}$`));
    peer.close();
  });

  it('is not heard from another address', async () => {
    const [peer, stranger] = [await Peer.open(), await Peer.open()];
    const own = await terminals();
    launch(101, own, { node: 7, engine: 70, address: peer.address });
    stranger.send(own, '03 46 2a 00 01 00 01 03 00 00');
    await expect.poll(() => own.faults.snapshot()).toEqual({ 'channel.source-address': 1 });
    peer.close();
    stranger.close();
  });
});

interface Flying {
  readonly satellite: Satellite;
  kinds(): string[];
}

async function terminals(): Promise<UdpDatagrams> {
  const datagrams = await openUdpDatagrams({ bind: [{ host: HOST, port: 0 }] });
  lives.add(() => datagrams.close());
  return datagrams;
}

/** A node whose only neighbour is reached by LTP, in a contact that has begun. */
function launch(
  node: number,
  datagrams: UdpDatagrams,
  neighbour: LtpNeighbour,
  { engine }: { readonly engine?: number } = {},
): Flying {
  const contact = { startsAt: 0, endsAt: 3_600_000_000, rateBps: 1e8 };
  const ends = { fromTerminal: 0, toTerminal: 0 };
  const [low, high] = [node, neighbour.node].sort((a, b) => a - b) as [number, number];
  const { bundles: _, ...sample } = sampleConfig();
  const json = {
    ...sample,
    node,
    terminals: 1,
    bind: datagrams.addresses,
    directory: [],
    ltp: { ...(engine === undefined ? {} : { engine }), neighbours: [neighbour] },
    plan: {
      contacts: [{ from: node, to: neighbour.node, ...contact, ...ends }],
      ranges: [{ a: low, b: high, startsAt: 0, endsAt: contact.endsAt, owltUs: 1_000 }],
    },
    services: { echo: false, sink: true, sources: [] },
  };
  const config: NodeConfig = parseNodeConfig(JSON.parse(JSON.stringify(json)));
  const satellite = createSatellite(config, {
    clock: new SystemClock(process.hrtime.bigint()),
    datagrams,
    vault: new MemoryVault(),
    records: new Map(),
    store: new MemoryStore(config.store.octetsMax),
    random: new OsRandom(),
    crypto: withKem(nativeProvider),
  });
  const notices: Notice[] = [];
  satellite.notices$.subscribe((notice) => notices.push(notice));
  lives.add(satellite.start());
  return { satellite, kinds: () => notices.map(({ kind }) => kind) };
}

function send({ satellite }: Flying, to: number, adu: Uint8Array): void {
  satellite.send({
    adu,
    destination: ipnEid(to, 9),
    sourceService: 1_000,
    lifetimeMs: 60_000,
    trafficClass: 1,
  });
}

/** From node 7 to the sink of node 101. */
function foreignBundle(): Uint8Array {
  const primary = {
    flags: 4,
    crcType: 1,
    destination: ipnEid(101, 9),
    source: ipnEid(7, 3),
    reportTo: NULL_EID,
    creationTimeMs: 813_315_200_000,
    sequence: 1,
    lifetimeMs: 86_400_000_000,
    fragment: undefined,
    octets: undefined,
  } as const;
  const data = new Uint8Array(40).fill(0x55);
  const payload = { type: 1, number: 1, flags: 0, crcType: 0, data, octets: undefined } as const;
  return encodeBundle({ primary, blocks: [payload] });
}

/** A socket that knows no LTP but what a test writes out. */
class Peer {
  readonly #socket: Socket;
  readonly #received: Uint8Array[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (octets) => this.#received.push(new Uint8Array(octets)));
  }

  static async open(): Promise<Peer> {
    const socket = createSocket('udp4').bind(0, HOST);
    await once(socket, 'listening');
    return new Peer(socket);
  }

  get address() {
    return { host: HOST, port: this.#socket.address().port };
  }

  send(to: UdpDatagrams, digits: string): void {
    this.#socket.send(fromHex(digits.replaceAll(' ', '')), to.addresses[0]!.port, HOST);
  }

  /** The next datagram that came. */
  async next(): Promise<Uint8Array> {
    await expect.poll(() => this.#received.length).toBeGreaterThan(0);
    return this.#received.shift()!;
  }

  close(): void {
    this.#socket.close();
  }
}

/** The parts of a segment that a form names. */
function fieldsOf(segment: string, form: string): Record<string, string> {
  const found = new RegExp(form).exec(segment);
  expect(found, segment).not.toBeNull();
  return found!.groups!;
}

/** Any number: all its octets but the last have their first bit. */
const SDNV = '(?:[89a-f].)*[0-7].';

/** A number of one SDNV octet. */
function hex(number: number): string {
  expect(number).toBeLessThan(128);
  return toHex(Uint8Array.of(number));
}
