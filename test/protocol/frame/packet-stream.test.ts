import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { AOS_POINTERS } from '#protocol/frame/aos.ts';
import { decodePacket } from '#protocol/frame/packet.ts';
import { PacketStream } from '#protocol/frame/packet-stream.ts';
import { PacketPacker, type PointerValues } from '#protocol/frame/packet-zone.ts';
import { USLP_POINTERS } from '#protocol/frame/tfdf.ts';
import { TM_POINTERS } from '#protocol/frame/tm.ts';
import { anyPacket, nameOf } from './packets.ts';

const NONE = 0xffff;
const GAP = 'gap';

describe('the packet stream', () => {
  it('hands on packets of both kinds, whole or spanning zones, but the idle ones', () => {
    expect(
      read([0, 'f1030107ffc0000000aae0f1'], [NONE, '0502'], [2, '0304f103050001c000000006']),
    ).toEqual(['01', '020304', '05', '06']);
  });

  it('joins a packet that comes octet by octet', () => {
    const octets = ['f2', '00', '00', '06', 'aa', 'bb'];
    expect(read(...octets.map((octet, n): Zone => [n === 0 ? 0 : NONE, octet]))).toEqual(['aabb']);
  });

  it('begins at the first pointer, and passes over what is before it in silence', () => {
    expect(read([NONE, 'f10301'], [2, 'f103f10302'])).toEqual(['02']);
  });

  it('drops the packet that a gap has cut, and resumes at the next pointer', () => {
    expect(read([0, 'f10301f105'], GAP, [NONE, '0203'], [1, '04f10305'], [0, 'f10306'])).toEqual([
      '01',
      '05',
      '06',
    ]);
  });

  it('does not join the halves of two packets of one length over a gap', () => {
    expect(read([0, 'f1040a'], GAP, [1, '0bf10301'])).toEqual(['01']);
  });

  it('believes the pointer where the length of a packet disagrees', () => {
    const fault = 'frame.pointer-disagrees';
    expect(read([0, 'f105'], [1, '01f10302'])).toEqual([fault, '02']);
    expect(read([0, 'f105'], [4, '01020304f10302'])).toEqual([fault, '02']);
    expect(read([0, 'f104'], [NONE, '01020304'], [0, 'f10305'])).toEqual([fault, '05']);
    expect(read([0, 'f10301'], [1, '99f10302'])).toEqual(['01', fault, '02']);
    expect(read([0, 'f10301'], [NONE, '9999'], [0, 'f10302'])).toEqual(['01', fault, '02']);
  });

  it('refuses a pointer beyond the zone, and all that the zone holds', () => {
    expect(read([0, 'f105'], [4, '010203'], [NONE, '01'], [0, 'f10302'])).toEqual([
      'frame.pointer',
      '02',
    ]);
  });

  it('leaves a zone at a header that is none', () => {
    expect(read([0, 'f1030120f10302'], [NONE, '00'], [1, '99f10303'])).toEqual([
      '01',
      'packet.version',
      '03',
    ]);
    expect(read([0, 'f101'], [0, 'f10302'])).toEqual(['packet.length', '02']);
    expect(read([0, 'f2'], [NONE, '000001'], [0, 'f10302'])).toEqual(['packet.length', '02']);
  });

  it('refuses a packet longer than agreed as soon as its length is known', () => {
    const fault = 'packet.too-long';
    expect(read([0, 'f2000321'], [0, 'f10302'])).toEqual([fault, '02']);
    expect(read([0, 'f200'], [NONE, '0321'], [0, 'f10302'])).toEqual([fault, '02']);
    expect(read([0, `f2000320${'00'.repeat(796)}`])).toEqual(['00'.repeat(796)]);
  });

  it('goes on over a zone of only idle data', () => {
    expect(readAs(AOS_POINTERS, [0, 'f104'], [2046, '9999'], [2, '0102f10303'])).toEqual([
      '0102',
      '03',
    ]);
  });

  it('insists that what it found is taken', () => {
    const stream = new PacketStream(OPTIONS);
    stream.push(fromHex('f10301'), 0);
    expect(() => stream.push(fromHex('f10302'), 0)).toThrow();
  });
});

