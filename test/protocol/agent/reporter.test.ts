/** Status reports, from the event to the administrative endpoint that takes them in. */
import { describe, expect, test } from 'vitest';
import type { SendRequest } from '#protocol/agent/agent.ts';
import type { ReportRequest } from '#protocol/agent/contract.ts';
import { type Bundle, decodeBundle, encodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { type Eid, formatEid, ipnEid, NULL_EID, parseEid } from '#protocol/bundle/eid.ts';
import { fragmentOf } from '#protocol/bundle/fragment.ts';
import { BUNDLE_FLAG, REPORT_FLAGS } from '#protocol/bundle/primary-block.ts';
import { decodeStatusReport, type StatusReport } from '#protocol/bundle/status-report.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { bundleVectors, statusReportVectors } from '../bundle/vectors.ts';
import { Mesh, Node, planOf, S } from './mesh.ts';

const CHAIN = planOf([1, 2, 0, 100], [2, 3, 0, 100]);
const ALL: ReportRequest = { reception: true, forwarding: true, delivery: true, deletion: true };

describe('who is told what', () => {
  test('a bundle that asks for everything is followed to its delivery', () => {
    const mesh = new Mesh(CHAIN, [1, 2, 3], () => ({ statusReports: true }));
    mesh.node(3).agent.register(0, 7);
    mesh.run(0);
    mesh.node(1).agent.originate(0, request({ reports: { ...ALL, times: true } }));
    mesh.node(1).drain(0);
    mesh.run(50 * S);
    const told = mesh
      .node(1)
      .all('report')
      .map(({ from, report }) => {
        expect(formatEid(report.source)).toBe('ipn:1.1001');
        expect(report.reason).toBe(0);
        return [formatEid(from), ...eventsOf(report)].join(' ');
      });
    expect(told.sort()).toEqual([
      'ipn:1.0 forwarded 853315200000',
      'ipn:2.0 forwarded 853315200001',
      'ipn:2.0 received 853315200001',
      'ipn:3.0 delivered 853315200002',
      'ipn:3.0 received 853315200002',
    ]);
    for (const node of mesh.nodes.values()) expect(node.agent.ledger().stored).toBe(0);
  });

  test('nothing is told unless the owner has turned it on, or the bundle asks', () => {
    const off = relay({});
    give(off, asking(REPORT_FLAGS));
    expect(off.all('store').length).toBe(1);
    const on = relay();
    give(on, asking(0));
    expect(on.all('store').length).toBe(1);
  });

  test('a group is told nothing', () => {
    for (const uri of ['imc:7.1', 'dtn://all/~alerts', 'ipn:9.7.1']) {
      const node = relay({ statusReports: true, groups: { ipnAllocator: 9, memberOf: [] } });
      give(node, asking(REPORT_FLAGS, { reportTo: parseEid(uri) as Eid }));
      expect(node.all('store').length).toBe(1);
    }
  });

  test('each flag asks for one event, and a time is given only if asked for', () => {
    const events = (flags: number) => {
      const node = relay();
      node.agent.register(0, 7);
      give(node, asking(flags, { destination: ipnEid(2, 7), sequence: 8 }));
      give(node, asking(flags));
      give(node, asking(flags, { sequence: 9, lifetimeMs: 1, creationTimeMs: 5 }));
      return reportsOf(node).map((report) => eventsOf(report).join(' '));
    };
    expect(events(BUNDLE_FLAG.reportReception)).toEqual(['received', 'received', 'received']);
    expect(events(BUNDLE_FLAG.reportForwarding)).toEqual(['forwarded']);
    expect(events(BUNDLE_FLAG.reportDelivery)).toEqual(['delivered']);
    expect(events(BUNDLE_FLAG.reportDeletion)).toEqual(['deleted']);
    expect(events(BUNDLE_FLAG.reportDeletion + BUNDLE_FLAG.statusTime)).toEqual([
      'deleted 853315200000',
    ]);
    expect(events(BUNDLE_FLAG.statusTime)).toEqual([]);
  });

  test('a report is a bundle from the administrative endpoint that asks for nothing itself', () => {
    const node = relay();
    give(node, asking(BUNDLE_FLAG.reportReception));
    const { primary, blocks } = bundlesOf(node)[0]!;
    expect(primary.flags & BUNDLE_FLAG.administrativeRecord).not.toBe(0);
    expect(primary.flags & (REPORT_FLAGS | BUNDLE_FLAG.statusTime)).toBe(0);
    expect([primary.source, primary.destination].map(formatEid)).toEqual(['ipn:2.0', 'ipn:1.0']);
    expect(primary.reportTo).toBe(NULL_EID);
    expect(primary.crcType).not.toBe(0);
    expect(blocks.some(({ flags }) => (flags & 0x02) !== 0)).toBe(false);
  });

  test('nobody is told of records, of anonymous bundles, or of "this very node"', () => {
    const node = relay();
    const everything = REPORT_FLAGS;
    give(node, asking(everything + BUNDLE_FLAG.administrativeRecord));
    give(node, asking(everything, { source: NULL_EID }));
    give(node, asking(everything, { reportTo: NULL_EID, sequence: 3 }));
    give(node, asking(everything, { reportTo: eid('ipn:0.0'), sequence: 4 }));
    give(node, asking(everything, { reportTo: eid('ipn:!.0'), sequence: 5 }));
    give(node, asking(everything, { source: eid('ipn:!.1') }));
    give(node, asking(everything, { destination: eid('ipn:!.1'), sequence: 6 }));
    for (const id of ['m-anon-reports', 'm-localnode-src']) give(node, vector(id));
    expect(reportsOf(node)).toEqual([]);
  });

  test('a report that cannot be stored is a fault, and one that cannot go is not reported on', () => {
    const full = relay({ statusReports: true, storeOctetsMax: 120 });
    give(full, asking(BUNDLE_FLAG.reportReception, { destination: ipnEid(77, 7) }));
    expect(full.all('fault').map(({ fault }) => fault.key)).toEqual(['agent.report-unsent']);
    const stuck = relay();
    give(stuck, asking(BUNDLE_FLAG.reportReception, { reportTo: ipnEid(77, 0) }));
    stuck.runUntil(200_000 * S);
    expect(stuck.agent.ledger()).toMatchObject({ expired: 1, forwarded: 1, stored: 0 });
    expect(stuck.all('store').length).toBe(2);
  });
});

describe('in the order of section 5.6', () => {
  test('the report of reception comes before the deletion of what cannot be read', () => {
    const node = relay();
    const octets = asking(BUNDLE_FLAG.reportReception + BUNDLE_FLAG.reportDeletion);
    octets[octets.length - 3]! ^= 1;
    give(node, octets);
    expect(reportsOf(node).map((report) => [...eventsOf(report), report.reason])).toEqual([
      ['received', 0],
      ['deleted', 8],
    ]);
    expect(node.all('fault').map(({ fault }) => fault.key)).toEqual(['bundle.crc']);
  });

  test('when the primary block cannot be read there is nobody to tell', () => {
    const node = relay();
    const octets = asking(REPORT_FLAGS);
    octets[20]! ^= 1;
    give(node, octets);
    give(node, encodeBundle(fragmentOf(decode(asking(REPORT_FLAGS)), 0, 1)).slice(0, -2));
    expect(reportsOf(node)).toEqual([]);
  });

  test.each([
    [0x02, [['received', 11]], 'accepted'],
    [
      0x06,
      [
        ['received', 11],
        ['deleted', 11],
      ],
      'block-unsupported',
    ],
    [0x04, [['deleted', 11]], 'block-unsupported'],
    [0x14, [['deleted', 11]], 'block-unsupported'],
    [0x12, [['received', 11]], 'accepted'],
    [0x10, [], 'accepted'],
  ])('a block unknown here with flags %i', (flags, reports, fate) => {
    const node = relay();
    const { primary, blocks } = decode(asking(BUNDLE_FLAG.reportDeletion));
    const unknown = { ...blocks[0]!, type: 201, number: 9, flags, octets: undefined };
    give(node, encodeBundle({ primary, blocks: [unknown, ...blocks] }));
    expect(reportsOf(node).map((report) => [...eventsOf(report), report.reason])).toEqual(reports);
    const [deleted] = node.all('deleted');
    expect(deleted?.reason ?? 'accepted').toBe(fate);
  });

  test.each([
    ['d-all-reports', 'sr-received-time'],
    ['d-unknown-block-report', 'sr-received-unsupported'],
  ])('%s is reported on as in %s', (bundleId, reportId) => {
    const node = new Node(200, planOf([100, 200, 0, 100]), {
      statusReports: true,
      epochUnixMs: 946_684_800_000 + 755_533_839_004,
    });
    give(node, vector(bundleId));
    const { adminRecordHex } = statusReportVectors().find(({ id }) => id === reportId)!;
    expect(toHex(payloadOf(bundlesOf(node).at(-1)!).data)).toBe(adminRecordHex);
  });

  test('every deletion gives its reason', () => {
    const reasonOf = (octets: Uint8Array, options = {}) => {
      const node = relay({ statusReports: true, ...options });
      give(node, octets);
      node.runUntil(200 * S);
      return reportsOf(node)[0]?.reason;
    };
    const ask = BUNDLE_FLAG.reportDeletion;
    expect(reasonOf(asking(ask, { destination: NULL_EID }))).toBe(5);
    expect(reasonOf(asking(ask, { destination: ipnEid(77, 7), lifetimeMs: 5_000 }))).toBe(1);
    expect(reasonOf(asking(ask), { bundleOctetsMax: 50 })).toBe(4);
    const { primary, blocks } = decode(asking(ask));
    const spent = {
      ...blocks.find(({ type }) => type === BLOCK_TYPE.hopCount)!,
      octets: undefined,
    };
    const tired = blocks.map((each) =>
      each.type === BLOCK_TYPE.hopCount ? { ...spent, data: fromHex('82051903e8') } : each,
    );
    expect(reasonOf(encodeBundle({ primary, blocks: tired }))).toBe(9);
  });

  test('the subject of a report on a fragment is that fragment', () => {
    const node = relay();
    const whole = decode(asking(BUNDLE_FLAG.reportReception));
    give(node, encodeBundle(fragmentOf(whole, 1, 3)));
    expect(reportsOf(node)[0]!.fragment).toEqual({ offset: 1, length: 2 });
  });
});

describe('at the administrative endpoint', () => {
  test('reports are taken in, and all other records are ignored and counted', () => {
    const node = new Node(200, planOf([100, 200, 0, 100]));
    for (const { bundleHex } of statusReportVectors()) {
      const { primary, blocks } = decode(fromHex(bundleHex));
      const here = { ...primary, destination: ipnEid(200, 0), sequence: node.said.length };
      give(
        node,
        encodeBundle({ primary: { ...here, creationTimeMs: TIME_MS, octets: undefined }, blocks }),
      );
    }
    expect(node.all('report').length).toBe(9);
    expect(node.all('fault').length).toBe(7);
    expect(node.agent.ledger()).toMatchObject({ delivered: 16, stored: 0 });
  });

  test('what is no record finds nobody there', () => {
    const node = relay();
    give(node, asking(BUNDLE_FLAG.reportDeletion, { destination: ipnEid(2, 0) }));
    expect(node.all('deleted')[0]).toMatchObject({ reason: 'destination-unavailable' });
    expect(node.all('deliver')).toEqual([]);
  });

  test('a node tells itself of what it sent', () => {
    const node = new Node(1, CHAIN, { statusReports: true });
    node.agent.originate(0, request({ reports: { deletion: true }, lifetimeMs: 1_000 }));
    node.drain(0);
    node.runUntil(2 * S);
    expect(node.all('report').map(({ report }) => report.reason)).toEqual([1]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, expired: 1, delivered: 1 });
  });
});

