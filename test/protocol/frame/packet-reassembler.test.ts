import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { PacketReassembler } from '#protocol/frame/packet-reassembler.ts';
import { segmentPacket } from '#protocol/frame/sdu-segmenter.ts';

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
        [0, 'e0f1030100'],
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
        const reassembler = new PacketReassembler(OPTIONS);
        let count = 0;
        for (const data of sent) {
          const segmenter = segmentPacket(4, data, max);
          while (!segmenter.done) {
            expect(reassembler.next()).toBeUndefined();
            reassembler.push(count++, segmenter.next()!.slice());
          }
          expect(reassembler.next()).toMatchObject({ protocolId: 4, data });
          expect(reassembler.next()).toBeUndefined();
        }
      }),
    );
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (zones) => {
        const reassembler = new PacketReassembler(OPTIONS);
        for (const [count, zone] of zones.entries()) {
          reassembler.push(count, Uint8Array.of(0xe0, 0xe0, ...zone));
          while (reassembler.next() !== undefined);
        }
      }),
    );
  });
});

const OPTIONS = { sduOctetsMax: 65536, vcfCountOctets: 3 };

/** Pushes TFDFs under their counts; packets as `id:data` and faults by key, in order. */
function run(frames: [number, string][]): string[] {
  const reassembler = new PacketReassembler(OPTIONS);
  return frames.flatMap(([count, tfdf]) => {
    reassembler.push(count, fromHex(tfdf));
    const outputs: string[] = [];
    for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
      outputs.push(out instanceof Fault ? out.key : `${out.protocolId}:${toHex(out.data)}`);
    }
    return outputs;
  });
}
