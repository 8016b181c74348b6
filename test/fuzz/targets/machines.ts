/** What remembers: reassemblers, COP-1, handshake, link and agent, fed one input after another. */
import { BundleAgent } from '#protocol/agent/agent.ts';
import { concat, fromHex } from '#protocol/bytes/octets.ts';
import { decodeClcw } from '#protocol/cop1/clcw.ts';
import { Farm1 } from '#protocol/cop1/farm1.ts';
import { Fop1 } from '#protocol/cop1/fop1.ts';
import { Fault } from '#protocol/fault.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { FixedSegmenter } from '#protocol/frame/fixed-segmenter.ts';
import { MapDemultiplexer, type MapService } from '#protocol/frame/map-demultiplexer.ts';
import { OctetStream } from '#protocol/frame/octet-stream.ts';
import type { Packet } from '#protocol/frame/packet.ts';
import { packetReassembler } from '#protocol/frame/packet-reassembler.ts';
import { PacketPacker } from '#protocol/frame/packet-zone.ts';
import { SduReassembler } from '#protocol/frame/sdu-reassembler.ts';
import { type Segments, segmentPacket, segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { decodeSpacePacketHeader, SPACE_PACKET_VERSION } from '#protocol/frame/space-packet.ts';
import {
  SpacePacketReassembler,
  SpacePacketSegmenter,
} from '#protocol/frame/space-packet-segments.ts';
import {
  RULE_PACKETS,
  UPID_MISSION,
  UPID_PACKETS,
  USLP_POINTERS,
  writePointedHeader,
} from '#protocol/frame/tfdf.ts';
import { CONTROL_VCID } from '#protocol/link/frame-writer.ts';
import { type Machine, MICROSECONDS_PER_S as S } from '#protocol/machine.ts';
import { macKeyOf, writeMac1 } from '#protocol/session/message-macs.ts';
import { Member } from '../../attacks/member.ts';
import { LinkPair } from '../../protocol/link/link-pair.ts';
import {
  CREDENTIALS,
  drain,
  Endpoint,
  FRAME,
  SCID_B,
  wireOf,
} from '../../protocol/session/endpoint.ts';
import { Pair } from '../../simulation/pair.ts';
import { type Feed, promise, type Target, vectorOctets } from '../target.ts';

const SPACE_APID = 100;
/** Outputs of one verb, far more than any machine has. */
const OUTPUTS_MAX = 10_000;
const bundles = vectorOctets(['bundles-public', 'bundles-derived', 'bundles-malformed'], 8);

export const MACHINE_TARGETS: readonly Target[] = [
  machine('SduReassembler.push', segments(), 64, 8, () => feedService(sdus(false), sizeOfSdu)),
  machine('MapDemultiplexer.push', fixedSegments(), 64, 8, () =>
    feedService(sdus(true), sizeOfSdu),
  ),
  machine('decodePacket', segments(), 64, 8, () => feedService(packets(false), sizeOf)),
  machine('PacketStream.push', zones(), 64, 8, () => feedService(packets(true), sizeOf)),
  machine('OctetStream.push', [Uint8Array.of(0, 0x64, 1, 2)], 64, 4, () =>
    feedService(new OctetStream(), sizeOfSdu),
  ),
  machine('SpacePacketReassembler.push', spacePackets(), 64, 8, feedSpacePackets),
  machine('Farm1.receive', octetTriples(), 256, 8, feedFarm),
  machine('Fop1.receive', vectorOctets(['ccsds-cop1'], 4), 256, 8, feedFop),
  machine('Handshake.receive', handshakeMessages(), 256, 4, feedHandshake),
  machine('Link.receive', linkFrames(), 64, 4, feedLink),
  { ...machine('Link.receive from a member', memberFields(), 64, 4, feedMember), covers: [] },
  machine('BundleAgent.receive', bundles, 32, 4, feedAgent),
];

function machine(
  name: string,
  corpus: readonly Uint8Array[],
  streak: number,
  weight: number,
  start: () => Feed,
): Target {
  return { name, covers: [name], corpus, streak, weight, start };
}

/** The first octet says how far the count moves on: mostly to the next. */
function feedService<T>(service: MapService<T>, sizeOf: (output: T) => number): Feed {
  const channel = new MapDemultiplexer([service], 1);
  let count = 0;
  return (octets) => {
    const skipped = octets[0] ?? 0;
    count = (count + 1 + (skipped < 240 ? 0 : skipped)) % 256;
    channel.push(skipped % 32 === 31 ? 1 : 0, count, octets.slice(1));
    let any = false;
    // Each turn takes an output; a zone has no more packets than octets.
    for (let turn = 0; turn <= 65_536; turn++) {
      const output = channel.next();
      if (output === undefined) return any;
      if (output instanceof Fault) continue;
      promise(sizeOf(output) <= 65_536, 'an output is no longer than agreed');
      any = true;
    }
    throw new Error('the reassembler comes to an end');
  };
}

const sdus = (fixedLength: boolean) =>
  new SduReassembler({ upid: UPID_MISSION, sduOctetsMax: 4_096, fixedLength });
const packets = (fixedLength: boolean) =>
  packetReassembler({ packetOctetsMax: 65_536, fixedLength });
const sizeOfSdu = (sdu: Uint8Array) => sdu.length;
const sizeOf = ({ data }: Packet) => data.length;

function fixedSegments(): Uint8Array[] {
  const sdu = Uint8Array.from({ length: 700 }, (_, at) => at);
  return [90, 100, 1_000].flatMap((size) => partsOf(new FixedSegmenter(sdu, UPID_MISSION, size)));
}

/** Bundles of several sizes in zones of rule 000. */
function zones(): Uint8Array[] {
  const packer = new PacketPacker(USLP_POINTERS);
  for (const size of [0, 1, 40, 300, 7, 250, 253, 254]) {
    packer.push(segmentPacket(4, new Uint8Array(size), 1_000).next()!.slice(1));
  }
  return Array.from({ length: 12 }, () => {
    const octets = new Uint8Array(104);
    writePointedHeader(RULE_PACKETS, UPID_PACKETS, packer.fill(octets, 4, 104), octets, 1);
    return octets;
  });
}

function segments(): Uint8Array[] {
  const sdu = Uint8Array.from({ length: 700 }, (_, at) => at);
  return [segmentSdu(sdu, 100), segmentPacket(4, sdu, 100), segmentPacket(4, sdu, 1_000)].flatMap(
    partsOf,
  );
}

/** The TFDFs, each after the octet for the count. */
function partsOf(segments: Segments): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let part = segments.next(); part !== undefined; part = segments.next()) {
    parts.push(concat([Uint8Array.of(0), part]));
  }
  return parts;
}

