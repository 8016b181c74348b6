/**
 * The two kinds of packet that may follow each other in a data zone, told apart by the packet
 * version number in their first three bits: 000 Space Packet, 111 Encapsulation Packet. Source:
 * CCSDS 732.1-B-3 §4.1.4.3.4 and 5.
 */
import type { Fault } from '../fault.ts';
import {
  decodeEncapsulation,
  type EncapsulationPacket,
  encapsulationOctets,
  PROTOCOL_ID_IDLE,
} from './encapsulation.ts';
import {
  APID_IDLE,
  decodeSpacePacket,
  SPACE_PACKET_VERSION,
  type SpacePacket,
  spacePacketOctets,
} from './space-packet.ts';

/** Either kind; `packetVersion` tells which. */
export type Packet = SpacePacket | EncapsulationPacket;

/**
 * The packet that starts at `octets[at]`; `more` when the octets end before the packet does;
 * `packet.version` for a third kind, or the faults of the kind it is.
 */
export function decodePacket(octets: Uint8Array, at: number): Packet | Fault | 'more' {
  if (at >= octets.length) return 'more';
  return octets[at]! >> 5 === SPACE_PACKET_VERSION
    ? decodeSpacePacket(octets, at)
    : decodeEncapsulation(octets, at);
}

/** How long the packet at `octets[at]` says that it is; else as `decodePacket`. */
export function packetOctets(octets: Uint8Array, at: number): number | Fault | 'more' {
  if (at >= octets.length) return 'more';
  return octets[at]! >> 5 === SPACE_PACKET_VERSION
    ? spacePacketOctets(octets, at)
    : encapsulationOctets(octets, at);
}

/** Whether the packet only fills a zone, so that the receiver discards it. */
export function isIdlePacket(packet: Packet): boolean {
  return packet.packetVersion === SPACE_PACKET_VERSION
    ? packet.header.apid === APID_IDLE
    : packet.protocolId === PROTOCOL_ID_IDLE;
}
