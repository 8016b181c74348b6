import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeSpacePacket, type SpacePacket } from '#protocol/frame/space-packet.ts';
import {
  SpacePacketReassembler,
  SpacePacketSegmenter,
} from '#protocol/frame/space-packet-segments.ts';

describe('the segmenter of Space Packets', () => {
  it('flags first, continuation and last segments, and counts on from unit to unit', () => {
    const segmenter = segmenterOf(2);
    expect(packets(segmenter, '0102030405').map(toHex)).toEqual([
      '10644000' + '00010102',
      '10640001' + '00010304',
      '10648002' + '000005',
    ]);
    expect(packets(segmenter, '06').map(toHex)).toEqual(['1064c003' + '000006']);
  });

  it('takes more than a packet can hold', () => {
    const segmenter = segmenterOf(65_536);
    const data = new Uint8Array(65_537).fill(7);
    segmenter.send(data);
    const cut = [segmenter.next()!, segmenter.next()!, segmenter.next()];
    expect(cut.map((packet) => packet?.length)).toEqual([65_542, 7, undefined]);
    const reassembler = new SpacePacketReassembler(100, 100_000);
    for (const packet of cut.slice(0, 2)) {
      reassembler.push(decodeSpacePacket(packet!, 0) as SpacePacket);
    }
    expect(reassembler.next()).toEqual(data);
  });

  it('asserts that a unit has data, and leaves before the next', () => {
    const segmenter = segmenterOf(2);
    expect(() => segmenter.send(new Uint8Array(0))).toThrow();
    segmenter.send(fromHex('010203'));
    segmenter.next();
    expect(() => segmenter.send(fromHex('04'))).toThrow();
    expect(
      () => new SpacePacketSegmenter({ apid: 2047, telecommand: false, dataOctetsMax: 9 }),
    ).toThrow();
  });
});

describe('the reassembler of Space Packets', () => {
  it('flags a gap, drops the unit that it has cut and no other', () => {
    const sent = packets(segmenterOf(1), '010203');
    const next = segmenterOf(1);
    const all = ['0102', '0304', '05', '06'].flatMap((data) => packets(next, data));
    expect(read(all.filter((_, n) => n !== 1 && n !== 4))).toEqual([
      'packet.count-gap',
      '0304',
      'packet.count-gap',
      '06',
    ]);
    expect(read(sent)).toEqual(['010203']);
  });

  it('reports a unit without end, one without start and one too long', () => {
    expect(read(['1064400000000a', '1064c00100000b'].map(fromHex))).toEqual([
      'packet.segment-unfinished',
      '0b',
    ]);
    expect(read([fromHex('1064000000000a')])).toEqual(['packet.segment-orphan']);
    const segmenter = segmenterOf(8);
    expect(read(packets(segmenter, '00'.repeat(21)))).toEqual(['packet.unit-too-long']);
  });

  it('gives back every unit none of whose packets is lost, over the end of the count', () => {
    const units = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 20 });
    const losses = fc.array(fc.boolean(), { maxLength: 100 });
    fc.assert(
      fc.property(units, losses, fc.integer({ min: 1, max: 7 }), (sent, lost, room) => {
        const segmenter = segmenterOf(room);
        for (let n = 0; n < 16_380; n++) packets(segmenter, '00');
        const expected: string[] = [];
        const received: Uint8Array[] = [];
        let crossings = 0;
        for (const unit of sent) {
          const arrived = packets(segmenter, toHex(unit)).map(
            (packet) => lost[crossings++] !== true && received.push(packet),
          );
          if (!arrived.includes(false)) expected.push(toHex(unit));
        }
        expect(read(received).filter((out) => !out.startsWith('packet.'))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('asserts that it serves one APID', () => {
    expect(() => read([fromHex('1065c00000000a')])).toThrow();
  });
});

function segmenterOf(dataOctetsMax: number): SpacePacketSegmenter {
  return new SpacePacketSegmenter({ apid: 100, telecommand: true, dataOctetsMax });
}

function packets(segmenter: SpacePacketSegmenter, data: string): Uint8Array[] {
  segmenter.send(fromHex(data));
  const cut: Uint8Array[] = [];
  for (let packet = segmenter.next(); packet; packet = segmenter.next()) cut.push(packet);
  return cut;
}

/** Units of at most 20 octets as hexadecimal, and faults by key. */
function read(received: readonly Uint8Array[]): string[] {
  const reassembler = new SpacePacketReassembler(100, 20);
  const outputs: string[] = [];
  for (const packet of received) {
    reassembler.push(decodeSpacePacket(packet, 0) as SpacePacket);
    for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
      outputs.push(out instanceof Fault ? out.key : toHex(out));
    }
  }
  return outputs;
}
