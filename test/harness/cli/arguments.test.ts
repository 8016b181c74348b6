import { describe, expect, it } from 'vitest';
import { choiceOf, countOf, durationOf, parseArguments } from '#harness/cli/arguments.ts';
import type { Command, Invocation } from '#harness/cli/command.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';

const COMMAND: Command = {
  name: 'fly',
  summary: 'Fly',
  positionals: ['scenario'],
  flags: {
    for: { type: 'string', value: 'TIME', help: '' },
    json: { type: 'boolean', help: '' },
  },
  example: '',
  notes: '',
  run: async () => 0,
};

function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  return 'accepted';
}

describe('arguments', () => {
  it('are one or more where the last one says so', () => {
    const command = { ...COMMAND, positionals: ['file…'] };
    expect(parseArguments(command, ['a', 'b', '--json']).positionals).toEqual(['a', 'b']);
    expect(complaint(() => parseArguments(command, []))).toContain('no file… is given');
  });

  it.each([
    [['a.yaml'], {}],
    [['a.yaml', '--for', '60s', '--json'], { for: '60s', json: true }],
    [['--for=60s', 'a.yaml'], { for: '60s' }],
    [['--for=-1', 'a.yaml'], { for: '-1' }],
    [['--', 'a.yaml'], {}],
  ])('%j are taken apart', (args, flags) => {
    expect(parseArguments(COMMAND, args)).toEqual({ positionals: ['a.yaml'], flags });
  });

  it.each([
    [
      ['a', '--fro', '60s'],
      '--fro is not a flag of orbweaver fly. Expected flags among --for, --json. ' +
        'Perhaps --for was meant.',
    ],
    [
      ['a', '--colour'],
      '--colour is not a flag of orbweaver fly. Expected flags among --for, --json. ' +
        'See orbweaver fly --help.',
    ],
    [
      ['a', '-j'],
      '-j is not a flag of orbweaver fly. Expected flags among --for, --json. ' +
        'See orbweaver fly --help.',
    ],
    [
      ['a', '--constructor'],
      '--constructor is not a flag of orbweaver fly. Expected flags among --for, --json. ' +
        'See orbweaver fly --help.',
    ],
    [['a', '--for'], '--for has no value. Write --for TIME.'],
    [['a', '--for', '--json'], '--for has no value. Write --for TIME.'],
    [['a', '--for='], '--for has no value. Write --for TIME.'],
    [['a', '--json=yes'], '--json takes no value. Write --json alone.'],
    [[], 'no scenario is given. Expected orbweaver fly <scenario>. See orbweaver fly --help.'],
    [
      ['a', 'b'],
      'b is one argument too many. Expected orbweaver fly <scenario>. See orbweaver fly --help.',
    ],
  ])('%j are refused', (args, message) => {
    expect(complaint(() => parseArguments(COMMAND, args))).toBe(message);
  });
});

describe('the value of a flag', () => {
  const given = (value: string): Invocation => ({ positionals: [], flags: { x: value } });
  const absent: Invocation = { positionals: [], flags: {} };

  it('is read', () => {
    expect(durationOf(given('60s'), 'x')).toBe(60_000);
    expect(durationOf(given('1.5 min'), 'x')).toBe(90_000);
    expect(countOf(given('12'), 'x', 12)).toBe(12);
    expect(choiceOf(given('two'), 'x', ['one', 'two'])).toBe('two');
  });

  it('is undefined when the flag is not given', () => {
    expect(durationOf(absent, 'x')).toBeUndefined();
    expect(countOf(absent, 'x', 12)).toBeUndefined();
    expect(choiceOf(absent, 'x', ['one'])).toBeUndefined();
  });

  it.each(['60', '0s', '-1s', '25h', 'soon', '60 km'])('is no duration as %s', (value) => {
    expect(complaint(() => durationOf(given(value), 'x'))).toBe(
      `--x is ${value}. Expected a duration such as 60s, up to 24h. ` +
        'Write a number and one of the units ms, s, min, h.',
    );
  });

  it.each(['13', '-1', '1.5', 'x', '1e1', ' 1'])('is no count up to 12 as %s', (value) => {
    expect(complaint(() => countOf(given(value), 'x', 12))).toBe(
      `--x is ${value}. Expected a whole number from 0 to 12. Correct it.`,
    );
  });

  it('is no choice that is not offered', () => {
    expect(complaint(() => choiceOf(given('tow'), 'x', ['one', 'two']))).toBe(
      '--x is tow. Expected one of one, two. Perhaps two was meant.',
    );
  });
});
