import { describe, expect, it } from 'vitest';
import { PlainScreen } from '#harness/cli/plain-screen.ts';

describe('progress in a pipe', () => {
  it('is a line every five seconds and one at each end', () => {
    let ms = 0;
    let text = '';
    const screen = new PlainScreen(
      (line) => {
        text += line;
      },
      () => ms,
    );
    for (let count = 0; count <= 74; count++, ms += 100) screen.started(count, 74);
    for (let count = 0; count <= 9; count++, ms += 10) screen.secured(count, 9);
    screen.secured(9, 9);
    screen.warn('p1s01 died');
    for (let elapsedMs = 0; elapsedMs <= 12_000; elapsedMs += 250, ms += 250) {
      const sent = elapsedMs / 250;
      const bundles = { sent, delivered: sent - 1, stored: 1, kills: 0, away: 0 };
      screen.traffic({ elapsedMs, totalMs: 12_000, ...bundles });
    }
    screen.done();
    expect(text.split('\n')).toEqual([
      'processes: 50 of 74 started',
      'processes: 74 of 74 started',
      'links: 9 of 9 secured',
      'p1s01 died',
      'traffic: 5 of 12 s, 20 sent, 19 delivered, 1 stored',
      'traffic: 10 of 12 s, 40 sent, 39 delivered, 1 stored',
      'traffic: 12 of 12 s, 48 sent, 47 delivered, 1 stored',
      '',
    ]);
  });

  it('tells of nodes once one was killed', () => {
    let text = '';
    const screen = new PlainScreen(
      (line) => {
        text += line;
      },
      () => 0,
    );
    const bundles = { sent: 2, delivered: 1, stored: 1, kills: 3, away: 1 };
    screen.traffic({ elapsedMs: 1_000, totalMs: 1_000, ...bundles });
    expect(text).toBe(
      'traffic: 1 of 1 s, 2 sent, 1 delivered, 1 stored\nnodes: 3 killed, 1 away\n',
    );
  });

  it('says at the end how far it came', () => {
    let text = '';
    const screen = new PlainScreen(
      (line) => {
        text += line;
      },
      () => 0,
    );
    for (let count = 0; count <= 8; count++) screen.secured(count, 9);
    expect(text).toBe('');
    screen.done();
    screen.done();
    expect(text).toBe('links: 8 of 9 secured\n');
  });
});
