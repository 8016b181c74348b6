/** Transfer frames, packets and their protection. */

import { Fault } from '#protocol/fault.ts';
import {
  type AosParameters,
  decodeAosFrame,
  decodeAosHeader,
  decodePacketUnit,
  draftAosFrame,
  encodePacketUnit,
} from '#protocol/frame/aos.ts';
import { correctAosHeader } from '#protocol/frame/aos-header-code.ts';
import { decodeCltu, encodeCltu, randomizeTc } from '#protocol/frame/cltu.ts';
import { decodeEncapsulation, encodeEncapsulationAs } from '#protocol/frame/encapsulation.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { fillFrame } from '#protocol/frame/frame-draft.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import { type FrameOpener, openData, SESSION_ASSOCIATION } from '#protocol/frame/sdls.ts';
import { defaultMask } from '#protocol/frame/sdls-mask.ts';
import {
  APID_IDLE,
  decodeSpacePacket,
  decodeSpacePacketHeader,
  encodeSpacePacket,
} from '#protocol/frame/space-packet.ts';
import {
  decodeTcCommand,
  decodeTcFrame,
  draftTcFrame,
  encodeTcCommand,
  type TcParameters,
} from '#protocol/frame/tc.ts';
import { decodeTfdf, encodeTfdf } from '#protocol/frame/tfdf.ts';
import { decodeTmFrame, decodeTmHeader, draftTmFrame } from '#protocol/frame/tm.ts';
import { decodeFrame, decodeHeader, encodeFrame } from '#protocol/frame/uslp.ts';
import {
  beginTruncatedFrame,
  decodeTruncatedFrame,
  decodeTruncatedHeader,
  isTruncated,
} from '#protocol/frame/uslp-truncated.ts';
import {
  accepted,
  decoder,
  favouring,
  promise,
  same,
  type Target,
  vectorOctets,
} from '../target.ts';

const SCID = 291;
const uslp = vectorOctets(['ccsds-uslp', 'ccsds-sdls', 'link-handshake'], 8);
const tm = vectorOctets(['ccsds-tm', 'ccsds-sdls'], 6);
const aos = vectorOctets(['ccsds-aos', 'ccsds-sdls'], 6);
const tc = vectorOctets(['ccsds-tc-cltu', 'ccsds-sdls'], 5);
const spacePackets = [1, 40].map((count) =>
  encodeSpacePacket(
    { telecommand: false, secondaryHeader: true, apid: 7, sequenceFlags: 3, sequenceCount: count },
    new Uint8Array(count),
  ),
);
const packets = [...vectorOctets(['ccsds-epp', 'ccsds-spp'], 2), ...spacePackets];

const HEADER = {
  scid: SCID,
  sourceOrDestination: 0,
  vcid: 3,
  mapId: 1,
  bypass: true,
  controlCommand: false,
  ocf: false,
  vcfCountOctets: 3,
  vcfCount: 70_000,
} as const;
const CHANNELS: readonly ManagedParameters[] = [
  { scid: SCID, frameOctetsMax: 2_000, vcfCountOctets: 3, fecf: false },
  { scid: SCID, frameOctetsMax: 65_536, vcfCountOctets: 0, fecf: true },
  {
    scid: SCID,
    frameOctetsMax: 96,
    vcfCountOctets: 7,
    fecf: true,
    fixedLength: true,
    insertZoneOctets: 5,
    ocf: true,
    controlCommands: true,
  },
];
const ZONE = { insertZone: Uint8Array.of(1, 2, 3, 4, 5), ocf: Uint8Array.of(1, 0, 0, 7) };
const ownUslp = [
  encodeFrame(HEADER, new Uint8Array(40).fill(0xe0), CHANNELS[0]!),
  encodeFrame({ ...HEADER, vcfCountOctets: 0, vcfCount: 0 }, new Uint8Array(9), CHANNELS[1]!),
  encodeFrame(
    { ...HEADER, vcfCountOctets: 7, vcfCount: 2 ** 50, ocf: true },
    new Uint8Array(71),
    CHANNELS[2]!,
    ZONE,
  ),
];

/** The frame as it is, and with an error control field that holds, as an attacker would send it. */
function feedFrame(octets: Uint8Array, feed: (octets: Uint8Array) => boolean): boolean {
  const plain = feed(octets);
  if (octets.length < 3) return plain;
  const mended = octets.slice();
  writeFecf(mended);
  return feed(mended) || plain;
}

function feedUslp(octets: Uint8Array): boolean {
  return CHANNELS.map((managed) =>
    accepted(decodeFrame(octets, managed), ({ header, data, ocf, insertZone }) => {
      const extra = { ...(insertZone && { insertZone }), ...(ocf && { ocf }) };
      same(encodeFrame(header, data, managed, extra), octets);
    }),
  ).includes(true);
}

