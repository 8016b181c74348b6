/**
 * Two nodes in processes of their own, on real sockets, and a flood of HELLOs at one of them while
 * it meets the other, agrees keys, replaces them and carries bundles.
 *
 *   neighbour ⇄ door ⇄ relay ⇄ door ⇄ victim ◀── flood in the name of a stranger
 *                                └── flood in the name of the neighbour, from its very address
 *
 * Source: link-security §12, §20 (A15, A16).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { floodOf } from './flood-frames.ts';
import { floodedConfigs, TIMES_MS } from './flooded-nodes.ts';

/** Who floods. */
export interface Flooder {
  /** From which address: another one, or that of the neighbour. */
  readonly from: 'stranger' | 'neighbour';
  /** With the admission key of the constellation, and so with a good mac1. */
  readonly admitted: boolean;
}

/** What became of the victim. */
export interface FloodOutcome {
  /** HELLOs sent in a second. */
  readonly sentPerS: number;
  /** Of one core, that the victim took while it was flooded; NaN where unknown. */
  readonly cpuShare: number;
  /** Of them, those that the victim has counted as refused. */
  readonly refused: number;
  /** From the start of the contact until both ends had a link. */
  readonly handshakeMs: number;
  /** Of both nodes. */
  readonly bundlesSent: number;
  readonly bundlesReceived: number;
  /** Successions of the session, while the flood went on. */
  readonly rekeys: number;
  /** How often a link went down before the flood was over. */
  readonly downs: number;
  /** Resident memory of the victim: before the flood, and at most; undefined where unknown. */
  readonly memoryMiB: { readonly before: number; readonly peak: number } | undefined;
}

/**
 * Floods a node from `TIMES_MS.floodBegins` to `floodEnds`; `program` is the built `dist/node.js`.
 * Traffic stays on this machine's loopback.
 */
export async function flood(
  flooder: Flooder,
  ratePerS: number,
  program: string,
): Promise<FloodOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-flood-'));
  const doors = [await openSocket(), await openSocket()] as const;
  const stranger = await openSocket();
  const ports = [await freePort(), await freePort()] as const;
  relay(doors, ports);
  const startedAt = Date.now();
  const { configs, credentials } = floodedConfigs(startedAt, ports, doors.map(portOf));
  const nodes = configs.map((config) => new NodeProcess(program, folder, config));
  const [victim] = nodes as [NodeProcess, NodeProcess];
  try {
    const until = (ms: number) => pause(startedAt + ms - Date.now());
    await until(TIMES_MS.floodBegins);
    const before = victim.memoryMiB('VmRSS');
    const socket = flooder.from === 'stranger' ? stranger : doors[0];
    const key = flooder.admitted ? credentials.admissionKeys[0]?.key : undefined;
    const lastsMs = TIMES_MS.floodEnds - TIMES_MS.floodBegins;
    const cpuBefore = victim.cpuMs();
    const sent = await pour(socket, ports[0], floodOf(key), ratePerS, lastsMs);
    const cpuMs = (victim.cpuMs() ?? Number.NaN) - (cpuBefore ?? Number.NaN);
    await until(TIMES_MS.end);
    const peak = victim.memoryMiB('VmHWM');
    const [atVictim, atNeighbour] = await Promise.all(nodes.map((node) => node.end()));
    return {
      sentPerS: (sent * 1_000) / lastsMs,
      cpuShare: cpuMs / lastsMs,
      ...outcomeOf([atVictim as Account, atNeighbour as Account]),
      memoryMiB: before === undefined || peak === undefined ? undefined : { before, peak },
    };
  } finally {
    for (const node of nodes) node.kill();
    for (const each of [...doors, stranger]) each.close();
    rmSync(folder, { recursive: true });
  }
}

/** What a node has told: its notices, and the snapshot with which it ended. */
interface Account {
  readonly notices: readonly { readonly kind: string; readonly at: number }[];
  readonly final: {
    readonly services: Record<string, Record<string, number>>;
    readonly links: readonly { readonly rekeys: number }[];
    readonly frames: { readonly faults: Record<string, number> };
    readonly datagramFaults: Record<string, number>;
  };
}

