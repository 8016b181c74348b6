import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { MapDemultiplexer } from '#protocol/frame/map-demultiplexer.ts';
import { SduReassembler } from '#protocol/frame/sdu-reassembler.ts';
import { segmentSdu } from '#protocol/frame/sdu-segmenter.ts';

describe('the SDU reassembler', () => {
  it('joins segments, and hands on what is whole', () => {
    expect(
      run([
        [0, 'e5010203'],
        [1, '8501'],
        [2, 'a502'],
        [3, 'c503'],
        [4, 'e504'],
      ]),
    ).toEqual(['010203', '010203', '04']);
  });

  it('begins at any count', () => {
    expect(
      run([
        [9, '8501'],
        [10, 'c502'],
      ]),
    ).toEqual(['0102']);
  });

  it('follows the count over its end', () => {
    expect(
      run(
        [
          [0xff, '8501'],
          [0, 'c502'],
        ],
        { vcfCountOctets: 1 },
      ),
    ).toEqual(['0102']);
  });

  it('sees no gap without a count', () => {
    expect(
      run(
        [
          [0, '8501'],
          [0, 'c502'],
        ],
        { vcfCountOctets: 0 },
      ),
    ).toEqual(['0102']);
  });

  it('drops the partial SDU at a gap, and its tail in silence', () => {
    expect(
      run([
        [0, '8501'],
        [2, 'a503'],
        [3, 'c504'],
        [4, 'e505'],
      ]),
    ).toEqual(['frame.vcf-gap', '05']);
  });

  it('reports a gap and still takes the whole SDU behind it', () => {
    expect(
      run([
        [0, '8501'],
        [5, 'e509'],
        [6, 'e50a'],
      ]),
    ).toEqual(['frame.vcf-gap', '09', '0a']);
    expect(
      run([
        [0, 'e501'],
        [5, '8502'],
        [6, 'c503'],
      ]),
    ).toEqual(['01', 'frame.vcf-gap', '0203']);
  });

  it('takes a repeated frame for a gap', () => {
    expect(
      run([
        [0, '8501'],
        [0, '8501'],
        [1, 'c502'],
      ]),
    ).toEqual(['frame.vcf-gap', '0102']);
  });

  it('reports an SDU left unfinished, and segments that nothing began, once each', () => {
    expect(
      run([
        [0, '8501'],
        [1, '8502'],
        [2, 'c503'],
      ]),
    ).toEqual(['frame.segment-unfinished', '0203']);
    expect(
      run([
        [0, '8501'],
        [1, 'e502'],
      ]),
    ).toEqual(['frame.segment-unfinished', '02']);
    expect(
      run([
        [7, 'a501'],
        [8, 'a502'],
        [9, 'c503'],
        [10, 'e504'],
      ]),
    ).toEqual(['frame.segment-orphan', '04']);
  });

  it('refuses an SDU longer than its bound, of any number of segments', () => {
    expect(
      run(
        [
          [0, '85010203'],
          [1, 'c50405'],
        ],
        { sduOctetsMax: 5 },
      ),
    ).toEqual(['0102030405']);
    expect(
      run(
        [
          [0, '85010203'],
          [1, 'a50405'],
          [2, 'a506'],
          [3, 'c507'],
          [4, 'e508'],
        ],
        {
          sduOctetsMax: 5,
        },
      ),
    ).toEqual(['frame.sdu-too-long', '08']);
    expect(
      run(
        [
          [0, '850102'],
          [1, 'c503'],
        ],
        { sduOctetsMax: 1 },
      ),
    ).toEqual(['frame.sdu-too-long']);
  });

  it('joins the zones of fixed length in which an SDU starts and goes on', () => {
    expect(
      run(
        [
          [0, '25ffff0102'],
          [1, '45ffff0304'],
          [2, '4500000599'],
          [3, '2500010607'],
          [4, '2500000899'],
        ],
        { fixedLength: true },
      ),
    ).toEqual(['0102030405', '0607', '08']);
  });

  it('drops in zones of fixed length what it drops in the others', () => {
    const fixed = { fixedLength: true };
    expect(run([[0, '45ffff01']], fixed)).toEqual(['frame.segment-orphan']);
    expect(run([[0, 'e501']], fixed)).toEqual(['frame.unsupported-rule']);
    expect(run([[0, '05000001']], fixed)).toEqual(['frame.unsupported-rule']);
    expect(run([[0, '25000101']], fixed)).toEqual(['frame.pointer']);
    expect(
      run(
        [
          [0, '25ffff01'],
          [2, '45000002'],
          [3, '25000003'],
        ],
        fixed,
      ),
    ).toEqual(['frame.vcf-gap', '03']);
  });

  it('drops what is not meant for it', () => {
    expect(
      run([
        [0, '8501'],
        [1, 'e002'],
        [2, 'c503'],
      ]),
    ).toEqual(['frame.upid']);
    expect(
      run([
        [0, '8501'],
        [1, '05ffff02'],
        [2, 'c503'],
      ]),
    ).toEqual(['frame.unsupported-rule']);
  });

  it('hands over arrays that later SDUs leave alone', () => {
    const reassembler = new SduReassembler(OPTIONS);
    reassembler.push(fromHex('8501'));
    reassembler.push(fromHex('c502'));
    const first = reassembler.next();
    reassembler.push(fromHex('8508'));
    reassembler.push(fromHex('c509'));
    expect([first, reassembler.next()]).toEqual([Uint8Array.of(1, 2), Uint8Array.of(8, 9)]);
  });

  it('insists that its outputs are taken', () => {
    const reassembler = new SduReassembler(OPTIONS);
    reassembler.push(fromHex('e501'));
    expect(() => reassembler.push(fromHex('e502'))).toThrow();
  });

  it('loses only what a lost frame was part of', () => {
    const losses = fc.record({
      sdus: fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { minLength: 1 }),
      max: fc.integer({ min: 2, max: 12 }),
      lost: fc.array(fc.nat(60)),
    });
    fc.assert(
      fc.property(losses, ({ sdus, max, lost }) => {
        const reassembler = channelOf(OPTIONS);
        const [expected, received]: string[][] = [[], []];
        let count = 0;
        for (const sdu of sdus) {
          const segmenter = segmentSdu(sdu, max);
          let whole = true;
          for (let tfdf = segmenter.next(); tfdf; tfdf = segmenter.next()) {
            if (lost.includes(count)) whole = false;
            else reassembler.push(0, count, tfdf.slice());
            count++;
            received!.push(...sdusOf(reassembler));
          }
          if (whole) expected!.push(toHex(sdu));
        }
        expect(received).toEqual(expected);
      }),
    );
  });

  it('never throws and never grows past its bound, whatever comes', () => {
    const frames = fc.array(fc.tuple(fc.nat(7), fc.uint8Array({ maxLength: 6 })));
    fc.assert(
      fc.property(frames, fc.boolean(), (pushes, fixedLength) => {
        const reassembler = new SduReassembler({ upid: 0, sduOctetsMax: 8, fixedLength });
        for (const [header, tail] of pushes) {
          reassembler.push(Uint8Array.of(header << 5, ...tail));
          for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
            if (!(out instanceof Fault)) expect(out.length).toBeLessThanOrEqual(8);
          }
        }
      }),
    );
  });
});

const OPTIONS = { upid: 5, sduOctetsMax: 4096, fixedLength: false, vcfCountOctets: 3 };

/** The reassembler behind a virtual channel, which counts its frames. */
function channelOf({ vcfCountOctets, ...options }: typeof OPTIONS): MapDemultiplexer<Uint8Array> {
  return new MapDemultiplexer([new SduReassembler(options)], vcfCountOctets);
}

/** Pushes TFDFs under their counts; SDUs as hexadecimal and faults by key, in order. */
function run(frames: [number, string][], changed: Partial<typeof OPTIONS> = {}): string[] {
  const reassembler = channelOf({ ...OPTIONS, ...changed });
  return frames.flatMap(([count, tfdf]) => {
    reassembler.push(0, count, fromHex(tfdf));
    const outputs: string[] = [];
    for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
      outputs.push(out instanceof Fault ? out.key : toHex(out));
    }
    return outputs;
  });
}

function sdusOf(reassembler: MapDemultiplexer<Uint8Array>): string[] {
  const sdus: string[] = [];
  for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
    if (!(out instanceof Fault)) sdus.push(toHex(out));
  }
  return sdus;
}
