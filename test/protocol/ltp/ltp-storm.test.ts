/** Many seeds on a bad wire: nothing red is lost or comes twice, nothing green comes twice. */
import { describe, expect, it } from 'vitest';
import { toHex } from '#protocol/bytes/octets.ts';
import { LtpPair, type LtpPairOptions, MS } from './ltp-pair.ts';

describe('a wire that loses 30 % both ways, repeats and reorders, and is cut at times', () => {
  it.each<[number, string, LtpPairOptions]>([
    [1_000, 'a checkpoint at the end', {}],
    [200, 'checkpoints within', { options: { checkpointEveryOctets: 450 } }],
    [200, 'a store slower than a round trip', { storeUs: 75 * MS }],
  ])('carries everything red exactly once, for %d seeds, with %s', (seeds, _, options) => {
    for (let seed = 1; seed <= seeds; seed++) storm(seed, options);
  });
});

function storm(seed: number, options: LtpPairOptions): void {
  const pair = new LtpPair({
    ...options,
    seed,
    loss: 0.3,
    repeats: 0.1,
    jitterUs: 15 * MS,
    options: { ...options.options, limits: { transmissionsMax: 60, cyclesMax: 1_000 } },
  });
  const { chance } = pair;
  const sent = [0, 1].map((end) =>
    Array.from({ length: 2 }, () => {
      const octets = chance.octets(1 + Math.floor(chance.fraction() * 1_500));
      const allRed = chance.fraction() < 0.7;
      const redOctets = allRed ? octets.length : Math.floor(chance.fraction() * octets.length);
      const session = pair.send(end as 0 | 1, octets, { redOctets });
      return { octets, redOctets, session };
    }),
  );
  pair.at(Math.floor(chance.fraction() * 60 * MS), () => pair.linkDown());
  pair.at(60 * MS + Math.floor(chance.fraction() * 60 * MS), () => pair.linkUp());
  pair.run();
  const seen = sent.map((blocks, end) => {
    const far = end === 0 ? 1 : 0;
    const received = pair.of(far, 'received');
    const green = pair.of(far, 'green');
    return blocks.map(({ octets, redOctets, session }) => ({
      completed: count(pair.of(end as 0 | 1, 'completed'), session.number),
      red: received
        .filter((output) => output.session.number === session.number)
        .map((output) => toHex(output.octets) === toHex(octets.subarray(0, redOctets))),
      greenTwice: green
        .filter((output) => output.session.number === session.number)
        .some(
          ({ offset, data }, n, all) =>
            toHex(data) !== toHex(octets.subarray(offset, offset + data.length)) ||
            all.some(
              (other, m) =>
                m > n &&
                other.offset < offset + data.length &&
                offset < other.offset + other.data.length,
            ),
        ),
    }));
  });
  const right = sent.map((blocks) =>
    blocks.map(({ redOctets }) => ({
      completed: 1,
      red: redOctets > 0 ? [true] : [],
      greenTwice: false,
    })),
  );
  expect(seen, `seed ${seed}`).toEqual(right);
  for (const snapshot of pair.snapshots()) {
    const { sendSessions, receiveSessions, receiveOctets } = snapshot;
    expect([sendSessions, receiveSessions, receiveOctets], `seed ${seed}`).toEqual([0, 0, 0]);
  }
}

function count(outputs: readonly { session: { number: number } }[], number: number): number {
  return outputs.filter(({ session }) => session.number === number).length;
}