describe('packets packed into zones, of which any are lost', () => {
  it('arrive if no zone that held an octet of theirs is lost, in order, and no others do', () => {
    fc.assert(
      fc.property(anyFlow, ({ steps, zoneOctets, pointers }) => {
        const { expected, received } = transmit(steps, zoneOctets, pointers);
        expect(received).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('are joined, lost and cut in that test', () => {
    const steps = [
      { packets: [fromHex('f10601020304')], lost: false },
      { packets: [], lost: false },
      { packets: [fromHex('f10605060708')], lost: true },
      { packets: [fromHex('f10309')], lost: false },
    ];
    const { expected, received } = transmit(steps, 4, USLP_POINTERS);
    expect(expected).toEqual(['4:01020304', '4:09']);
    expect(received).toEqual(expected);
  });
});

describe('any zones with any pointers', () => {
  it('give packets and faults, no more than there are octets, and never a throw', () => {
    const zone = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .array(
          anyPacket.map((packet) => toHex(packet)),
          { maxLength: 3 },
        )
        .map((packets) => fromHex(packets.join(''))),
    );
    const frames = fc.array(fc.tuple(zone, fc.oneof(fc.nat(50), fc.constant(NONE)), fc.boolean()));
    fc.assert(
      fc.property(frames, (zones) => {
        const stream = new PacketStream({ ...OPTIONS, packetOctetsMax: 100 });
        for (const [octets, pointer, gap] of zones) {
          if (gap) stream.interrupt();
          stream.push(octets, pointer);
          let count = 0;
          for (let out = stream.next(); out !== undefined; out = stream.next()) {
            if (!(out instanceof Fault))
              expect(out.data.length).toBeLessThanOrEqual(Math.max(98, octets.length));
            count++;
          }
          expect(count).toBeLessThanOrEqual(octets.length + 1);
        }
      }),
    );
  });
});

type Zone = readonly [pointer: number, octets: string];

interface Step {
  /** What is given to the packer before a zone is filled. */
  readonly packets: readonly Uint8Array[];
  readonly lost: boolean;
}

const OPTIONS = { pointers: USLP_POINTERS, packetOctetsMax: 800 };

const anyFlow = fc.record({
  steps: fc.array(
    fc.record({
      packets: fc.array(anyPacket, { maxLength: 4 }),
      lost: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
    }),
    { maxLength: 30 },
  ),
  zoneOctets: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 1_000 })),
  pointers: fc.constantFrom(USLP_POINTERS, AOS_POINTERS, TM_POINTERS),
});

/** What the stream makes of the zones: the data of packets, and faults by key. */
function readAs(pointers: PointerValues, ...zones: (Zone | typeof GAP)[]): string[] {
  const stream = new PacketStream({ ...OPTIONS, pointers });
  return zones.flatMap((zone) => {
    if (zone === GAP) {
      stream.interrupt();
      return [];
    }
    stream.push(fromHex(zone[1]), zone[0]);
    return outputsOf(stream).map((out) => (out instanceof Fault ? out.key : toHex(out.data)));
  });
}

const read = (...zones: (Zone | typeof GAP)[]) => readAs(USLP_POINTERS, ...zones);

function outputsOf(stream: PacketStream) {
  const outputs = [];
  for (let out = stream.next(); out !== undefined; out = stream.next()) outputs.push(out);
  return outputs;
}

/**
 * Packs, loses and reads. `expected` comes from a model that knows nothing of headers and pointers:
 * which zones hold the octets of each packet.
 */
function transmit(steps: readonly Step[], zoneOctets: number, pointers: PointerValues) {
  const packer = new PacketPacker(pointers);
  const stream = new PacketStream({ pointers, packetOctetsMax: 800 });
  const waiting: { packet: Uint8Array; left: number; hurt: boolean }[] = [];
  const expected: string[] = [];
  const received: string[] = [];
  let gap = false;
  for (let n = 0; n < steps.length || waiting.length > 0; n++) {
    const { packets, lost } = steps[n] ?? { packets: [], lost: false };
    for (const packet of packets) {
      packer.push(packet);
      waiting.push({ packet, left: packet.length, hurt: false });
    }
    for (let room = zoneOctets; room > 0 && waiting.length > 0; ) {
      const first = waiting[0]!;
      const octets = Math.min(room, first.left);
      room -= octets;
      first.left -= octets;
      first.hurt ||= lost;
      if (first.left > 0) continue;
      waiting.shift();
      if (!first.hurt) expected.push(nameOf(decodePacket(first.packet, 0)));
    }
    const zone = new Uint8Array(zoneOctets);
    const pointer = packer.fill(zone, 0, zoneOctets);
    if (!lost) {
      if (gap) stream.interrupt();
      stream.push(zone, pointer);
      received.push(...outputsOf(stream).map(nameOf));
    }
    gap = lost;
  }
  return { expected, received };
}
