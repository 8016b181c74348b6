/** Packets for tests of what carries them. */
import fc from 'fast-check';
import { toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { encodeEncapsulation } from '#protocol/frame/encapsulation.ts';
import type { Packet } from '#protocol/frame/packet.ts';
import { encodeSpacePacket, SEQUENCE_WHOLE } from '#protocol/frame/space-packet.ts';

/** A fresh Space Packet. */
export function spacePacket(apid: number, data: Uint8Array): Uint8Array {
  const flags = {
    telecommand: false,
    secondaryHeader: false,
    sequenceFlags: SEQUENCE_WHOLE,
  } as const;
  return encodeSpacePacket({ ...flags, apid, sequenceCount: 0 }, data);
}

/** Packets of both kinds, none idle, with headers of every length that such data give. */
export const anyPacket: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom(-1, 1, 4, 7),
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 400 }).map((length) => new Uint8Array(length).fill(0xf1)),
    ),
  )
  .map(([id, data]) => (id < 0 ? spacePacket(data[0]!, data) : encodeEncapsulation(id, data)));

/** A Space Packet as `apid=data`, an Encapsulation Packet as `id:data`, a fault by its key. */
export function nameOf(output: Packet | Fault | 'more'): string {
  if (output === 'more') return output;
  if (output instanceof Fault) return output.key;
  const data = toHex(output.data);
  return output.packetVersion === 0
    ? `${output.header.apid}=${data}`
    : `${output.protocolId}:${data}`;
}
