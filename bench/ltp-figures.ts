/**
 * LTP over UDP against bare datagrams as long as its segments, over loopback between two processes.
 * What counts of LTP are the octets of blocks that came whole and were kept; of datagrams all of
 * theirs. So many blocks are on their way at once as the far socket has room for.
 */
import { openUdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { ROUND_MS, rawEntrant, type Wire } from './datagram-figures.ts';
import { FarEndProcess } from './far-end-process.ts';
import type { Figure } from './figures.ts';
import { LtpEnd } from './ltp-end.ts';
import { alternate, median, medianRatio } from './rounds.ts';

/** Two sizes of segment. */
export async function ltpFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const segmentOctets of SEGMENTS_OCTETS) {
    const entrants = [await rawEntrant(segmentOctets), await ltpEntrant(segmentOctets)];
    const rates = await alternate(
      ROUNDS,
      entrants.map(({ run }) => run),
    );
    for (const { end } of entrants) end();
    const raw = rates[0]!.map((datagrams) => (datagrams * segmentOctets) / 1e6);
    const ltp = rates[1]!.map((octets) => octets / 1e6);
    const size = segmentOctets.toLocaleString('en');
    figures.push(
      { what: `raw datagrams of ${size} octets`, measured: median(raw), unit: 'MB/s' },
      { what: '  red blocks of 64 KiB in such segments', measured: median(ltp), unit: 'MB/s' },
      { what: '  of raw', measured: 100 * medianRatio(ltp, raw), unit: '%' },
    );
  }
  return figures;
}

/** Sends while it is asked to run, and counts octets. */
async function ltpEntrant(segmentOctets: number): Promise<Wire> {
  const far = new FarEndProcess();
  const terminal = await openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
  const peer = { host: '127.0.0.1', port: await far.port({ kind: 'bind' }) };
  far.tell({ kind: 'ltp', near: terminal.addresses[0]!, segmentOctets });
  const block = new Uint8Array(BLOCK_OCTETS).fill(1);
  let running = false;
  let underWay = 0;
  const near = new LtpEnd(1, segmentOctets, terminal, peer, () => underWay--);
  // In turns of the event loop, for an answer comes while another block is being sent.
  const fill = (): void => {
    for (; running && underWay < BLOCKS_MAX; underWay++) near.send(block);
    near.tick();
    if (running) setImmediate(fill);
  };
  const run = async (): Promise<number> => {
    running = true;
    fill();
    const rate = await far.rate(ROUND_MS);
    running = false;
    await far.count();
    return rate;
  };
  return { run, end: () => far.end() };
}

const SEGMENTS_OCTETS = [1_400, 8_192];
const ROUNDS = 9;
const BLOCK_OCTETS = 65_536;
const BLOCKS_MAX = 48;
