/**
 * Which satellites are linked, and by which terminals. Terminals of a plus-grid are numbered 0
 * fore, 1 aft, 2 port, 3 starboard, as seen ascending with the higher plane to the east; past the
 * pole east and west change sides, but a terminal keeps its neighbour.
 */
import { ConfigError } from '#node/config-error.ts';

/** A link between satellites `a` and `b`, by index, and the terminal that each gives to it. */
export interface Crosslink {
  readonly a: number;
  readonly aTerminal: number;
  readonly b: number;
  readonly bTerminal: number;
}

/** The shape of a plus-grid. */
export interface Grid {
  readonly planes: number;
  readonly perPlane: number;
  /**
   * How many slots further on in the first plane the neighbour of the last plane's satellite is;
   * undefined when the last and the first plane are not linked.
   */
  readonly seamShift: number | undefined;
}

/**
 * A ring along each plane, and a link from each satellite to the one in the same slot of the next
 * plane. Two in a plane, or two planes, are linked once.
 */
export function plusGrid({ planes, perPlane, seamShift }: Grid): Crosslink[] {
  const links: Crosslink[] = [];
  for (let plane = 0; plane < planes; plane++) {
    for (let slot = 0; slot < perPlane; slot++) {
      const a = plane * perPlane + slot;
      if (slot + 1 < perPlane) links.push({ a, aTerminal: FORE, b: a + 1, bTerminal: AFT });
      else if (perPlane > 2) {
        links.push({ a, aTerminal: FORE, b: plane * perPlane, bTerminal: AFT });
      }
      if (plane + 1 < planes) {
        links.push({ a, aTerminal: STARBOARD, b: a + perPlane, bTerminal: PORT });
      } else if (planes > 2 && seamShift !== undefined) {
        links.push({ a, aTerminal: STARBOARD, b: (slot + seamShift) % perPlane, bTerminal: PORT });
      }
    }
  }
  return links;
}

/**
 * Links listed by the names of their satellites; each satellite gives its next free terminal.
 * Throws ConfigError for a name that is no satellite and for a link to itself or listed twice.
 */
export function namedLinks(
  pairs: readonly (readonly [string, string])[],
  names: readonly string[],
  file: string,
): Crosslink[] {
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const taken = names.map(() => 0); // Bounded by the number of satellites.
  const seen = new Set<string>(); // Bounded by the number of links listed.
  const satellite = (name: string): number => {
    const index = indexOf.get(name);
    if (index !== undefined) return index;
    throw new ConfigError(`a link names ${name}, which is no satellite`, {
      file,
      expected: `one of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`,
      remedy: 'Correct the name; ground stations find their satellites by themselves',
    });
  };
  return pairs.map(([from, to]) => {
    const a = satellite(from);
    const b = satellite(to);
    const key = `${Math.min(a, b)}-${Math.max(a, b)}`;
    if (a === b || seen.has(key)) {
      const what = a === b ? 'joins a satellite to itself' : 'is listed twice';
      throw new ConfigError(`the link ${from} – ${to} ${what}`, { file, remedy: 'Remove it' });
    }
    seen.add(key);
    return { a, aTerminal: taken[a]!++, b, bTerminal: taken[b]!++ };
  });
}

/** Throws ConfigError when a link needs a terminal that its satellite does not have. */
export function checkTerminals(
  links: readonly Crosslink[],
  terminals: number,
  names: readonly string[],
  file: string,
): void {
  for (const { a, aTerminal, b, bTerminal } of links) {
    const highest = Math.max(aTerminal, bTerminal);
    if (highest < terminals) continue;
    const name = names[aTerminal === highest ? a : b];
    throw new ConfigError(`the topology needs terminal ${highest} of ${name}`, {
      file,
      expected: `terminals 0 to ${terminals - 1}, as many as a satellite has`,
      remedy: `Give each satellite at least ${highest + 1} terminals, or list fewer links`,
    });
  }
}

const FORE = 0;
const AFT = 1;
const PORT = 2;
const STARBOARD = 3;
