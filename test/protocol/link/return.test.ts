/** A node that is killed in the middle of a key agreement, and returns in a boot of its own. */
import { describe, expect, it } from 'vitest';
import { LinkPair } from './link-pair.ts';

const S = 1_000_000;
const SEEDS = Array.from({ length: 12 }, (_, at) => 1 + at);

describe('a link comes up soon after the responder returns', () => {
  it.each([0, 1, 2, 3, 4, 5])('when it was killed before it had taken frame %i', (fatal) => {
    for (const seed of SEEDS) {
      const pair = new LinkPair({ seed });
      let taken = 0;
      // Also what it sent before, as long as the initiator goes on.
      pair.tap = (from, frame) => (from === 0 && taken++ >= fatal ? undefined : frame);
      pair.connect();
      pair.run(50_000);
      pair.reboot(1);
      pair.connectEnd(1);
      pair.tap = (_, frame) => frame;
      // What a live session protects for the boot before tells the new one that it is missed.
      pair.send(0, 'a', new Uint8Array(100));
      const before = pair.ends.map((end) => end.of('secured').length);
      const secured = () => pair.ends.every((end, at) => end.of('secured').length > before[at]!);
      const settled = pair.run(12 * S, secured);
      expect(settled, `seed ${seed}`).toBe(true);
    }
  });
});