const TM = { scid: 42, frameOctets: 64, fecf: true };
const TM_HEADER = {
  scid: 42,
  vcid: 1,
  ocf: false,
  mcFrameCount: 1,
  vcFrameCount: 2,
  secondaryHeader: true,
  synchronisation: false,
  packetOrder: false,
  segmentLengthId: 3,
  firstHeaderPointer: 0,
};

function feedTm(octets: Uint8Array): boolean {
  return accepted(decodeTmFrame(octets, TM), ({ header, data, secondaryHeader, ocf }) => {
    same(fillFrame(draftTmFrame(header, TM, secondaryHeader, ocf), data), octets);
  });
}

const AOS: readonly AosParameters[] = [
  {
    scid: 66,
    frameOctets: 48,
    headerErrorControl: true,
    insertZoneOctets: 3,
    ocf: true,
    fecf: true,
  },
  {
    scid: 66,
    frameOctets: 40,
    headerErrorControl: false,
    insertZoneOctets: 0,
    ocf: false,
    fecf: false,
  },
];
const AOS_HEADER = {
  scid: 66,
  vcid: 5,
  vcFrameCount: 9,
  replay: false,
  cycleUse: true,
  cycle: 2,
};
const ownAos = [
  fillFrame(
    draftAosFrame(AOS_HEADER, AOS[0]!, Uint8Array.of(1, 2, 3), new Uint8Array(4)),
    new Uint8Array(48 - 8 - 3 - 4 - 2),
  ),
  fillFrame(draftAosFrame(AOS_HEADER, AOS[1]!), new Uint8Array(34)),
];

function feedAos(octets: Uint8Array): boolean {
  return AOS.map((managed) =>
    accepted(decodeAosFrame(octets, managed), ({ header, data, insertZone, ocf }) => {
      const zone = managed.insertZoneOctets > 0 ? insertZone : undefined;
      const written = fillFrame(draftAosFrame(header, managed, zone, ocf), data);
      // Header error control may have set the header right.
      if (managed.headerErrorControl) accepted(decodeAosFrame(written, managed));
      else same(written, octets);
    }),
  ).includes(true);
}

const TC: readonly TcParameters[] = [
  { scid: 77, frameOctetsMax: 1_024, fecf: true, segmentHeader: true },
  { scid: 77, frameOctetsMax: 200, fecf: false, segmentHeader: false },
];
const TC_HEADER = {
  scid: 77,
  bypass: false,
  controlCommand: false,
  vcid: 2,
  sequenceNumber: 3,
} as const;
const ownTc = [
  fillFrame(
    draftTcFrame(TC_HEADER, 20, TC[0]!, { sequenceFlags: 3, mapId: 9 }),
    new Uint8Array(20),
  ),
  fillFrame(draftTcFrame(TC_HEADER, 20, TC[1]!), new Uint8Array(20)),
];

function feedTc(octets: Uint8Array): boolean {
  return TC.map((managed) =>
    accepted(decodeTcFrame(octets, managed), ({ header, data, segmentHeader }) => {
      if (header.controlCommand) accepted(decodeTcCommand(data));
      const draft = draftTcFrame(header, data.length, managed, segmentHeader);
      same(fillFrame(draft, data), octets);
    }),
  ).includes(true);
}

const TRUNCATED = { scid: SCID, frameOctets: 12 };
const truncatedHeader = { scid: SCID, sourceOrDestination: 0, vcid: 2, mapId: 1 } as const;

/** Opens whatever it is given, so that what follows the opening is reached. */
const CREDULOUS: FrameOpener = { spi: 5, open: (_iv, _aad, sealed) => sealed.slice(0, -16) };
const BOOK = { ivOctets: 12, sequenceNumberOctets: 4, padLengthOctets: 2, macOctets: 16 } as const;

function feedSdls(octets: Uint8Array): boolean {
  const prefix = octets.subarray(0, octets.length >> 2);
  const frame = { prefix, data: octets.subarray(prefix.length) };
  const find = (spi: number) => (spi === 0 || spi === 0xffff ? undefined : CREDULOUS);
  const mask = defaultMask('uslp', prefix.length, BOOK);
  const opened = openData(frame, find);
  const padded = openData(frame, find, { ...BOOK, mask });
  const tmMask = defaultMask('tm', 6, BOOK);
  return [opened, padded, openData(frame, find, { ...BOOK, mask: tmMask })]
    .map((result) => accepted(result, ({ length }) => promise(length > 0, 'data are never empty')))
    .includes(true);
}

