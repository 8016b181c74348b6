/** Packets over the frames of AOS and TM, whose zones are of fixed length as those of rule 000. */
import { describe, expect, it } from 'vitest';
import { Fault } from '#protocol/fault.ts';
import {
  AOS_POINTERS,
  decodeAosFrame,
  decodePacketUnit,
  draftAosFrame,
  encodePacketUnit,
} from '#protocol/frame/aos.ts';
import { encodeEncapsulation } from '#protocol/frame/encapsulation.ts';
import { FrameCount } from '#protocol/frame/frame-count.ts';
import { fillFrame } from '#protocol/frame/frame-draft.ts';
import { PacketStream } from '#protocol/frame/packet-stream.ts';
import { PacketPacker } from '#protocol/frame/packet-zone.ts';
import { decodeTmFrame, draftTmFrame, TM_POINTERS } from '#protocol/frame/tm.ts';
import { nameOf, spacePacket } from './packets.ts';

describe.each([
  ['AOS', 3, AOS_POINTERS, aosFrame, readAosFrame],
  ['TM', 1, TM_POINTERS, tmFrame, readTmFrame],
] as const)('packets over %s', (_, countOctets, pointers, frameOf, readFrame) => {
  it('run on from frame to frame over the end of the count, and survive a lost one', () => {
    const packer = new PacketPacker(pointers);
    for (let n = 0; n < 20; n++) {
      const data = new Uint8Array(15).fill(n);
      packer.push(n % 2 === 0 ? spacePacket(5, data) : encodeEncapsulation(4, data));
    }
    const count = new FrameCount(countOctets);
    const stream = new PacketStream({ pointers, packetOctetsMax: 100 });
    const received: string[] = [];
    let frameCount = 256 ** countOctets - 3;
    for (let n = 0; packer.waitingOctets > 0; n++) {
      const octets = frameOf(packer, frameCount);
      frameCount = (frameCount + 1) % 256 ** countOctets;
      if (n === 5) continue;
      const { vcFrameCount, zone, pointer } = readFrame(octets);
      if (count.isGapBefore(vcFrameCount)) {
        stream.interrupt();
        received.push('gap');
      }
      stream.push(zone, pointer);
      for (let out = stream.next(); out !== undefined; out = stream.next()) {
        received.push(nameOf(out));
      }
    }
    const names = Array.from({ length: 20 }, (_, n) => {
      const data = n.toString(16).padStart(2, '0').repeat(15);
      return n % 2 === 0 ? `5=${data}` : `4:${data}`;
    });
    // Each zone has 40 octets and each packet 21 or 17, so octets 200 to 239 are lost.
    const lost = names.filter((_, n) => startOf(n + 1) > 200 && startOf(n) < 240);
    expect(lost.length).toBeGreaterThan(1);
    const at = names.indexOf(lost[0]!);
    expect(received).toEqual([...names.slice(0, at), 'gap', ...names.slice(at + lost.length)]);
  });
});

/** Where a packet starts in the stream. */
const startOf = (n: number) => 19 * n + 2 * (n % 2);

const ZONE_OCTETS = 40;
const AOS = {
  scid: 9,
  frameOctets: 8 + ZONE_OCTETS + 2,
  headerErrorControl: false,
  insertZoneOctets: 0,
  ocf: false,
  fecf: true,
} as const;
const TM = { scid: 9, frameOctets: 6 + ZONE_OCTETS + 2, fecf: true } as const;

function aosFrame(packer: PacketPacker, vcFrameCount: number): Uint8Array {
  const zone = new Uint8Array(ZONE_OCTETS);
  const firstHeaderPointer = packer.fill(zone, 0, ZONE_OCTETS);
  const cycle = { replay: false, cycleUse: false, cycle: 0 };
  const draft = draftAosFrame({ scid: 9, vcid: 1, vcFrameCount, ...cycle }, AOS);
  return fillFrame(draft, encodePacketUnit({ firstHeaderPointer, zone }));
}

function readAosFrame(octets: Uint8Array) {
  const frame = sound(decodeAosFrame(octets, AOS));
  const { zone, firstHeaderPointer } = sound(decodePacketUnit(frame.data));
  return { vcFrameCount: frame.header.vcFrameCount, zone, pointer: firstHeaderPointer };
}

function tmFrame(packer: PacketPacker, vcFrameCount: number): Uint8Array {
  const zone = new Uint8Array(ZONE_OCTETS);
  const firstHeaderPointer = packer.fill(zone, 0, ZONE_OCTETS);
  const flags = { ocf: false, secondaryHeader: false, synchronisation: false, packetOrder: false };
  const counts = { mcFrameCount: vcFrameCount, vcFrameCount };
  const header = { scid: 9, vcid: 1, ...flags, ...counts, segmentLengthId: 3, firstHeaderPointer };
  return fillFrame(draftTmFrame(header, TM), zone);
}

function readTmFrame(octets: Uint8Array) {
  const { header, data } = sound(decodeTmFrame(octets, TM));
  return { vcFrameCount: header.vcFrameCount, zone: data, pointer: header.firstHeaderPointer };
}

function sound<T>(value: T | Fault): T {
  if (value instanceof Fault) throw new Error(value.key);
  return value;
}
