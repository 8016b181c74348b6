import { describe, expect, it } from 'vitest';
import { LinkPair } from './link-pair.ts';

describe('a session that ground ends', () => {
  it('is over, with its keys, and another begins from nothing', () => {
    const pair = new LinkPair();
    pair.connect();
    pair.run(1_000_000);
    const [a] = pair.ends;
    const [before] = receiving(pair);
    a.link.endSession(pair.now, before!.spi);
    pair.run(10_000_000);
    expect(a.of('down').map(({ reason }) => reason)).toEqual(['stopped by command']);
    expect(a.link.secured).toBe(true);
    const spis = receiving(pair).map(({ spi }) => spi);
    expect(spis).not.toContain(before!.spi);
    expect(a.link.snapshot()).toMatchObject({ handshakes: 2, rekeys: 0 });
  });

  it('is left alone by an SPI that is not its own', () => {
    const pair = new LinkPair();
    pair.connect();
    pair.run(1_000_000);
    const [a] = pair.ends;
    a.link.endSession(pair.now, receiving(pair)[0]!.spi ^ 1);
    pair.run(2_000_000);
    expect([a.of('down'), a.link.secured]).toEqual([[], true]);
  });
});

function receiving(pair: LinkPair) {
  const { associations } = pair.ends[0].link.snapshot();
  return associations.filter(({ direction }) => direction === 'receiving');
}
