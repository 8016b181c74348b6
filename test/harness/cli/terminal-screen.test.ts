import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TerminalScreen } from '#harness/cli/terminal-screen.ts';

function drawing(): { screen: TerminalScreen; wait(ms: number): void; drawn(): string[] } {
  let now = 0;
  const stream = Object.assign(new PassThrough(), { columns: 100, rows: 30, isTTY: true });
  const screen = new TerminalScreen(stream as unknown as NodeJS.WriteStream, () => now);
  return {
    screen,
    wait: (ms) => {
      now += ms;
    },
    drawn: () => stripVTControlCharacters(String(stream.read() ?? '')).split('\n'),
  };
}

describe('progress on a terminal', () => {
  it('is three bars', () => {
    const { screen, wait, drawn } = drawing();
    screen.started(37, 74);
    wait(100);
    screen.secured(129, 129);
    wait(100);
    const bundles = { sent: 9, delivered: 8, stored: 1, kills: 0, away: 0 };
    screen.traffic({ elapsedMs: 15_200, totalMs: 60_000, ...bundles });
    const bar = (filled: number) => '━'.repeat(filled) + '─'.repeat(30 - filled);
    expect(drawn().slice(-4)).toEqual([
      `  processes  ${bar(15)}  37 of 74`,
      `  links      ${bar(30)}  129 of 129`,
      `  traffic    ${bar(8)}  15 of 60 s   9 sent, 8 delivered, 1 stored`,
      '',
    ]);
  });

  it('tells below the bars who was killed, once anybody was', () => {
    const { screen, drawn } = drawing();
    const bundles = { sent: 9, delivered: 8, stored: 1, kills: 3, away: 1 };
    screen.traffic({ elapsedMs: 15_200, totalMs: 60_000, ...bundles });
    expect(drawn().at(-2)).toBe('  nodes      3 killed, 1 away');
  });

  it('is not drawn more often than the eye can see', () => {
    const { screen, wait, drawn } = drawing();
    screen.started(1, 74);
    drawn();
    screen.started(2, 74);
    expect(drawn()).toEqual(['']);
    wait(80);
    screen.started(3, 74);
    expect(drawn().join()).toContain('3 of 74');
    screen.started(74, 74);
    expect(drawn().join()).toContain('74 of 74');
  });

  it('keeps a warning above the bars, and the bars when it is done', () => {
    const { screen, drawn } = drawing();
    screen.started(74, 74);
    drawn();
    screen.warn('p1s01 died');
    expect(drawn().slice(0, 2)).toEqual(['p1s01 died', `  processes  ${'━'.repeat(30)}  74 of 74`]);
    screen.secured(5, 9);
    screen.done();
    expect(drawn().join()).toContain('5 of 9');
  });
});