/** Packets of one APID, as the first six octets have them but for the APID. */
function feedSpacePackets(): Feed {
  const reassembler = new SpacePacketReassembler(SPACE_APID, 2_000);
  return (octets) => {
    if (octets.length < 7) return false;
    const header = { ...decodeSpacePacketHeader(octets, 0), apid: SPACE_APID };
    const data = octets.slice(6);
    reassembler.push({ packetVersion: SPACE_PACKET_VERSION, header, data, end: octets.length });
    let any = false;
    // A packet has few outcomes: a gap, a unit given up, a unit whole.
    for (let turn = 0; turn < 8; turn++) {
      const output = reassembler.next();
      if (output === undefined) return any;
      any = any || output instanceof Uint8Array;
    }
    throw new Error('the reassembler comes to an end');
  };
}

function spacePackets(): Uint8Array[] {
  const segmenter = new SpacePacketSegmenter({
    apid: SPACE_APID,
    telecommand: false,
    dataOctetsMax: 50,
  });
  return [20, 300, 50, 120].flatMap((octets) => {
    segmenter.send(new Uint8Array(octets).fill(octets));
    const cut: Uint8Array[] = [];
    for (let packet = segmenter.next(); packet !== undefined; packet = segmenter.next()) {
      cut.push(packet);
    }
    return cut;
  });
}

function feedFarm(): Feed {
  const farm = new Farm1({ vcid: 1, windowFrames: 20, bufferFramesMax: 4, report: 0 });
  return (octets) => {
    const [kind = 0, value = 0, release = 0] = octets;
    const sdu = octets.subarray(3);
    const { report } = farm.clcw();
    if (kind % 5 === 0) farm.receive(0, { type: 'unlock' });
    else if (kind % 5 === 1) farm.receive(0, { type: 'set-vr', report: value });
    else if (kind % 5 === 2) farm.receive(0, { type: 'bd', sdu });
    else {
      const sequence = kind % 5 === 3 ? report : value;
      farm.receive(0, { type: 'ad', sequence, sdu });
    }
    const output = farm.poll();
    const isAccepted = output?.type === 'accepted';
    if (isAccepted && output.frame.type === 'ad' && release < 200) farm.release(0);
    promise(farm.poll() === undefined, 'a frame has one outcome');
    return isAccepted;
  };
}

