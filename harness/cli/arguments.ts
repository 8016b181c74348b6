/** Takes a command line apart; whatever is not known is refused, with a suggestion. */
import { parseArgs } from 'node:util';
import { ConfigError } from '#node/config-error.ts';
import { parseQuantity } from '../scenario/quantity.ts';
import { suggestion } from '../scenario/suggestion.ts';
import type { Command, Flag, Invocation } from './command.ts';

/** The arguments of `command`. Throws ConfigError for a flag, value or count that does not fit. */
export function parseArguments(command: Command, args: readonly string[]): Invocation {
  // Not `strict`, whose messages suggest nothing and know no command.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(command.flags).map(([name, { type }]) => [name, { type }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = []; // Bounded by the command line.
  const flags: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { rawName, value, inlineValue } = token;
    const known = Object.hasOwn(command.flags, token.name) && rawName.startsWith('--');
    if (!known) throw unknownFlag(rawName, command);
    const flag = command.flags[token.name] as Flag;
    flags[token.name] = flagValue(rawName, flag, value, inlineValue === true);
  }
  checkCount(command, positionals);
  return { positionals, flags };
}

/** The choice a flag makes, if it was given. Throws ConfigError for one that is not offered. */
export function choiceOf<Word extends string>(
  { flags }: Invocation,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  const meant = suggestion(String(value), words);
  throw new ConfigError(`--${name} is ${value}`, {
    expected: `one of ${words.join(', ')}`,
    remedy: meant === undefined ? 'Choose one of them' : `Perhaps ${meant} was meant`,
  });
}

/** The duration a flag gives, in ms, if it was given. Throws ConfigError for anything else. */
export function durationOf({ flags }: Invocation, name: string): number | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  const durationMs = parseQuantity(String(value), 'duration', 'ms');
  if (durationMs !== undefined && durationMs >= 1 && durationMs <= DURATION_MS_MAX) {
    return Math.round(durationMs);
  }
  throw new ConfigError(`--${name} is ${value}`, {
    expected: 'a duration such as 60s, up to 24h',
    remedy: 'Write a number and one of the units ms, s, min, h',
  });
}

/** The whole number a flag gives, if it was given. Throws ConfigError for anything else. */
export function countOf({ flags }: Invocation, name: string, max: number): number | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  if (/^\d{1,15}$/.test(String(value)) && Number(value) <= max) return Number(value);
  throw new ConfigError(`--${name} is ${value}`, {
    expected: `a whole number from 0 to ${max}`,
    remedy: 'Correct it',
  });
}

/** The text a flag gives. Throws ConfigError when it is not given. */
export function textOf({ flags }: Invocation, name: string, { value }: Flag): string {
  const text = flags[name];
  if (typeof text === 'string') return text;
  throw new ConfigError(`--${name} is not given`, { remedy: `Add --${name} ${value}` });
}

function flagValue(
  rawName: string,
  { type, value: placeholder }: Flag,
  value: string | undefined,
  inline: boolean,
): string | true {
  if (type === 'boolean') {
    if (value === undefined) return true;
    throw new ConfigError(`${rawName} takes no value`, { remedy: `Write ${rawName} alone` });
  }
  // `--for --json` is a value forgotten; `--for=--json` would be meant.
  const isFlag = !inline && value !== undefined && /^-\D/.test(value);
  if (value !== undefined && value !== '' && !isFlag) return value;
  throw new ConfigError(`${rawName} has no value`, {
    remedy: `Write ${rawName} ${placeholder}`,
  });
}

function unknownFlag(rawName: string, { name, flags }: Command): ConfigError {
  const names = Object.keys(flags).map((flag) => `--${flag}`);
  const meant = suggestion(rawName, names);
  return new ConfigError(`${rawName} is not a flag of orbweaver ${name}`, {
    expected: `flags among ${names.join(', ')}`,
    remedy: meant === undefined ? `See orbweaver ${name} --help` : `Perhaps ${meant} was meant`,
  });
}

function checkCount({ name, positionals }: Command, given: readonly string[]): void {
  const open = positionals.at(-1)?.endsWith('…') === true && given.length > positionals.length;
  if (open || given.length === positionals.length) return;
  const missing = positionals[given.length];
  const what =
    missing === undefined
      ? `${given[positionals.length]} is one argument too many`
      : `no ${missing} is given`;
  throw new ConfigError(what, {
    expected: `orbweaver ${[name, ...positionals.map((each) => `<${each}>`)].join(' ')}`,
    remedy: `See orbweaver ${name} --help`,
  });
}

const DURATION_MS_MAX = 86_400_000;
