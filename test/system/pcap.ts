/** A capture file that other programs read: classic pcap, as little-endian as the format began. */
import { concat } from '#protocol/bytes/octets.ts';

/** What the records of a file are. Source: the link-layer header types of libpcap. */
export const LINK_TYPE = { user0: 147, ipv4: 228 } as const;

/** The octets of a file with one record for each packet, a millisecond apart. */
export function pcapOf(linkType: number, packets: readonly Uint8Array[]): Uint8Array {
  const header = words(0xa1b2c3d4, (4 << 16) | 2, 0, 0, 0x40000, linkType);
  return concat([
    header,
    ...packets.flatMap((packet, n) => [words(0, n * 1_000, packet.length, packet.length), packet]),
  ]);
}

/** A UDP datagram between two loopback addresses, in IPv4, without a UDP checksum. */
export function udpDatagram(port: number, data: Uint8Array): Uint8Array {
  const octets = new Uint8Array(28 + data.length);
  const view = new DataView(octets.buffer);
  octets.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2]);
  view.setUint16(2, octets.length);
  view.setUint16(20, port);
  view.setUint16(22, port);
  view.setUint16(24, 8 + data.length);
  octets.set(data, 28);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += view.getUint16(at);
  view.setUint16(10, ~((sum & 0xffff) + (sum >>> 16)));
  return octets;
}

function words(...values: number[]): Uint8Array {
  const octets = new Uint8Array(4 * values.length);
  const view = new DataView(octets.buffer);
  values.forEach((value, n) => {
    view.setUint32(4 * n, value, true);
  });
  return octets;
}