function outcomeOf(accounts: readonly [Account, Account]) {
  const sumOf = (count: (account: Account) => number) =>
    accounts.reduce((sum, account) => sum + count(account), 0);
  const serviceCount = (name: string) => (account: Account) =>
    Object.values(account.final.services).reduce((sum, each) => sum + (each[name] ?? 0), 0);
  const securedAt = accounts.map(
    ({ notices }) => notices.find(({ kind }) => kind === 'link-secured')?.at ?? Number.NaN,
  );
  const { frames, datagramFaults, links } = accounts[0].final;
  const faults = { ...frames.faults, ...datagramFaults };
  const endsAt = TIMES_MS.floodEnds * 1_000;
  return {
    refused: REFUSALS.reduce((sum, name) => sum + (faults[name] ?? 0), 0),
    handshakeMs: Math.max(...securedAt) / 1_000 - TIMES_MS.contactBegins,
    bundlesSent: sumOf(serviceCount('sent')),
    bundlesReceived: sumOf(serviceCount('received')),
    rekeys: links[0]?.rekeys ?? 0,
    downs: sumOf(
      ({ notices }) => notices.filter(({ kind, at }) => kind === 'link-down' && at < endsAt).length,
    ),
  };
}

class NodeProcess {
  readonly #child: ChildProcess;
  #told = '';

  constructor(program: string, folder: string, config: { readonly name: string }) {
    const file = join(folder, `${config.name}.json`);
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    this.#child = spawn(process.execPath, [program, file, '--json'], { stdio: [...stdio] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#told += text;
    });
  }

  /** A line of the process's status, where the platform has it. */
  memoryMiB(line: 'VmRSS' | 'VmHWM'): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_024;
  }

  /** Processor time so far, where the platform tells it. */
  cpuMs(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // After the name in parentheses come the fields from the third on; these are 14 and 15.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) * MS_PER_CLOCK_TICK;
  }

  async end(): Promise<Account> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGINT');
    await closed;
    const lines = this.#told.trim().split('\n');
    const notices = lines.map((line) => JSON.parse(line));
    return { notices, final: notices.at(-1).snapshot };
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }
}

/** Each node sees the other at a door of its own. */
function relay(
  [toVictim, toNeighbour]: readonly [Socket, Socket],
  ports: readonly [number, number],
) {
  toVictim.on('message', (octets) => toNeighbour.send(octets, ports[1], HOST));
  toNeighbour.on('message', (octets) => toVictim.send(octets, ports[0], HOST));
}

/** Sends one frame after another, in small bursts; how many there were. */
async function pour(
  socket: Socket,
  port: number,
  frames: readonly Uint8Array[],
  ratePerS: number,
  lastsMs: number,
): Promise<number> {
  const beganAt = performance.now();
  let sent = 0;
  for (;;) {
    const elapsedMs = performance.now() - beganAt;
    if (elapsedMs >= lastsMs) return sent;
    const due = Math.min(Math.floor((elapsedMs * ratePerS) / 1_000), sent + BURST_MAX);
    for (; sent < due; sent++) socket.send(frames[sent % frames.length]!, port, HOST);
    await pause(1);
  }
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  socket.setRecvBufferSize(BUFFER_OCTETS);
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await openSocket();
  const port = portOf(socket);
  socket.close();
  await once(socket, 'close');
  return port;
}

function portOf(socket: Socket): number {
  return socket.address().port;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Linux counts processor time in hundredths of a second. */
const MS_PER_CLOCK_TICK = 10;
const HOST = '127.0.0.1';
const BURST_MAX = 200;
const BUFFER_OCTETS = 2 ** 21;
/** How a HELLO of the flood may end at the victim. */
const REFUSALS = ['session.mac1', 'session.cookie', 'session.budget', 'channel.source-address'];
