/**
 * Frames from link to link against bare datagrams as long, over loopback between two processes.
 * Both links have agreed keys by handshake and use their real terminals; above them is no bundle
 * agent. A frame counts once the far link has let it in.
 *
 * Between the two stands what no link can pass on one thread: a datagram that is sealed and opened
 * by the bare calls of the platform, and nothing more.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { openUdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { briefOctets } from '#protocol/bytes/slab.ts';
import { FarEndProcess } from './far-end-process.ts';
import type { Figure } from './figures.ts';
import { AAD_OCTETS } from './frame-pair.ts';
import { LinkEnd } from './link-end.ts';
import { sealNative, setCounter } from './raw-aead.ts';
import { alternate, type Entrant, median, medianRatio } from './rounds.ts';
import { BenchNode, issueCredentials } from './two-nodes.ts';

/** Two sizes of datagram. */
export async function datagramFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const octets of [1_200, 8_192]) {
    const entrants = [
      await rawEntrant(octets),
      await sealedEntrant(octets),
      await linkEntrant(octets),
    ];
    const rates = await alternate(
      ROUNDS,
      entrants.map(({ run }) => run),
    );
    for (const { end } of entrants) end();
    const [raw, sealed, link] = rates as [number[], number[], number[]];
    figures.push(
      {
        what: `raw datagrams, ${octets.toLocaleString('en')} octets`,
        measured: median(raw),
        unit: 'datagrams/s',
      },
      { what: '  the same, each sealed and opened', measured: median(sealed), unit: 'datagrams/s' },
      { what: '  of raw', measured: 100 * medianRatio(sealed, raw), unit: '%' },
      { what: '  frames, link to link', measured: median(link), unit: 'frames/s' },
      { what: '  of sealed datagrams', measured: 100 * medianRatio(link, sealed), unit: '%' },
      { what: '  of raw', measured: 100 * medianRatio(link, raw), unit: '%', goalMin: 50 },
    );
  }
  return figures;
}

/** Two processes and what lies between them, to be measured. */
export interface Wire {
  readonly run: Entrant;
  end(): void;
}

/** Bare datagrams, as many as arrive. */
export async function rawEntrant(octets: number): Promise<Wire> {
  const far = new FarEndProcess();
  const socket = await connected(await far.port({ kind: 'raw' }));
  const datagram = new Uint8Array(octets);
  return wire(far, () => socket.send(datagram));
}

async function sealedEntrant(octets: number): Promise<Wire> {
  const far = new FarEndProcess();
  const key = new Uint8Array(32).fill(7);
  const socket = await connected(await far.port({ kind: 'raw', key: toHex(key) }));
  const keyObject: KeyObject = createSecretKey(key);
  const aad = new Uint8Array(AAD_OCTETS);
  const plaintext = new Uint8Array(octets - 12 - 16);
  const iv = new Uint8Array(12);
  let counter = 0;
  return wire(far, () => {
    setCounter(iv, ++counter);
    const { ciphertext, tag } = sealNative(keyObject, iv, aad, plaintext);
    const datagram = briefOctets(octets);
    datagram.set(iv);
    datagram.set(ciphertext, iv.length);
    datagram.set(tag, iv.length + ciphertext.length);
    socket.send(datagram);
  });
}

async function linkEntrant(octets: number): Promise<Wire> {
  const far = new FarEndProcess();
  const [own, theirs] = issueCredentials();
  const terminal = await openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
  const peer = { host: '127.0.0.1', port: await far.port({ kind: 'bind' }) };
  const near = terminal.addresses[0]!;
  far.tell({ kind: 'link', credentials: encodeCredentials(theirs), near, frameOctetsMax: octets });
  const node = new BenchNode(0, own, nativeProvider);
  const end = new LinkEnd(node, octets, terminal, peer);
  await end.secured;
  const bundle = new Uint8Array(octets - FRAME_OVERHEAD_OCTETS);
  return wire(far, () => end.send(bundle));
}

/** In bursts, so that the event loop has its turn: a send completes at once. */
function wire(far: FarEndProcess, send: () => void): Wire {
  const run = async (): Promise<number> => {
    let running = true;
    const burst = (): void => {
      for (let index = 0; index < BURST; index++) send();
      if (running) setImmediate(burst);
    };
    burst();
    const rate = await far.rate(ROUND_MS);
    running = false;
    await far.count();
    return rate;
  };
  return { run, end: () => far.end() };
}

async function connected(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

const ROUNDS = 9;
/** How long one turn of an entrant is measured. */
export const ROUND_MS = 300;
const BURST = 32;
/** Primary header, security header, TFDF header, packet header of a long packet, MAC, FECF. */
const FRAME_OVERHEAD_OCTETS = 7 + 3 + 14 + 1 + 4 + 16 + 2;
