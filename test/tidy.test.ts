/** The rules of the house, executed: stairs, circles, banned words, sizes, docstrings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const FLOORS = ['protocol', 'node', 'harness', 'bench', 'test'];
const files = FLOORS.flatMap((floor) => sourcesUnder(floor));
const house = files.filter((file) => !file.path.startsWith('test/'));

describe('stairs', () => {
  it('only go down from floor to floor', () => {
    const climbs = house.flatMap(({ path, imports }) =>
      imports
        .filter((target) => FLOORS.indexOf(floorOf(target)) > FLOORS.indexOf(floorOf(path)))
        .map((target) => `${path} → ${target}`),
    );
    expect(climbs).toEqual([]);
  });

  it('let a protocol room enter only the rooms below it', () => {
    const intrusions = house.flatMap(({ path, imports }) => {
      const room = roomOf(path);
      if (floorOf(path) !== 'protocol' || room === '') return [];
      return imports
        .map((target) => ({ target, to: roomOf(target) }))
        .filter(({ to }) => to !== '' && to !== room && !(ROOMS_BELOW[room] ?? []).includes(to))
        .map(({ target }) => `${path} → ${target}`);
    });
    expect(intrusions).toEqual([]);
  });

  it('use a # path across floors and a relative path within one', () => {
    const strays = house.flatMap(({ path, specifiers }) =>
      specifiers
        .filter((specifier) => {
          if (specifier.startsWith('#')) return floorOf(specifier.slice(1)) === floorOf(path);
          return specifier.startsWith('.') && floorOf(resolve(path, specifier)) !== floorOf(path);
        })
        .map((specifier) => `${path}: ${specifier}`),
    );
    expect(strays).toEqual([]);
  });
});

describe('shape', () => {
  it('has no import circles', () => {
    expect(circlesIn(house)).toEqual([]);
  });

  it('has no barrel files', () => {
    expect(house.filter(({ path }) => /\/index\.ts$/.test(path)).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it('leaves no file that nobody imports', () => {
    const entries = [...readFileSync('build.mjs', 'utf8').matchAll(/'([\w/-]+\.ts)'/g)].map(
      ([, entry]) => entry,
    );
    const imported = new Set(files.flatMap(({ imports }) => imports));
    const dead = house.filter(({ path }) => !imported.has(path) && !entries.includes(path));
    expect(dead.map(({ path }) => path)).toEqual([]);
  });

  it('keeps files, functions and lines short', () => {
    const long = house.flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return [
        ...(lines.length > LINES_MAX ? [`${path}: ${lines.length} lines`] : []),
        ...lines.flatMap((line, at) =>
          line.length > COLUMNS_MAX ? [`${path}:${at + 1}: ${line.length} columns`] : [],
        ),
        ...functionsIn(lines)
          .filter(({ size }) => size > FUNCTION_LINES_MAX)
          .map(({ at, size }) => `${path}:${at + 1}: function of ${size} lines`),
      ];
    });
    expect(long).toEqual([]);
  });

  it('gives every export a docstring', () => {
    const bare = house.flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, at) => {
        if (!/^export (?!type \{|\{)/.test(line)) return [];
        const above = lines[at - 1]?.trim() ?? '';
        return above.endsWith('*/') || isOverload(lines, at) ? [] : [`${path}:${at + 1}: ${line}`];
      });
    });
    expect(bare).toEqual([]);
  });
});

describe('documents', () => {
  it('link only to what exists', () => {
    const broken = ['.', 'docs', 'docs/decisions', 'test/vectors'].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.md'))
        .flatMap((name) => {
          const text = readFileSync(join(folder, name), 'utf8');
          return [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)]
            .map(([, target]) => join(folder, target as string))
            .filter((target) => !existsSync(target))
            .map((target) => `${folder}/${name} → ${target}`);
        }),
    );
    expect(broken).toEqual([]);
  });
});

