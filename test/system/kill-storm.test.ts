/**
 * Two nodes as `orbweaver node` runs them, with stores on disk and their vaults beside, killed
 * without warning and started again: each is asked what it told in all of its lives. What services
 * and disks say from outside of the nodes is in storm.test.ts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { NodeConfig } from '#node/config.ts';
import type { Notice } from '#node/notice.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import { sampleConfigs } from '../simulation/sample-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbweaver-storm-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('loses nothing that a node has, and delivers nothing twice, however often nodes die', async () => {
  const flights = (await configs()).map((config) => new Flight(config));
  for (const flight of flights) flight.start();
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(KILL_EVERY_MS);
    await flights[kill % 2]!.kill();
    flights[kill % 2]!.start();
  }
  await expect.poll(() => flights.every(({ idle }) => idle), SETTLES).toBe(true);
  for (const flight of flights) await flight.land();

  const delivered = flights.flatMap((flight) => flight.idsOf('bundle-delivered'));
  expect(delivered.length).toBeGreaterThan(20);
  expect(new Set(delivered).size).toBe(delivered.length);
  for (const [index, flight] of flights.entries()) {
    const far = flights[1 - index]!;
    const arrived = new Set(far.idsOf('bundle-accepted'));
    // What a node has accepted it delivers or sends on, in whichever of its lives.
    const kept = flight.idsOf('bundle-accepted').filter((id) => !flight.gone.has(id));
    expect(kept.filter((id) => !flight.doubtful.has(id))).toEqual([]);
    // What has arrived is delivered, but for what was on record as delivered when the node died.
    const wanted = flight.idsOf('bundle-forwarded').filter((id) => arrived.has(id));
    const missing = wanted.filter((id) => !far.gone.has(id) && !far.doubtful.has(id));
    expect(missing).toEqual([]);
    expect(flight.restored).toBeGreaterThan(0);
    const { accepted, deleted, ...fates } = flight.snapshot!.ledger;
    const lost = Object.values(deleted).reduce((sum, count) => sum + count, 0);
    expect(Object.values(fates).reduce((sum, count) => sum + count, lost)).toBe(accepted);
    expect(fates.stored).toBe(0);
  }
});

/** One node over all of its lives. */
class Flight {
  readonly #file: string;
  #child: ChildProcess | undefined;
  #text = '';
  readonly #notices: Notice[] = [];
  /** Accepted in the last moments before the node was killed: on record, perhaps not yet acted on. */
  readonly doubtful = new Set<string>();
  restored = 0;
  snapshot: SatelliteSnapshot | undefined;

  constructor(config: NodeConfig) {
    this.#file = join(folder, `${config.node}.json`);
    writeFileSync(this.#file, JSON.stringify(config));
  }

  start(): void {
    const args = ['dist/node.js', this.#file, '--json'];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#text = '';
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
    for (const notice of this.#notices.slice(-LAST_NOTICES)) {
      if (notice.kind === 'bundle-accepted') this.doubtful.add(notice.id);
    }
  }

  async land(): Promise<void> {
    await this.#end('SIGTERM');
    expect(this.snapshot).toBeDefined();
  }

  /** Whether the traffic is over and nothing waits. */
  get idle(): boolean {
    const accepted = this.idsOf('bundle-accepted');
    const { gone } = this;
    const last = this.#notices.findLast(({ kind }) => kind === 'bundle-accepted');
    const quiet = last !== undefined && last.at >= TRAFFIC_ENDS_US - 200_000;
    return quiet && accepted.every((id) => gone.has(id) || this.doubtful.has(id));
  }

  /** What was sent on, or delivered to a service or, as a status report, to the node itself. */
  get gone(): Set<string> {
    const kinds = ['bundle-delivered', 'bundle-forwarded', 'status-report'] as const;
    return new Set(kinds.flatMap((kind) => this.idsOf(kind)));
  }

  idsOf(
    kind: 'bundle-accepted' | 'bundle-delivered' | 'bundle-forwarded' | 'status-report',
  ): string[] {
    return this.#notices.flatMap((notice) => (notice.kind === kind ? [notice.id] : []));
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child!;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
  }

  #hear(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop()!;
    for (const line of lines) {
      const said = JSON.parse(line);
      if (said.kind === 'final') this.snapshot = said.snapshot;
      else this.#notices.push(said);
      if (said.kind === 'store-restored') this.restored += said.bundles + said.seen;
    }
  }
}

/** Both nodes, with stores, on ports that were free a moment ago. */
async function configs(): Promise<NodeConfig[]> {
  const sockets = [0, 1, 2, 3].map(() => createSocket('udp4').bind(0, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  const epochUnixMs = Date.now();
  return sampleConfigs(ports).map((config) => ({
    ...config,
    epochUnixMs,
    store: { octetsMax: 1_000_000, directory: `${config.node}.store` },
    services: {
      ...config.services,
      pings: [],
      sources: config.services.sources.map((source) => ({ ...source, endsAt: TRAFFIC_ENDS_US })),
    },
  }));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const KILLS = 4;
const KILL_EVERY_MS = 2_000;
const TRAFFIC_ENDS_US = 9_000_000;
const LAST_NOTICES = 6;
const SETTLES = { interval: 100 };
