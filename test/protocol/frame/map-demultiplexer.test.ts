import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { MapDemultiplexer } from '#protocol/frame/map-demultiplexer.ts';
import { encodeOctets, OctetStream } from '#protocol/frame/octet-stream.ts';
import { SduReassembler } from '#protocol/frame/sdu-reassembler.ts';

describe('the MAP demultiplexer', () => {
  it('gives each data field to the service of its MAP', () => {
    expect(run([0, 0, '850a'], [1, 1, '640b'], [0, 2, 'c50c'])).toEqual(['0b', '0a0c']);
  });

  it('flags a gap once, and lets every MAP drop what it has begun', () => {
    const frames = [
      [0, 0, '850a'],
      [1, 1, '640b'],
      [1, 3, '640c'],
      [0, 4, 'c50d'],
      [0, 5, 'e50e'],
    ] as const;
    expect(run(...frames)).toEqual(['0b', 'frame.vcf-gap', '0c', '0e']);
  });

  it('discards what a MAP carries that it does not know, and follows the count', () => {
    expect(run([0, 0, '850a'], [7, 1, '640b'], [0, 2, 'c50c'])).toEqual([
      'link.map-unknown',
      '0a0c',
    ]);
  });

  it('has no more than sixteen MAPs', () => {
    expect(() => new MapDemultiplexer(Array(17).fill(undefined), 1)).toThrow();
  });
});

describe('an octet stream', () => {
  it('hands on the octets of every zone, empty ones passed over', () => {
    expect(run([1, 0, '640102'], [1, 1, '64'], [1, 2, '6403'])).toEqual(['0102', '03']);
  });

  it('goes on after a gap, and refuses what is no octet stream', () => {
    expect(run([1, 0, '6401'], [1, 2, '6402'])).toEqual(['01', 'frame.vcf-gap', '02']);
    expect(run([1, 0, '6501'], [1, 1, 'e401'], [1, 2, ''])).toEqual([
      'frame.upid',
      'frame.unsupported-rule',
      'frame.tfdf-empty',
    ]);
  });

  it('is sent in pieces of rule 011', () => {
    expect(toHex(encodeOctets(Uint8Array.of(1, 2)))).toBe('640102');
  });
});

/** SDUs on MAP 0 and an octet stream on MAP 1: what comes out of them, faults by key. */
function run(...frames: (readonly [mapId: number, vcfCount: number, tfdf: string])[]): string[] {
  const sdus = new SduReassembler({ upid: 5, sduOctetsMax: 100, fixedLength: false });
  const channel = new MapDemultiplexer([sdus, new OctetStream()], 1);
  const outputs: string[] = [];
  for (const [mapId, vcfCount, tfdf] of frames) {
    channel.push(mapId, vcfCount, fromHex(tfdf));
    for (let out = channel.next(); out !== undefined; out = channel.next()) {
      outputs.push(out instanceof Fault ? out.key : toHex(out));
    }
  }
  return outputs;
}
