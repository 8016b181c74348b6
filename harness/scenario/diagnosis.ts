/** From what a schema objects to, to what a person can act on: place, finding, remedy. */
import type { z } from 'zod';
import { ConfigError } from '#node/config-error.ts';
import { suggestion } from './suggestion.ts';
import { KEY_SEPARATOR } from './vocabulary.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** The issues of a schema from vocabulary.ts as errors with places in `file`. */
export function diagnose(
  issues: readonly z.core.$ZodIssue[],
  source: YamlSource,
  file: string,
): ConfigError[] {
  const misspelt = new Set<string>(); // Bounded by the keys of the file.
  const errors: ConfigError[] = [];
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    for (const key of issue.keys) {
      const known = issue.message.split(KEY_SEPARATOR);
      const meant = suggestion(key, known);
      if (meant !== undefined) misspelt.add([...issue.path, meant].join('.'));
      errors.push(
        new ConfigError(`${key} is not a key of ${nameOf(issue.path)}`, {
          file,
          ...source.placeOfKey(issue.path, key),
          expected: `keys among ${issue.message}`,
          remedy: meant === undefined ? 'Remove it' : `Perhaps ${meant} was meant`,
        }),
      );
    }
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys' || misspelt.has(issue.path.join('.'))) continue;
    errors.push(diagnoseValue(issue, source, file));
  }
  return errors;
}

/** The value at `path`, in words that follow "the scenario has" or begin a sentence. */
function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the scenario';
  if (typeof last === 'number') return `item ${last + 1} of ${nameOf(path.slice(0, -1))}`;
  return String(last);
}

function diagnoseValue(issue: z.core.$ZodIssue, source: YamlSource, file: string): ConfigError {
  const { path } = issue;
  const found = valueAt(source.value, path);
  const words = wordsOf(issue);
  const expected = words === undefined ? issue.message : `one of ${words.join(', ')}`;
  const place = source.placeOf(path);
  if (found === undefined) {
    const what = `${nameOf(path.slice(0, -1))} has no ${nameOf(path)}`;
    return new ConfigError(what, { file, ...place, expected, remedy: `Add ${nameOf(path)}` });
  }
  return new ConfigError(`${nameOf(path)} is ${show(found)}`, {
    file,
    ...place,
    expected,
    remedy: remedyFor(issue, found, words),
  });
}

/** The words a choice offers; undefined where any other value was expected. */
function wordsOf(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' && 'options' in issue
    ? (issue.options as unknown[]).map(String)
    : undefined;
}

function remedyFor(issue: z.core.$ZodIssue, found: unknown, words: string[] | undefined): string {
  if (words !== undefined) {
    const meant = typeof found === 'string' ? suggestion(found, words) : undefined;
    return meant === undefined ? 'Choose one of them' : `Perhaps ${meant} was meant`;
  }
  const units = issue.code === 'custom' ? (issue.params?.units as string[] | undefined) : undefined;
  return units === undefined
    ? 'Correct it'
    : `Write a number and one of the units ${units.join(', ')}`;
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const step of path) found = (found as Record<PropertyKey, unknown> | null)?.[step];
  return found;
}

/** A found value in a few words. */
function show(found: unknown): string {
  if (found === null || found === '') return 'empty';
  if (Array.isArray(found)) return `a list of ${found.length}`;
  if (typeof found === 'object') return 'a mapping';
  const text = String(found).replaceAll(/\s+/g, ' ');
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const SHOWN_MAX = 40;
