import { describe, expect, it } from 'vitest';
import { Interruption } from '#harness/cli/interruption.ts';
import { TestTerminal } from './terminal.ts';

function interrupted(): { terminal: TestTerminal; lines: string[]; interruption: Interruption } {
  const terminal = new TestTerminal();
  const lines: string[] = [];
  return { terminal, lines, interruption: new Interruption(terminal, (line) => lines.push(line)) };
}

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM'])('by %s stops the run in good order', (signal) => {
    const { terminal, lines, interruption } = interrupted();
    expect(interruption.signal.aborted).toBe(false);
    terminal.process.emit(signal);
    expect(interruption.signal.aborted).toBe(true);
    expect(terminal.process.exits).toEqual([]);
    expect(lines).toEqual([
      'Stopping; the report follows. Ctrl-C once more ends everything at once.',
    ]);
  });

  it('ends everything at once the second time', () => {
    const { terminal, lines } = interrupted();
    terminal.process.emit('SIGINT');
    terminal.ms = 2_000;
    terminal.process.emit('SIGINT');
    expect(terminal.process.exits).toEqual([130]);
    expect(lines[1]).toBe('Ending at once, without a report.');
  });

  it('takes two signals of one keypress for one', () => {
    const { terminal } = interrupted();
    terminal.process.emit('SIGINT');
    terminal.ms = 20;
    terminal.process.emit('SIGINT');
    expect(terminal.process.exits).toEqual([]);
  });

  it('leaves no listener behind', () => {
    const { terminal, interruption } = interrupted();
    expect(terminal.process.listenerCount('SIGINT')).toBe(1);
    interruption.dispose();
    expect(terminal.process.listenerCount('SIGINT')).toBe(0);
    expect(terminal.process.listenerCount('SIGTERM')).toBe(0);
  });
});