function octetTriples(): Uint8Array[] {
  return Array.from({ length: 32 }, (_, n) => Uint8Array.of(n, n * 11, n * 31, 1, 2, 3));
}

function feedFop(): Feed {
  const options = { windowFrames: 10, timerUs: 1_000, transmissionsMax: 3, sequence: 0 } as const;
  const fop = new Fop1({ ...options, onLastTimeout: 'suspend' });
  let now = 0;
  return (octets) => {
    now += (octets[2] ?? 0) * 20;
    fop.tick(now);
    fop.resume(now);
    fop.initiate(now, { type: 'without-clcw-check' });
    while (fop.send(now, octets)) promise(fop.snapshot().sentFrames <= 10, 'within the window');
    const clcw = decodeClcw(octets.subarray(0, 4));
    if (!(clcw instanceof Fault)) {
      // Half of the reports are near enough to be believed.
      const near = (fop.snapshot().sequence - (clcw.report % 12) + 256) % 256;
      fop.receive(now, clcw.vcid % 2 === 0 ? { ...clcw, report: near } : clcw);
    }
    return drainAll(fop) > 0;
  };
}

/**
 * A node with a session, or about to have one, that hears somebody with the admission key: half of
 * the MACs are good. It says HELLO or REKEY itself from time to time.
 */
function feedHandshake(): Feed {
  const { b } = firstContact();
  const macKey = macKeyOf(CREDENTIALS.b.admissionKeys[0]!.key, SCID_B);
  let now = 10 * S;
  return (octets) => {
    now += 100_000;
    b.handshake.tick(now);
    if ((octets[18] ?? 0) % 16 === 0) b.handshake.begin(now, (octets[17] ?? 0) % 2 === 0);
    const message = octets.slice();
    if (message.length >= 52 && (message[19]! & 1) === 0) {
      new DataView(message.buffer).setUint16(4, message.length);
      writeMac1(message, macKey);
    }
    b.handshake.receive(now, message);
    return drain(b.handshake).some(({ kind }) => kind !== 'fault');
  };
}

/** Two nodes that have just met, and what both have said. */
function firstContact() {
  const [a, b] = [new Endpoint('a'), new Endpoint('b')];
  const pair = new Pair({ a, b, wire: wireOf, delayUs: 1_000 });
  a.begin(0);
  promise(
    pair.run(() => a.proven !== undefined, 10 * S),
    'a first contact succeeds',
  );
  return { a, b, pair };
}

/** A message of every type. */
function handshakeMessages(): Uint8Array[] {
  const { a, pair } = firstContact();
  a.begin(pair.now);
  pair.run(() => a.sessions.length > 1, 20 * S);
  const said = pair.flights.map(({ octets }) => octets).filter(([first]) => first !== FRAME);
  // A peer that has started again declines, and one that is asked by too many wants a cookie.
  const [again, busy] = [new Endpoint('b', { boot: 2 }), new Endpoint('b')];
  for (const message of said) again.handshake.receive(0, message.slice());
  for (let seed = 0; seed < 30; seed++) {
    const stranger = new Endpoint('a', { seed });
    stranger.begin(0);
    for (const output of drain(stranger.handshake)) {
      if (output.kind === 'send') busy.handshake.receive(0, output.message.slice());
    }
  }
  for (const { handshake } of [again, busy]) {
    for (const output of drain(handshake)) if (output.kind === 'send') said.push(output.message);
  }
  const types = new Set(said.map(([type]) => type));
  promise(types.size === 7, 'there are seven types of message');
  // One of each type, and one more.
  return [...types].flatMap((type) => said.filter(([first]) => first === type).slice(0, 2));
}