describe('words', () => {
  it('keeps time, chance and the platform out of protocol/', () => {
    expect(findings(/^protocol\//, IMPURE)).toEqual([]);
  });

  it('keeps the wall clock and chance out of the satellite', () => {
    expect(findings(/^node\/(?!adapters\/)/, WALL)).toEqual([]);
  });

  it('has no vague names, loose ends or machine paths', () => {
    const vague = house.filter(({ path }) => /(manager|helper|utils?)\.ts$/i.test(path));
    expect(vague.map(({ path }) => path)).toEqual([]);
    expect(findings(/^(protocol|node|harness|bench)\//, LOOSE)).toEqual([]);
  });
});

interface Source {
  path: string;
  text: string;
  specifiers: string[];
  /** Paths of project files, from the root. */
  imports: string[];
}

function sourcesUnder(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, 'utf8');
      const specifiers = [
        ...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|import\('([^']+)'\)/gm),
      ].map((match) => (match[1] ?? match[2]) as string);
      const imports = specifiers
        .filter((specifier) => /^[.#]/.test(specifier))
        .map((specifier) => resolve(path, specifier));
      return { path, text, specifiers, imports };
    });
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('#') ? specifier.slice(1) : normalize(join(dirname(from), specifier));
}

function floorOf(path: string): string {
  return path.split('/')[0] as string;
}

/** The room of a protocol file; empty for root files and for other floors. */
function roomOf(path: string): string {
  const parts = path.split('/');
  return parts[0] === 'protocol' && parts.length > 2 ? (parts[1] as string) : '';
}

function circlesIn(sources: Source[]): string[] {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of importsOf.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) walk(path, []);
  return circles;
}

/** Functions and methods, found by the formatter's indentation. */
function functionsIn(lines: string[]): { at: number; size: number }[] {
  return lines.flatMap((line, at) => {
    const opens =
      /(\bfunction\b.*|=>|^\s*(?:(?:static|async|override|get|set) )*#?[\w]+\(.*|^\s*\).*) \{$/.test(
        line,
      ) && !/^\s*(?:\} )?(?:if|for|while|switch|catch|else)\b/.test(line);
    if (!opens) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${indent}}`));
    return [{ at, size: end - at + 1 }];
  });
}

function isOverload(lines: string[], at: number): boolean {
  const name = /function (\w+)/.exec(lines[at] ?? '')?.[1];
  return (
    name !== undefined && lines.slice(0, at).some((line) => line.includes(`function ${name}(`))
  );
}

function findings(where: RegExp, words: RegExp): string[] {
  return house
    .filter(({ path }) => where.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, at) =>
          !/^\s*(\*|\/\*|\/\/)/.test(line) && words.test(line)
            ? [`${path}:${at + 1}: ${line}`]
            : [],
        ),
    );
}

const LINES_MAX = 300;
const COLUMNS_MAX = 100;
const FUNCTION_LINES_MAX = 70;

const BELOW = ['bytes', 'crypto'];
const ROOMS_BELOW: Record<string, string[]> = {
  crypto: ['bytes'],
  bundle: BELOW,
  bpsec: [...BELOW, 'bundle'],
  ltp: BELOW,
  convergence: BELOW,
  routing: BELOW,
  association: BELOW,
  membership: BELOW,
  session: [...BELOW, 'association', 'membership'],
  frame: BELOW,
  'extended-procedures': [...BELOW, 'association'],
  coding: BELOW,
  cop1: ['bytes'],
  agent: [...BELOW, 'bundle', 'bpsec', 'routing'],
  link: [...BELOW, 'association', 'membership', 'session', 'frame', 'coding', 'cop1', 'ltp'],
};

const WALL = /\bDate\b|\bMath\.random\b|\bperformance\.|\brandomUUID\b/;
const IMPURE =
  /\bDate\b|\bMath\.random\b|\bperformance\.|\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bawait\b|\basync \b|\bconsole\.|'node:|'rxjs|\bprocess\./;
const LOOSE = /\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b|(^|[^\w.])\/(work|farm|home|tmp)\//;