export const FRAME_TARGETS: readonly Target[] = [
  decoder('decodeFrame', favouring(ownUslp, uslp), (octets) => feedFrame(octets, feedUslp)),
  decoder('decodeHeader', [...uslp, ...ownUslp], (octets) => accepted(decodeHeader(octets))),
  decoder(
    'decodeTruncatedFrame',
    favouring([beginTruncatedFrame(truncatedHeader, TRUNCATED)], uslp),
    (octets) => {
      if (!isTruncated(octets)) return false;
      decodeTruncatedHeader(octets);
      return accepted(decodeTruncatedFrame(octets, TRUNCATED), ({ header, data }) => {
        const frame = beginTruncatedFrame(header, TRUNCATED);
        frame.set(data, 4);
        same(frame, octets);
      });
    },
    ['decodeTruncatedFrame', 'decodeTruncatedHeader'],
  ),
  decoder(
    'decodeTmFrame',
    favouring(
      [fillFrame(draftTmFrame(TM_HEADER, TM, Uint8Array.of(1, 2)), new Uint8Array(53))],
      tm,
    ),
    (octets) => feedFrame(octets, feedTm),
  ),
  decoder('decodeTmHeader', tm, (octets) => accepted(decodeTmHeader(octets))),
  decoder('decodeAosFrame', favouring(ownAos, aos), (octets) => feedFrame(octets, feedAos)),
  decoder('decodeAosHeader', aos, (octets) => accepted(decodeAosHeader(octets))),
  decoder('correctAosHeader', [...aos, ...ownAos], (octets) => {
    if (octets.length < 8) return false;
    const corrected = correctAosHeader(octets.slice(0, 8));
    if (corrected === undefined) return false;
    promise(correctAosHeader(corrected) === corrected, 'what was corrected is right');
    return true;
  }),
  decoder(
    'decodePacketUnit',
    [encodePacketUnit({ firstHeaderPointer: 1, zone: packets[0]! }), ...aos],
    (octets) =>
      accepted(decodePacketUnit(octets), (unit) => {
        const again = decodePacketUnit(encodePacketUnit(unit));
        promise('zone' in again && again.firstHeaderPointer === unit.firstHeaderPointer, 'same');
      }),
  ),
  decoder('decodeTcFrame', favouring(ownTc, tc), (octets) => feedFrame(octets, feedTc)),
  decoder('decodeTcCommand', [Uint8Array.of(0), Uint8Array.of(0x82, 0, 9)], (octets) =>
    accepted(decodeTcCommand(octets), (command) => same(encodeTcCommand(command), octets)),
  ),
  decoder(
    'decodeCltu',
    favouring(
      ownTc.map((frame) => encodeCltu(frame, true)),
      tc,
    ),
    (octets) => {
      const plain = accepted(decodeCltu(octets, false), (frames) => {
        const again = decodeCltu(encodeCltu(frames, false), false);
        if (again instanceof Uint8Array) same(again.subarray(0, frames.length), frames);
        else throw new Error('code blocks come back');
      });
      randomizeTc(octets);
      return accepted(decodeCltu(octets, true)) || plain;
    },
  ),
  decoder(
    'decodeTfdf',
    [...uslp, encodeTfdf({ rule: 0, upid: 0, pointer: 2, zone: packets[0]! })],
    (octets) => accepted(decodeTfdf(octets), (tfdf) => same(encodeTfdf(tfdf), octets)),
  ),
  decoder('decodeEncapsulation', packets, (octets) =>
    walk(octets, decodeEncapsulation, (packet) => encodeEncapsulationAs(packet, packet.data)),
  ),
  decoder(
    'decodeSpacePacket',
    packets,
    (octets) =>
      walk(octets, decodeSpacePacket, ({ header, data }) => {
        // An idle packet with a secondary header breaks the sender's rule alone.
        if (header.apid === APID_IDLE && header.secondaryHeader) return undefined;
        return encodeSpacePacket(header, data);
      }),
    ['decodeSpacePacket', 'decodeSpacePacketHeader'],
  ),
  decoder('decodeSpacePacketHeader', packets, (octets) => {
    if (octets.length < 6) return false;
    return decodeSpacePacketHeader(octets, 0).apid <= 2047;
  }),
  decoder('openData', [...uslp, new Uint8Array(80).fill(5)], feedSdls, ['openData']),
];
promise(SESSION_ASSOCIATION.macOctets === 16, 'the credulous opener cuts off the right octets');

/** Reads packet after packet, each of which ends after it starts and comes back as it was. */
function walk<P extends { readonly end: number }>(
  octets: Uint8Array,
  decode: (octets: Uint8Array, at: number) => P | Fault | 'more',
  encode: (packet: P) => Uint8Array | undefined,
): boolean {
  for (let at = 0; at < octets.length; ) {
    const packet = decode(octets, at);
    if (packet === 'more' || packet instanceof Fault) return at > 0;
    promise(packet.end > at && packet.end <= octets.length, 'a packet ends after its start');
    const again = encode(packet);
    if (again !== undefined) same(again, octets.subarray(at, packet.end));
    at = packet.end;
  }
  return true;
}
