/** A second opinion: tshark reads our Space Packets and LTP, and the bundles in our frames. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { encodeBundle } from '#protocol/bundle/bundle.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { SpacePacketSegmenter } from '#protocol/frame/space-packet-segments.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { Node, planOf, S } from '../protocol/agent/mesh.ts';
import {
  bpsecVectors,
  bundleOf,
  policy,
  ring,
  seals,
  signs,
  success,
} from '../protocol/bpsec/bpsec.ts';
import { Chance, LinkPair, type PairOptions } from '../protocol/link/link-pair.ts';
import { LtpPair } from '../protocol/ltp/ltp-pair.ts';
import { LINK_TYPE, pcapOf, udpDatagram } from './pcap.ts';
import { securedBundlesOf } from './secured-node.ts';

const SPACE_PACKETS = ['-d', 'udp.port==5555,ccsds'];
const BUNDLES = ['-o', 'uat:user_dlts:"User 0 (DLT=147)","bpv7","0","","0",""'];
/** Bad sums, malformed blocks, and whatever tshark calls an error. */
const COMPLAINTS =
  'bpv7.crc_status==0 || bpv7.block_failed_crc || _ws.malformed || _ws.expert.severity==8388608';

const chance = new Chance(3);
const directory = mkdtempSync(join(tmpdir(), 'orbweaver-'));
afterAll(() => rmSync(directory, { recursive: true }));

const version = tsharkVersion();
const { ORBWEAVER_NEEDS_TSHARK } = process.env;

describe('tshark', () => {
  it('is here, or nobody needs it', (context) => {
    if (version === undefined && ORBWEAVER_NEEDS_TSHARK !== '1') {
      context.skip('tshark is not installed; with ORBWEAVER_NEEDS_TSHARK=1 this fails');
    }
    expect(version).toMatch(/^TShark/);
  });
});

describe.skipIf(version === undefined)('tshark, which is skipped where it is not installed', () => {
  it('reads our Space Packets, segmented ones too', () => {
    // Ten octets of data at the least: tshark calls shorter packets malformed, though they are not.
    const packets = [...spacePackets(100, 50, 112), ...spacePackets(2_046, 65_501, 65_501)];
    const file = capture(
      'space.pcap',
      LINK_TYPE.ipv4,
      packets.map((octets) => udpDatagram(5_555, octets)),
    );
    const fields = ['ccsds.apid', 'ccsds.seqflag', 'ccsds.seqnum', 'ccsds.length'];
    expect(tshark(file, ...SPACE_PACKETS, ...fieldsOf(fields))).toEqual([
      '100\t1\t0\t49',
      '100\t0\t1\t49',
      '100\t2\t2\t11',
      '2046\t3\t0\t65500',
    ]);
    expect(tshark(file, ...SPACE_PACKETS, '-Y', '_ws.malformed')).toEqual([]);
  });

  it.each<[string, PairOptions]>([
    ['frames of variable length', {}],
    ['coded frames of fixed length', { channel: FIXED }],
  ])('reads the bundles inside %s, and has nothing to complain of', (_, options) => {
    const sent = bundles();
    const received = overLink(sent, options);
    expect(received).toHaveLength(sent.length);
    const file = capture('bundles.pcap', LINK_TYPE.user0, received);
    expect(tshark(file, ...BUNDLES, '-Y', COMPLAINTS)).toEqual([]);
    const fields = ['bpv7.primary.src_uri', 'bpv7.primary.dst_uri', 'bpv7.crc_status'];
    const lines = tshark(file, ...BUNDLES, ...fieldsOf(fields));
    expect(lines).toEqual(sent.map(() => 'ipn:1.7\tipn:2.9\t1,1'));
  });

  it('reads the security blocks that we add, and has nothing to complain of', () => {
    const file = capture('secured.pcap', LINK_TYPE.user0, securedBundles());
    expect(tshark(file, ...BUNDLES, '-Y', `${COMPLAINTS} || bpsec.value_partial_decode`)).toEqual(
      [],
    );
    const fields = ['ctxid', 'secsrc.uri', 'target', 'param.id', 'result.id'].map(
      (name) => `bpsec.asb.${name}`,
    );
    expect(tshark(file, ...BUNDLES, ...fieldsOf(fields))).toEqual([
      '1\tipn:2.1\t0,2,1\t1,3\t1,1,1',
      '2,2,2\tipn:2.1,ipn:2.1,ipn:2.1\t3,1,2\t1,2,3,4,1,2,3,4,1,2,3,4\t',
      '2,2\tipn:2.1,ipn:2.1\t1,2\t1,2,4,1,2,4\t1,1',
    ]);
    const values = ['shavar', 'aesvar', 'iv'].map((name) => `bpsec.defaultsc.${name}`);
    const [signed, , encrypted] = tshark(file, ...BUNDLES, ...fieldsOf(values));
    expect(signed).toBe('6\t\t');
    expect(encrypted).toMatch(/^\t3,3\t[0-9a-f]{24},[0-9a-f]{24}$/);
  });

  it('reads what a node in flight has signed and encrypted', async () => {
    const flown = await securedBundlesOf(1);
    const file = capture('flown.pcap', LINK_TYPE.user0, flown);
    expect(tshark(file, ...BUNDLES, '-Y', `${COMPLAINTS} || bpsec.value_partial_decode`)).toEqual(
      [],
    );
    const fields = ['bpv7.canonical.type_code', 'bpsec.asb.ctxid', 'bpsec.asb.secsrc.uri'];
    // Two BCBs, over the payload and over the BIB that signs it; one BIB for the primary block.
    const line = [
      ['12', '12', '11', '11', '10', '217', '1'].join(','),
      '2,2,1',
      'ipn:101.0,ipn:101.0,ipn:101.0',
    ].join('\t');
    const lines = tshark(file, ...BUNDLES, ...fieldsOf(fields));
    expect(lines).toHaveLength(flown.length);
    expect(new Set(lines)).toEqual(new Set([line]));
  });

  it('reads our LTP segments of every kind, and finds none malformed', () => {
    const flown = ltpSegments();
    const file = capture(
      'ltp.pcap',
      LINK_TYPE.ipv4,
      flown.map(({ octets }) => udpDatagram(1_113, octets)),
    );
    expect(tshark(file, '-Y', COMPLAINTS)).toEqual([]);
    expect(tshark(file, '-Y', 'bpv7')).toHaveLength(8);
    const lines = tshark(file, ...fieldsOf(['ltp.type', 'ltp.session.orig', 'ltp.session.number']));
    expect(lines).toEqual(
      flown.map(({ octets, segment: { session } }) => {
        const type = `0x${octets[0]!.toString(16).padStart(2, '0')}`;
        return `${type}\t${session.originator}\t${session.number}`;
      }),
    );
  });

  it('does complain of a bundle that was changed', () => {
    const [bundle] = overLink(bundles().slice(0, 1), {});
    bundle![bundle!.length - 8]! ^= 1;
    const file = capture('changed.pcap', LINK_TYPE.user0, [bundle!]);
    expect(tshark(file, ...BUNDLES, '-Y', COMPLAINTS)).toHaveLength(1);
  });
});

