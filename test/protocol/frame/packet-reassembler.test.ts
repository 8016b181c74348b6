import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '#protocol/bytes/octets.ts';
import { MapDemultiplexer } from '#protocol/frame/map-demultiplexer.ts';
import { packetReassembler } from '#protocol/frame/packet-reassembler.ts';
import { segmentPacket } from '#protocol/frame/sdu-segmenter.ts';
import { nameOf } from './packets.ts';

describe('the packet reassembler', () => {
  it('hands on every packet of a frame but the idle ones', () => {
    expect(run([[0, 'e0f10301e0f1040203e103ffe503aa']])).toEqual(['4:01', '4:0203', '1:aa']);
    expect(
      run([
        [0, 'e0'],
        [1, 'e0e0'],
      ]),
    ).toEqual([]);
  });

  it('takes Space Packets among the others', () => {
    expect(run([[0, 'e00001c000000005f1030107ffc0000000aaf10302']])).toEqual([
      '1=05',
      '4:01',
      '4:02',
    ]);
  });

  it('follows packets from zone to zone of fixed length', () => {
    const fixed = { ...OPTIONS, fixedLength: true };
    expect(
      run(
        [
          [0, '000000f10301e0f10605'],
          [1, '00ffff0607'],
          [2, '00000108f10309'],
          [4, '00000100f1030a'],
          [5, 'e0f1030b'],
          [6, '05000000'],
          [7, '00000700'],
          [8, '000000f1030c'],
        ],
        fixed,
      ),
    ).toEqual([
      '4:01',
      '4:05060708',
      '4:09',
      'frame.vcf-gap',
      '4:0a',
      'frame.unsupported-rule',
      'frame.upid',
      'frame.pointer',
      '4:0c',
    ]);
  });

  it('joins a packet that spans frames', () => {
    expect(
      run([
        [0, '80f105'],
        [1, 'a001'],
        [2, 'c00203'],
      ]),
    ).toEqual(['4:010203']);
  });

  it('reports a packet that the frame cuts short, and whatever is no packet', () => {
    expect(
      run([
        [0, 'e0f10301f104aa'],
        [1, 'e0f10302'],
      ]),
    ).toEqual(['4:01', 'packet.truncated', '4:02']);
    expect(
      run([
        [0, 'e0f1030120'],
        [1, 'e0f10302'],
      ]),
    ).toEqual(['4:01', 'packet.version', '4:02']);
  });

  it('passes on the faults of the frames below', () => {
    expect(
      run([
        [0, '80f105'],
        [2, 'c00203'],
      ]),
    ).toEqual(['frame.vcf-gap']);
    expect(run([[0, 'e5f103']])).toEqual(['frame.upid']);
  });

  it('gives back every packet sent, however it was cut', () => {
    const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 500 }));
    fc.assert(
      fc.property(packets, fc.integer({ min: 2, max: 300 }), (sent, max) => {
        const reassembler = packetReassembler(OPTIONS);
        for (const data of sent) {
          const segmenter = segmentPacket(4, data, max);
          while (!segmenter.done) {
            expect(reassembler.next()).toBeUndefined();
            reassembler.push(segmenter.next()!.slice());
          }
          expect(reassembler.next()).toMatchObject({ protocolId: 4, data });
          expect(reassembler.next()).toBeUndefined();
        }
      }),
    );
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 30 })),
        fc.boolean(),
        (zones, fixedLength) => {
          const reassembler = packetReassembler({ ...OPTIONS, fixedLength });
          for (const zone of zones) {
            reassembler.push(Uint8Array.of(fixedLength ? 0 : 0xe0, ...zone));
            while (reassembler.next() !== undefined);
          }
        },
      ),
    );
  });
});

const OPTIONS = { packetOctetsMax: 65536, fixedLength: false };

/** Pushes TFDFs under their counts; packets by `nameOf` and faults by key, in order. */
function run(frames: [number, string][], options = OPTIONS): string[] {
  const reassembler = new MapDemultiplexer([packetReassembler(options)], 3);
  return frames.flatMap(([count, tfdf]) => {
    reassembler.push(0, count, fromHex(tfdf));
    const outputs: string[] = [];
    for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
      outputs.push(nameOf(out));
    }
    return outputs;
  });
}