/** A link that hears whatever is in the air, half of it with an error control field that holds. */
function feedLink(): Feed {
  const pair = new LinkPair();
  pair.connect();
  pair.run(S);
  const { link } = pair.ends[1];
  let { now } = pair;
  return (octets) => {
    now += 1_000;
    const frame = octets.slice();
    if (frame.length > 6 && (frame[0]! & 1) === 0) {
      frame[4] = (frame.length - 1) >> 8;
      frame[5] = frame.length - 1;
      writeFecf(frame);
    }
    const before = link.snapshot().framesReceived;
    link.receive(now, frame);
    drainAll(link);
    link.tick(now);
    drainAll(link);
    return link.snapshot().framesReceived > before;
  };
}

function linkFrames(): Uint8Array[] {
  const pair = new LinkPair();
  const frames: Uint8Array[] = [];
  pair.tap = (from, frame) => {
    if (from === 0) frames.push(frame.slice());
    return frame;
  };
  pair.connect();
  pair.run(S);
  for (const size of [0, 40, 5_000]) pair.send(0, `${size}`, new Uint8Array(size), 1);
  pair.run(20 * S);
  return frames;
}

/** A link whose peer, authentic, says what no honest peer would. The first octet is the channel. */
function feedMember(): Feed {
  const pair = new LinkPair();
  const member = new Member(pair);
  const { link } = pair.ends[1];
  let { now } = pair;
  return (octets) => {
    now += 100;
    const [channel = 0] = octets;
    if (octets.length < 2 || octets.length > 1_200) return false;
    const vcid = channel % 8 < 4 ? channel % 4 : CONTROL_VCID;
    const before = link.snapshot().framesReceived;
    link.receive(now, member.seal(vcid, octets.slice(1)));
    drainAll(link);
    link.tick(now);
    drainAll(link);
    return link.snapshot().framesReceived > before;
  };
}

function memberFields(): Uint8Array[] {
  const controls = ['818101', 'e5820203', 'e58304071829', 'e5820344aabbccdd'].map((text) =>
    concat([Uint8Array.of(7), fromHex(text)]),
  );
  return [...segments(), ...controls];
}

/** An agent between two neighbours, whose store and links answer at once. */
function feedAgent(): Feed {
  const contact = { startsAt: 0, endsAt: 1e6 * S, rateBps: 1e9, fromTerminal: 0, toTerminal: 0 };
  const joins = [
    [1, 2],
    [2, 1],
    [2, 3],
    [3, 2],
  ] as const;
  const ranges = [
    { a: 1, b: 2, startsAt: 0, endsAt: 1e6 * S, owltUs: 1_000 },
    { a: 2, b: 3, startsAt: 0, endsAt: 1e6 * S, owltUs: 1_000 },
  ];
  const agent = new BundleAgent({
    node: 2,
    plan: { contacts: joins.map(([from, to]) => ({ from, to, ...contact })), ranges },
    epochUnixMs: 1_800_000_000_000,
    storeOctetsMax: 100_000,
    bundleOctetsMax: 20_000,
    statusReports: true,
    fragmentOctetsMax: 200,
    reassembly: { setsMax: 4, octetsMax: 2_000, waitMsMax: 500 },
  });
  const store = new Map<string, Uint8Array>();
  agent.register(0, 7);
  agent.linkUp(0, 1);
  agent.linkUp(0, 3);
  let now = 0;
  const settle = (): boolean => {
    let any = false;
    for (let turn = 0; turn < OUTPUTS_MAX; turn++) {
      const output = agent.poll();
      if (output === undefined) return any;
      any = true;
      if (output.kind === 'store') {
        store.set(output.id, output.octets);
        agent.stored(now, output.id);
      } else if (output.kind === 'forget') {
        store.delete(output.id);
        agent.forgotten(now, output.id);
      } else if (output.kind === 'load') agent.loaded(now, output.id, store.get(output.id));
      else if (output.kind === 'forward') agent.forwarded(now, output.id);
    }
    throw new Error('the agent comes to rest');
  };
  return (octets) => {
    now += 10_000;
    agent.tick(now);
    agent.receive(now, octets.slice(), 1);
    const any = settle();
    const { accepted, deleted, ...fates } = agent.ledger();
    const gone = [...Object.values(fates), ...Object.values(deleted)];
    const sum = gone.reduce((total, count) => total + count, 0);
    promise(sum === accepted, 'the books balance');
    return any;
  };
}

function drainAll(machine: Pick<Machine<unknown>, 'poll'>): number {
  for (let count = 0; count < OUTPUTS_MAX; count++) {
    if (machine.poll() === undefined) return count;
  }
  throw new Error('a machine runs out of outputs');
}
