/** What a device sends, for tests that look at all of it, and bundles that make it send. */
import { toHex } from '#protocol/bytes/octets.ts';
import { Device, read } from './device.ts';
import { block, framed, ipn, payload, primary } from './raw-bundle.ts';

/** What a device makes, reports, cuts and passes on, as octets in hexadecimal. */
export function everythingThatLeaves(): string[] {
  const device = new Device(200, { statusReports: true, fragmentOctetsMax: 300 });
  device.send({ reports: { delivery: true, times: true } }).send({ anonymous: true });
  device.send({ adu: new Uint8Array(600) });
  device.inject(asking(block(200, 9, '00', { flags: 2, crc: 2 })));
  return [...device.left, ...new Device(200, { clockless: true }).send().left];
}

/** A bundle for elsewhere that asks for reports; what is given is its payload or comes before. */
export function asking(last: string, flags = 0x40000): string {
  const first = primary({ destination: ipn(900, 7), flags });
  const isPayload = last.slice(2, 6) === '0101';
  return isPayload ? framed(first, last) : framed(first, last, payload());
}

/** The blocks of a bundle as they stand in it, with the CRC type that each names. */
export function blocksOf(hex: string): { readonly hex: string; readonly crcType: 0 | 1 | 2 }[] {
  const { primary: first, blocks } = read(hex);
  return [first, ...blocks].map(({ octets, crcType }) => ({ hex: toHex(octets!), crcType }));
}

/** One bit of one octet is another. */
export function flipped(hex: string, octet: number): string {
  const at = 2 * octet;
  const value = Number.parseInt(hex.slice(at, at + 2), 16) ^ 1;
  return hex.slice(0, at) + value.toString(16).padStart(2, '0') + hex.slice(at + 2);
}