const FIXED = {
  frameOctetsMax: 446,
  fixedLength: true,
  coding: { reedSolomon: { correctableMax: 16, interleave: 2 } },
} as const;

/** The packets of one APID around a unit of so many octets. */
function spacePackets(apid: number, dataOctetsMax: number, octets: number): Uint8Array[] {
  const segmenter = new SpacePacketSegmenter({ apid, telecommand: false, dataOctetsMax });
  const packets: Uint8Array[] = [];
  segmenter.send(chance.octets(octets));
  for (let packet = segmenter.next(); packet; packet = segmenter.next()) packets.push(packet);
  return packets;
}

/**
 * Bundles, one a block; and on a wire with losses, of a client service that tshark does not look
 * into, for it puts blocks with gaps together wrongly: green parts, cancellations by both ends. Not
 * the acknowledgments of those: tshark wants octets behind their header, where none are.
 */
function ltpSegments() {
  const clean = new LtpPair({ octetsMax: 400 });
  for (const bundle of bundles()) clean.send(0, bundle);
  clean.run();
  const clientService = 77;
  const pair = new LtpPair({ loss: 0.2, octetsMax: 400, options: { clientServices: [77] } });
  pair.send(0, chance.octets(5_000), { clientService });
  pair.send(1, chance.octets(2_000), { clientService, redOctets: 900 });
  pair.run();
  const cancelled = pair.send(0, chance.octets(900), { clientService });
  pair.run(pair.now + 5_000);
  pair.engines[0].cancel(pair.now, cancelled);
  pair.deliver(1, fromHex('0001070063000178'));
  pair.run();
  const kinds = new Set(pair.flown.map(({ segment }) => segment.kind));
  expect(kinds).toEqual(new Set(['data', 'report', 'report-ack', 'cancel', 'cancel-ack']));
  return [...clean.flown, ...pair.flown].filter(({ segment }) => segment.kind !== 'cancel-ack');
}

/** What an agent makes of payloads of many sizes, in every class. */
function bundles(): Uint8Array[] {
  const node = new Node(1, planOf([1, 2, 0, 1_000]));
  node.up(0, 2);
  for (const [n, size] of [0, 1, 23, 24, 255, 256, 1_000, 20_000].entries()) {
    node.agent.originate(S, {
      adu: chance.octets(size),
      destination: ipnEid(2, 9),
      sourceService: 7,
      lifetimeMs: 60_000,
      trafficClass: (n % 4) as TrafficClass,
    });
    node.drain(S);
  }
  return node.all('forward').map(({ octets }) => octets);
}

/** One signed, one signed and encrypted under wrapped keys, one of which two blocks are encrypted. */
function securedBundles(): Uint8Array[] {
  const plain = bundleOf(bpsecVectors('bpsec-pics').find(({ id }) => id === 'pics-34.1')!.incoming);
  return [
    policy(signs({ targets: ['primary', 'payload', 7] })),
    policy(
      signs({ targets: [7] }),
      seals({ key: 'kek', targets: [7, 'payload'], tagAppended: true }),
    ),
    policy(seals({ targets: ['payload', 7] })),
  ].map((rules) => encodeBundle(success(applySecurity(plain, rules, ring()))));
}

/** The bundles as the far end of a link gets them out of its frames. */
function overLink(sent: readonly Uint8Array[], options: PairOptions): Uint8Array[] {
  const pair = new LinkPair(options);
  pair.connect();
  for (const [n, octets] of sent.entries()) pair.send(0, `${n}`, octets);
  pair.run(10 * S);
  return pair.ends[1].of('received').map(({ bundle }) => bundle.slice());
}

function capture(name: string, linkType: number, packets: readonly Uint8Array[]): string {
  const file = join(directory, name);
  writeFileSync(file, pcapOf(linkType, packets));
  return file;
}

const fieldsOf = (names: readonly string[]) => [
  '-T',
  'fields',
  ...names.flatMap((name) => ['-e', name]),
];

/** The lines that tshark prints, in two passes. */
function tshark(file: string, ...options: string[]): string[] {
  const text = execFileSync('tshark', ['-n', '-2', '-r', file, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return text.split('\n').slice(0, -1);
}

function tsharkVersion(): string | undefined {
  try {
    return execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}