const TIME_MS = 853_315_200_000;

/** Node 2 between 1 and 3, with links to both. */
function relay(options: object = { statusReports: true }): Node {
  const node = new Node(2, CHAIN, options);
  node.up(0, 3);
  node.up(0, 1);
  return node;
}

function give(node: Node, octets: Uint8Array): void {
  node.agent.receive(0, octets, 1);
  node.drain(0);
}

/** A bundle from ipn:1.1001 to ipn:3.7 with these flags. */
function asking(flags: number, changes: Partial<Bundle['primary']> = {}): Uint8Array {
  const node = new Node(1, CHAIN);
  node.up(0, 2);
  node.agent.originate(0, request({}));
  node.drain(0);
  const { primary, blocks } = decode(node.all('forward')[0]!.octets);
  const asked = { ...primary, flags, reportTo: ipnEid(1, 0), ...changes, octets: undefined };
  return encodeBundle({ primary: asked, blocks });
}

function request(more: Partial<SendRequest>): SendRequest {
  return {
    adu: Uint8Array.of(1, 2, 3),
    destination: ipnEid(3, 7),
    sourceService: 1001,
    lifetimeMs: 600_000,
    trafficClass: 2,
    ...more,
  };
}

function vector(id: string): Uint8Array {
  const files = ['derived', 'malformed'] as const;
  const all = files.flatMap((file) => bundleVectors(file));
  return fromHex(all.find((each) => each.id === id)!.hex);
}

/** The administrative bundles that a node has made. */
function bundlesOf(node: Node): Bundle[] {
  const own = node.all('accepted').filter(({ originated }) => originated);
  return own.map(({ id }) => decode(node.all('store').find((each) => each.id === id)!.octets));
}

function reportsOf(node: Node): StatusReport[] {
  return bundlesOf(node).map((bundle) => {
    const report = decodeStatusReport(payloadOf(bundle).data);
    if (report instanceof Fault) throw new Error(report.key);
    return report;
  });
}

/** What a report asserts, with its time if it has one. */
function eventsOf({ received, forwarded, delivered, deleted }: StatusReport): string[] {
  return Object.entries({ received, forwarded, delivered, deleted }).flatMap(([name, status]) => {
    if (status === undefined) return [];
    return status.timeMs === undefined ? [name] : [`${name} ${status.timeMs}`];
  });
}

function eid(text: string) {
  const value = parseEid(text);
  if (value instanceof Fault) throw new Error(value.key);
  return value;
}

function decode(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}
