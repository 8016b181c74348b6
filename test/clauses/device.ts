/**
 * The device under test of the conformance clauses: a node with status reports off, between a
 * neighbour that sends to it (100) and one that takes what it sends on (300). Behind the latter are
 * the nodes 200, unless it is the device itself, and 900, which is told of bundles. Its clock shows
 * 100 ms after the creation of the vectors' bundles.
 */
import { expect } from 'vitest';
import type { AgentOptions, SendRequest } from '#protocol/agent/agent.ts';
import { type Bundle, decodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import type { CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { DTN_EPOCH_UNIX_MS } from '#protocol/bundle/dtn-time.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { BUNDLE_FLAG } from '#protocol/bundle/primary-block.ts';
import { decodeStatusReport, type StatusReport } from '#protocol/bundle/status-report.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { Node, planOf } from '../protocol/agent/mesh.ts';
import { bundleVectors, statusReportVectors } from '../protocol/bundle/vectors.ts';
import { framed, ipn, MADE_AT_MS, payload, primary } from './raw-bundle.ts';

/** What a test looks at: octets that went in and came out, in hexadecimal. */
export class Device {
  readonly node: Node;
  readonly number: number;
  #nowUs = 0;

  /** The sink is service 1 of node 200. */
  constructor(number: 150 | 200 = 200, options: Partial<AgentOptions> = {}) {
    this.number = number;
    const behind = number === 200 ? [] : [[300, 200, 0, 1_000] as const];
    const plan = planOf(
      [100, number, 0, 1_000],
      [number, 300, 0, 1_000],
      [300, 900, 0, 1_000],
      ...behind.map(([a, b, from, to]): [number, number, number, number] => [a, b, from, to]),
    );
    const epochUnixMs = DTN_EPOCH_UNIX_MS + MADE_AT_MS + 100;
    this.node = new Node(number, plan, { epochUnixMs, ...options });
    for (const neighbour of [100, 300]) this.open(neighbour);
    if (number === 200) this.node.agent.register(0, 1);
  }

  /** Gives the device a bundle from the neighbour that sends to it. */
  inject(...bundles: readonly string[]): this {
    for (const hex of bundles) {
      this.node.agent.receive(this.#nowUs, fromHex(hex), 100);
      this.node.drain(this.#nowUs);
    }
    return this;
  }

  /** Has an application of the device send. */
  send(more: Partial<SendRequest> = {}): this {
    this.node.agent.originate(this.#nowUs, {
      adu: Uint8Array.of(1, 2, 3),
      destination: ipnEid(900, 1),
      sourceService: 1,
      lifetimeMs: 600_000,
      trafficClass: 1,
      ...more,
    });
    this.node.drain(this.#nowUs);
    return this;
  }

  open(neighbour: number): this {
    this.node.up(this.#nowUs, neighbour);
    return this;
  }

  close(neighbour: number): this {
    this.node.down(this.#nowUs, neighbour);
    return this;
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.#nowUs += ms * 1_000;
    this.node.runUntil(this.#nowUs);
    this.node.agent.tick(this.#nowUs);
    this.node.drain(this.#nowUs);
    return this;
  }

  /** Everything that left, as octets. */
  get left(): string[] {
    return this.node.all('forward').map(({ octets }) => toHex(octets));
  }

  /** What left of data. */
  get data(): Bundle[] {
    return this.left.map(read).filter((bundle) => !this.#isRecord(bundle));
  }

  /** The administrative records that the device made. */
  get records(): Bundle[] {
    return this.left.map(read).filter((bundle) => this.#isRecord(bundle));
  }

  get reports(): StatusReport[] {
    return this.records.map(reportIn);
  }

  /** What each report asserts, and why: `received 0`, `deleted 8`. */
  get said(): string[] {
    return this.reports.map(saidBy);
  }

  /** Payloads that the sink was given. */
  get delivered(): string[] {
    return this.node.all('deliver').map(({ adu }) => toHex(adu));
  }

  /** Codes of the octets that were no bundle, or that contradicted others. */
  get faults(): string[] {
    return this.node.all('fault').map(({ fault }) => fault.key);
  }

  #isRecord({ primary: { flags, source } }: Bundle): boolean {
    const isOwn = source.scheme === 'ipn' && source.node === this.number;
    return isOwn && (flags & BUNDLE_FLAG.administrativeRecord) !== 0;
  }

  /** Every negative test ends with a bundle that must get through. */
  expectAlive(): void {
    const before = this.left.length;
    this.inject(framed(primary({ destination: ipn(900, 7), flags: 4 }), payload()));
    expect(this.left.length).toBe(before + 1);
  }

  /** Nothing of the bundle left, nothing was delivered, and the device goes on working. */
  expectDropped(): void {
    expect(this.data).toEqual([]);
    expect(this.delivered).toEqual([]);
    expect(this.node.agent.ledger()).toMatchObject({ forwarded: this.left.length, stored: 0 });
    this.expectAlive();
  }
}

/** The bundle of these octets. */
export function read(hex: string): Bundle {
  const bundle = decodeBundle(fromHex(hex));
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}

export function reportIn(bundle: Bundle): StatusReport {
  const report = decodeStatusReport(payloadOf(bundle).data);
  if (report instanceof Fault) throw new Error(report.key);
  return report;
}

export function saidBy({ received, forwarded, delivered, deleted, reason }: StatusReport): string {
  const events = Object.entries({ received, forwarded, delivered, deleted });
  const asserted = events.filter(([, status]) => status !== undefined).map(([name]) => name);
  return `${asserted.join(' ')} ${reason}`;
}

export function blockOf(bundle: Bundle | undefined, type: number): CanonicalBlock | undefined {
  return bundle?.blocks.find((block) => block.type === type);
}

/** The data of the blocks of one type, in hexadecimal. */
export function dataOf(bundle: Bundle | undefined, type: number): string[] {
  const blocks = bundle?.blocks.filter((block) => block.type === type) ?? [];
  return blocks.map(({ data }) => toHex(data));
}

/** The octets of a bundle vector. */
export function vector(id: string): string {
  const files = ['public', 'derived', 'malformed'] as const;
  const found = files.flatMap((file) => bundleVectors(file)).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found.hex;
}

/** The administrative record of a status report vector. */
export function recordVector(id: string): string {
  const found = statusReportVectors().find((each) => each.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found.adminRecordHex;
}
