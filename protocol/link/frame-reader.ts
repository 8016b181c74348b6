/**
 * The receiving side of a link's virtual channels: checks a frame, opens it where it is protected,
 * and joins the data fields of each channel into bundles or handshake messages. Nothing of a
 * protected channel is looked at before it is authenticated.
 *
 * Source: link-layer §1, §4.4, §4.8, §17; link-security §4, §9 LS-904.
 */
import { SA_UNKNOWN } from '../association/faults.ts';
import { type CodingParameters, decodeBlock } from '../coding/coded-block.ts';
import { Fault } from '../fault.ts';
import {
  ENCAPSULATION_VERSION,
  PROTOCOL_ID_BUNDLE,
  PROTOCOL_ID_LTP,
} from '../frame/encapsulation.ts';
import { OID_VCID } from '../frame/frame-draft.ts';
import type { ManagedParameters } from '../frame/managed-parameters.ts';
import { MAP_UNKNOWN, MapDemultiplexer } from '../frame/map-demultiplexer.ts';
import type { Packet } from '../frame/packet.ts';
import { packetReassembler } from '../frame/packet-reassembler.ts';
import { type FrameOpener, openData, SESSION_ASSOCIATION, SPI_OCTETS } from '../frame/sdls.ts';
import { SduReassembler } from '../frame/sdu-reassembler.ts';
import { UPID_MISSION } from '../frame/tfdf.ts';
import { decodeFrame, type TransferFrame } from '../frame/uslp.ts';
import type { Instant } from '../machine.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';
import { codingParameters, managedParameters } from './channel.ts';
import {
  type FrameSampler,
  type LinkOptions,
  MANAGEMENT_CLASS,
  MANAGEMENT_MAP_ID,
  PACKET_OCTETS_MAX,
} from './contract.ts';
import { CONTROL_VCID, HANDSHAKE_VCID } from './frame-writer.ts';
import type { Keying } from './keying.ts';
import { CONTROL_OCTETS_MAX } from './link-control.ts';

/** What a good frame was; what it completed waits in the reader. */
export type Reading = 'packets' | 'control' | 'handshake' | 'idle';

/** Bounded by one unfinished packet a class, and one message of handshake and of link control. */
export class FrameReader {
  readonly #managed: ManagedParameters;
  readonly #coding: CodingParameters | undefined;
  readonly #ltp: boolean;
  readonly #keying: Pick<Keying, 'opener'>;
  readonly #sampler: FrameSampler | undefined;
  readonly #foundOpener: () => FrameOpener | undefined;
  /** By traffic class. */
  #packets: MapDemultiplexer<Packet>[] = [];
  #message: SduReassembler;
  #messages: MapDemultiplexer<Uint8Array>;
  #control: MapDemultiplexer<Uint8Array>;
  /** When the unfinished handshake message began. */
  #messageAt: Instant = 0;
  #opener: FrameOpener | undefined = undefined;
  /** Under which the last frame came, where it was protected. */
  spi = 0;
  /** The class of the last frame, where it carried packets. */
  trafficClass: TrafficClass = 0;
  /** Whether those are management packets. */
  isManagement = false;
  /** The operational control field of the last frame, where it had one: a view. */
  ocf: Uint8Array | undefined = undefined;
  /** Octets that the channel coding has put right. */
  correctedSymbols = 0;

  /** Packets over `PACKET_OCTETS_MAX` are dropped. */
  constructor(options: LinkOptions, keying: Pick<Keying, 'opener'>) {
    this.#managed = managedParameters(options, options.remoteScid);
    this.#coding = codingParameters(options);
    this.#ltp = options.ltp === true;
    this.#keying = keying;
    this.#sampler = options.sampler;
    this.#foundOpener = () => this.#opener;
    this.#message = this.#sdus(MESSAGE_OCTETS_MAX);
    this.#messages = this.#onMap0(this.#message);
    this.#control = this.#onMap0(this.#sdus(CONTROL_OCTETS_MAX));
    this.reset();
  }

