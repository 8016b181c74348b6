/**
 * The words scenario schemas are written in. Every schema made here puts into the message of its
 * issues what it expected, as the end of the sentence "Expected …"; diagnosis.ts adds the rest.
 */
import { z } from 'zod';
import {
  DIMENSIONS,
  type Dimension,
  parseQuantity,
  quantityPattern,
  type UnitOf,
} from './quantity.ts';

/** What a quantity may be, in its own unit, both ends included. */
export interface Limits {
  readonly min: number;
  readonly max: number;
  /** Shown when the text is no such quantity at all; the dimension's own example otherwise. */
  readonly example?: string;
}

/** A quantity with its unit, such as `780 km`; the output is a number in `unit`. */
export function quantity<D extends Dimension>(dimension: D, unit: UnitOf<D>, limits: Limits) {
  const { article } = DIMENSIONS[dimension];
  const example = limits.example ?? DIMENSIONS[dimension].example;
  const like = `${article} such as ${example}`;
  return z
    .string({ error: () => like })
    .meta({ pattern: quantityPattern(dimension), examples: [example] })
    .transform((text, context) => {
      const value = parseQuantity(text, dimension, unit);
      if (value !== undefined && value >= limits.min && value <= limits.max) return value;
      const range = `${article} from ${limits.min} ${unit} to ${limits.max} ${unit}`;
      const params = { units: Object.keys(DIMENSIONS[dimension].units) };
      context.addIssue(
        value === undefined
          ? { code: 'custom', message: like, params }
          : { code: 'custom', message: range },
      );
      return z.NEVER;
    });
}

/** A whole number, both ends included. */
export function count(min: number, max: number) {
  const error = () => `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A number without a unit, both ends included. */
export function ratio(min: number, max: number) {
  const error = () => `a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: () => `one of ${words.join(', ')}` });
}

/** One of a few numbers. */
export function oneOf<const Numbers extends readonly [number, ...number[]]>(numbers: Numbers) {
  return z.literal(numbers, { error: () => `one of ${numbers.join(', ')}` });
}

/** `true` or `false`. */
export function truth() {
  return z.boolean({ error: () => 'true or false' });
}

/** Any text. */
export function text(what: string) {
  return z.string({ error: () => what }).max(TEXT_LENGTH_MAX, { error: () => what });
}

/** Text of a fixed form. */
export function form(pattern: RegExp, what: string) {
  return z.string({ error: () => what }).regex(pattern, { error: () => what });
}

/** A name of a scenario or node: it becomes part of file names and log lines. */
export function name(example: string) {
  return form(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/,
    `a name of up to 40 letters, digits, dots and dashes such as ${example}`,
  );
}

/** A mapping with exactly these keys; the message of an unknown-key issue lists them. */
export function mapping<Shape extends z.core.$ZodShape>(shape: Shape) {
  const keys = Object.keys(shape).join(KEY_SEPARATOR);
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? keys : 'a mapping of keys to values'),
  });
}

/** One of several mappings, told apart by their key `kind`. */
export function kinds<
  const Kinds extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(mappings: Kinds) {
  return z.discriminatedUnion('kind', mappings, { error: () => 'a mapping with a kind' });
}

/** Any of some forms; the message says `what`. */
export function oneOfForms<const Forms extends readonly [z.ZodType, z.ZodType]>(
  forms: Forms,
  what: string,
) {
  return z.union(forms, { error: () => what });
}

/** A list of at most `max` items. */
export function list<Item extends z.ZodType>(item: Item, max: number) {
  const error = () => `a list of at most ${max} items`;
  return z.array(item, { error }).max(max, { error });
}

/** Two names, such as the ends of a link. */
export function pair() {
  const error = () => 'a pair of names such as [p1s01, p2s01]';
  return z.tuple([name('p1s01'), name('p2s01')], { error });
}

/** Between the keys in the message of an unknown-key issue. */
export const KEY_SEPARATOR = ', ';

const TEXT_LENGTH_MAX = 2_000;
