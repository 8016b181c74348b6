/** Takes CBOR apart, and writes it again with one item in a form that is not allowed. */
import { concat } from '#protocol/bytes/octets.ts';

/** One data item. */
export interface Item {
  readonly major: number;
  /** The argument of its head: a value, a length or a count. */
  readonly argument: number;
  /** Of a string. */
  readonly octets?: Uint8Array;
  /** Of an array, a map (keys and values in turn) or a tag. */
  readonly items?: readonly Item[];
}

/** A way to write an item that no decoder may take. */
export interface Abuse {
  readonly name: string;
  /** The octets in its place; undefined where the item knows no such abuse. */
  readonly write: (item: Item) => Uint8Array | undefined;
}

const [TEXT, ARRAY, MAP, TAG] = [3, 4, 5, 6];
const BREAK = Uint8Array.of(0xff);

export const ABUSES: readonly Abuse[] = [
  ...[1, 2, 4, 8].map((width) => ({
    name: `a head of ${width} octets too many`,
    write: (item: Item) =>
      widthOf(item.argument) < width ? withHead(item, longHead(item, width)) : undefined,
  })),
  {
    name: 'an indefinite length',
    write: (item) => {
      if (item.octets !== undefined) {
        const chunk = write({ ...item, argument: item.octets.length });
        return concat([Uint8Array.of((item.major << 5) | 31), chunk, BREAK]);
      }
      if (item.major !== ARRAY && item.major !== MAP) return undefined;
      return concat([Uint8Array.of((item.major << 5) | 31), bodyOf(item), BREAK]);
    },
  },
  ...[2 ** 32 - 1, 2 ** 40, 2 ** 53 - 1].map((argument) => ({
    name: `a length of ${argument}`,
    write: (item: Item) =>
      item.octets !== undefined || item.major === ARRAY || item.major === MAP
        ? withHead(item, longHead({ ...item, argument }, argument < 2 ** 32 ? 4 : 8))
        : undefined,
  })),
  {
    name: 'a reserved head',
    write: (item) => withHead(item, Uint8Array.of((item.major << 5) | 28)),
  },
  {
    name: 'a key twice',
    write: (item) => {
      if (item.major !== MAP || item.items === undefined) return undefined;
      const items = [...item.items.slice(0, 2), ...item.items];
      return write({ ...item, argument: item.argument + 1, items });
    },
  },
  {
    name: 'a key twice in place of another',
    write: (item) => {
      if (item.major !== MAP || item.argument < 2) return undefined;
      const [first, value, , ...rest] = item.items as Item[];
      return write({ ...item, items: [first!, value!, first!, ...rest] });
    },
  },
  {
    name: 'keys that do not rise',
    write: (item) => {
      if (item.major !== MAP || item.argument < 2) return undefined;
      const [k1, v1, k2, v2, ...rest] = item.items as Item[];
      return write({ ...item, items: [k2!, v2!, k1!, v1!, ...rest] });
    },
  },
  {
    name: 'nesting of nine',
    write: (item) => concat([new Uint8Array(9).fill(0x81), write(item)]),
  },
  {
    name: 'nesting of a thousand',
    write: (item) => concat([new Uint8Array(1_000).fill(0x81), write(item)]),
  },
  {
    name: 'a float',
    write: () => Uint8Array.of(0xf9, 0x3c, 0x00),
  },
  {
    name: 'octets that are not UTF-8',
    write: (item) =>
      item.major === TEXT && item.argument > 0
        ? withHead({ ...item, octets: new Uint8Array(item.argument).fill(0xff) }, headOf(item))
        : undefined,
  },
  {
    name: 'a tag that is not asked for',
    // In place of the tag of a signed object it is no breach of CBOR, and refused for its form.
    write: (item) =>
      item.major === TAG ? undefined : concat([Uint8Array.of(0xd8, 0x20), write(item)]),
  },
];

/** The one item in `octets`, which are well-formed and deterministic. */
export function parse(octets: Uint8Array): Item {
  let at = 0;
  const next = (): Item => {
    const initial = octets[at++]!;
    const major = initial >> 5;
    const width = (initial & 31) < 24 ? 0 : 1 << ((initial & 31) - 24);
    let argument = width === 0 ? initial & 31 : 0;
    for (let i = 0; i < width; i++) argument = argument * 256 + octets[at++]!;
    if (major === 2 || major === TEXT) {
      at += argument;
      return { major, argument, octets: octets.slice(at - argument, at) };
    }
    const count = major === ARRAY ? argument : major === MAP ? 2 * argument : major === TAG ? 1 : 0;
    if (count === 0 && major < ARRAY) return { major, argument };
    return { major, argument, items: Array.from({ length: count }, next) };
  };
  return next();
}

/** The item as it was, with `replaced` written as `replacement`. */
export function write(item: Item, replaced?: Item, replacement?: Uint8Array): Uint8Array {
  if (item === replaced && replacement !== undefined) return replacement;
  if (item.items === undefined) return withHead(item, headOf(item));
  return concat([headOf(item), ...item.items.map((part) => write(part, replaced, replacement))]);
}

/** An item and all inside it. */
export function itemsOf(item: Item): Item[] {
  return [item, ...(item.items ?? []).flatMap(itemsOf)];
}

function headOf(item: Item): Uint8Array {
  const width = widthOf(item.argument);
  if (width === 0) return Uint8Array.of((item.major << 5) | item.argument);
  return longHead(item, width);
}

function longHead({ major, argument }: Item, width: number): Uint8Array {
  const head = new Uint8Array(1 + width);
  head[0] = (major << 5) | (24 + Math.log2(width));
  for (let i = width, rest = argument; i > 0; i--, rest = Math.floor(rest / 256)) head[i] = rest;
  return head;
}

function withHead(item: Item, head: Uint8Array): Uint8Array {
  return concat([head, bodyOf(item)]);
}

function bodyOf({ octets, items }: Item): Uint8Array {
  return octets ?? concat((items ?? []).map((part) => write(part)));
}

function widthOf(argument: number): number {
  if (argument < 24) return 0;
  if (argument < 2 ** 8) return 1;
  if (argument < 2 ** 16) return 2;
  return argument < 2 ** 32 ? 4 : 8;
}