  /** Forgets what is unfinished, and the memory that it took. */
  reset(): void {
    const { vcfCountOctets, fixedLength = false } = this.#managed;
    const options = { packetOctetsMax: PACKET_OCTETS_MAX, fixedLength };
    this.#packets = TRAFFIC_CLASSES.map((_, vcid) => {
      const maps = hasMap(vcid, MANAGEMENT_MAP_ID) ? [0, MANAGEMENT_MAP_ID] : [0];
      return new MapDemultiplexer(
        maps.map(() => packetReassembler(options)),
        vcfCountOctets,
      );
    });
    this.#message = this.#sdus(MESSAGE_OCTETS_MAX);
    this.#messages = this.#onMap0(this.#message);
    this.#control = this.#onMap0(this.#sdus(CONTROL_OCTETS_MAX));
    this.#opener = undefined;
  }

  /**
   * Takes a datagram, whose octets pass to the reader; then drain `nextPacket`, `nextControl` or
   * `nextMessage`, as the reading says. Every fault means that the frame has changed nothing.
   */
  read(now: Instant, datagram: Uint8Array): Reading | Fault {
    const octets = this.#coding === undefined ? datagram : this.#decode(datagram, this.#coding);
    if (octets instanceof Fault) return octets;
    const frame = decodeFrame(octets, this.#managed);
    if (frame instanceof Fault) return frame;
    const { vcid, mapId, vcfCount } = frame.header;
    this.ocf = frame.ocf;
    if (vcid === OID_VCID) return 'idle';
    if (!hasMap(vcid, mapId)) return MAP_UNKNOWN;
    if (vcid === HANDSHAKE_VCID) {
      if (!this.#message.collecting) this.#messageAt = now;
      else if (now - this.#messageAt > MESSAGE_LIFE_US) this.#message.interrupt();
      this.#messages.push(mapId, vcfCount, frame.data);
      return 'handshake';
    }
    if (vcid !== CONTROL_VCID && vcid >= TRAFFIC_CLASSES.length) return VC_UNKNOWN;
    const tfdf = this.#open(now, frame);
    if (tfdf instanceof Fault) return tfdf;
    if (vcid === CONTROL_VCID) {
      this.#control.push(mapId, vcfCount, tfdf);
      return 'control';
    }
    this.trafficClass = vcid as TrafficClass;
    this.isManagement = mapId === MANAGEMENT_MAP_ID;
    this.#packets[vcid]!.push(mapId, vcfCount, tfdf);
    return 'packets';
  }

  /** The clear data field of a protected frame, sampled whatever comes of it. */
  #open(now: Instant, frame: TransferFrame): Uint8Array | Fault {
    const { header, data } = frame;
    this.spi = (data[0]! << 8) | (data[1] ?? 0);
    const opener = this.#keying.opener(this.spi, header.vcid, header.mapId);
    if (opener instanceof Fault) {
      this.#sampler?.sample(now, this.spi, 0, opener);
      return opener === SA_UNKNOWN && looksClear(data) ? CLEAR_REFUSED : opener;
    }
    this.#opener = opener;
    const tfdf = openData(frame, this.#foundOpener, opener.association);
    const fault = tfdf instanceof Fault ? tfdf : undefined;
    this.#sampler?.sample(now, this.spi, sequenceLow(data, opener), fault);
    return tfdf;
  }

  /** The next whole packet, whose octets the taker owns; or what went wrong; or undefined. */
  nextPacket(): Packet | Fault | undefined {
    return this.#packets[this.trafficClass]!.next();
  }

  /** Whether a packet holds an LTP segment, on a channel that has such. */
  isSegment(packet: Packet): boolean {
    if (!this.#ltp || packet.packetVersion !== ENCAPSULATION_VERSION) return false;
    return packet.protocolId === PROTOCOL_ID_LTP;
  }

  /** The bundle in a packet, whose octets the taker owns; or `link.protocol-id`. */
  bundleIn(packet: Packet): Uint8Array | Fault {
    if (packet.packetVersion !== ENCAPSULATION_VERSION) return PROTOCOL_ID;
    if (packet.protocolId !== PROTOCOL_ID_BUNDLE) return PROTOCOL_ID;
    // A small bundle in a large frame would keep all of the frame for as long as it is stored.
    const { data } = packet;
    return 2 * data.length < data.buffer.byteLength ? data.slice() : data;
  }

  /** The next whole handshake message; or what went wrong; or undefined. */
  nextMessage(): Uint8Array | Fault | undefined {
    return this.#messages.next();
  }

  /** The next whole, authentic message of link control; or what went wrong; or undefined. */
  nextControl(): Uint8Array | Fault | undefined {
    return this.#control.next();
  }

  #decode(datagram: Uint8Array, coding: CodingParameters): Uint8Array | Fault {
    const block = decodeBlock(datagram, coding);
    if (block instanceof Fault) return block;
    this.correctedSymbols += block.correctedSymbols;
    return block.frame;
  }

  #sdus(sduOctetsMax: number): SduReassembler {
    const { fixedLength = false } = this.#managed;
    return new SduReassembler({ upid: UPID_MISSION, sduOctetsMax, fixedLength });
  }

  #onMap0(service: SduReassembler): MapDemultiplexer<Uint8Array> {
    return new MapDemultiplexer([service], this.#managed.vcfCountOctets);
  }
}

function hasMap(vcid: number, mapId: number): boolean {
  return mapId === 0 || (mapId === MANAGEMENT_MAP_ID && vcid === MANAGEMENT_CLASS);
}

/** The low octet of the number that an association counts, as sent. */
function sequenceLow(data: Uint8Array, opener: FrameOpener): number {
  const { ivOctets, sequenceNumberOctets } = opener.association ?? SESSION_ASSOCIATION;
  return data[SPI_OCTETS + ivOctets + sequenceNumberOctets - 1] ?? 0;
}

/**
 * Whether a data field without a known SPI reads as a clear one: the first or only segment of a
 * bundle's packet, or link control. Some 8 of the 65536 SPIs look like that.
 */
function looksClear(data: Uint8Array): boolean {
  const [header, first = 0] = data;
  if (header === 0xe5) return first >> 3 === 0x80 >> 3;
  return (header === 0xe0 || header === 0x80) && first >> 2 === 0xf0 >> 2;
}

/** LS-402. */
const MESSAGE_OCTETS_MAX = 4_096;
const MESSAGE_LIFE_US = 10_000_000;

const VC_UNKNOWN = new Fault('link', 'vc-unknown', 'CCSDS 732.1-B-3 4.3.11');
const CLEAR_REFUSED = new Fault('link', 'clear-refused', 'LS-405');
const PROTOCOL_ID = new Fault('link', 'protocol-id', 'link-layer 3');
