import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { AOS_POINTERS } from '#protocol/frame/aos.ts';
import { decodePacket, isIdlePacket, type Packet } from '#protocol/frame/packet.ts';
import { PacketPacker } from '#protocol/frame/packet-zone.ts';
import { USLP_POINTERS } from '#protocol/frame/tfdf.ts';

describe('the packet packer', () => {
  it('lets packets run on from zone to zone and points at the first that starts', () => {
    const packer = packerOf('f1050a0b0c', 'f1080102030405', '0001c00000000055');
    expect(zones(packer, 4, 5)).toEqual([
      [0, 'f1050a0b', 0],
      [1, '0cf10801', 1],
      [0xffff, '02030405', 1],
      [0, '0001c000', 0],
      [0xffff, '00000055', 1],
    ]);
  });

  it('completes a zone with one idle packet of whatever length is left', () => {
    for (let left = 1; left <= 700; left++) {
      const packer = packerOf('f103aa');
      const zone = new Uint8Array(3 + left);
      expect(packer.fill(zone, 0, zone.length)).toBe(0);
      const idle = decodePacket(zone, 3) as Packet;
      expect(isIdlePacket(idle)).toBe(true);
      expect(idle.end).toBe(zone.length);
    }
  });

  it('points at the idle packet where nothing else starts', () => {
    const packer = packerOf('f1050a0b0c');
    expect(zones(packer, 4, 3)).toEqual([
      [0, 'f1050a0b', 0],
      [1, '0ce10300', 1],
      [0, 'e1040000', 0],
    ]);
  });

  it('writes the pointer values of the link that it packs for', () => {
    const packer = new PacketPacker(AOS_POINTERS);
    packer.push(fromHex('f1080102030405'));
    expect(zones(packer, 3, 2).map(([pointer]) => pointer)).toEqual([0, 2047]);
  });

  it('knows how much waits, and forgets it when told', () => {
    const packer = packerOf('f1050a0b0c', 'f103aa');
    packer.fill(new Uint8Array(6), 0, 6);
    expect(packer.waitingOctets).toBe(2);
    packer.clear();
    expect(packer.waitingOctets).toBe(0);
    expect(zones(packer, 2, 1)).toEqual([[0, 'e102', 0]]);
  });
});

function packerOf(...packets: string[]): PacketPacker {
  const packer = new PacketPacker(USLP_POINTERS);
  for (const packet of packets) packer.push(fromHex(packet));
  return packer;
}

/** Pointer, octets and packets finished of the next zones; what surrounds a zone stays. */
function zones(packer: PacketPacker, zoneOctets: number, count: number) {
  return Array.from({ length: count }, () => {
    const out = new Uint8Array(zoneOctets + 2).fill(0x99);
    const pointer = packer.fill(out, 1, 1 + zoneOctets);
    expect([out[0], out.at(-1)]).toEqual([0x99, 0x99]);
    return [pointer, toHex(out.subarray(1, 1 + zoneOctets)), packer.finished];
  });
}
