/** A YAML text that remembers where each of its values stands. */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Keys and indices from the top of a document to a value in it. */
export type Path = readonly PropertyKey[];

/** What is not YAML, or more YAML than a scenario may use. */
export interface Flaw {
  readonly what: string;
  readonly remedy: string;
  readonly offset: number;
}

/** One YAML document with its places. */
export class YamlSource {
  /** The document as plain data; undefined while there are syntax errors. */
  readonly value: unknown;
  /** Where the text is not YAML, and why, in the order of the text. */
  readonly syntaxErrors: readonly (Flaw & { readonly place: Place })[];
  readonly #root: unknown;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.#root = document.contents;
    this.syntaxErrors = flawsOf(document).map((error) => ({
      ...error,
      place: this.#place(error.offset),
    }));
    this.value = this.syntaxErrors.length > 0 ? undefined : document.toJS();
  }

  /**
   * Where the value at `path` begins. For a path that leads to nothing: where the key of the last
   * mapping on the way stands, since that is where the missing value belongs.
   */
  placeOf(path: Path): Place {
    let value = this.#root;
    let at = startOf(value) ?? 0;
    for (const step of path) {
      const next = childOf(value, step);
      if (next === undefined) return this.#place(at);
      value = next.value;
      at = startOf(next.key) ?? startOf(value) ?? at;
    }
    return this.#place(startOf(value) ?? at);
  }

  /** Where `key` itself stands in the mapping at `path`. */
  placeOfKey(path: Path, key: string): Place {
    let value = this.#root;
    for (const step of path) value = childOf(value, step)?.value;
    const start = startOf(childOf(value, key)?.key);
    return start === undefined ? this.placeOf(path) : this.#place(start);
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** Aliases are refused: with them a value would stand in two places, or in exponentially many. */
function flawsOf(document: Document.Parsed): Flaw[] {
  const errors = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    what: PLAIN_WORDS[code]?.what ?? lowerFirst(message),
    remedy: PLAIN_WORDS[code]?.remedy ?? 'Correct the YAML',
    offset: pos[0],
  }));
  visit(document, {
    Alias: (_, alias) => {
      const what = `*${alias.source} is an alias, which scenarios do not use`;
      errors.push({ what, remedy: 'Write the value out', offset: startOf(alias) ?? 0 });
    },
  });
  return errors.sort((a, b) => a.offset - b.offset);
}

/** The value one step down, with its key where the step is a key. */
function childOf(value: unknown, step: PropertyKey): { key: unknown; value: unknown } | undefined {
  if (isSeq(value)) return { key: undefined, value: value.items[Number(step)] };
  if (!isMap(value)) return undefined;
  const pair = value.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair && { key: pair.key, value: pair.value };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

const PLAIN_WORDS: Readonly<Record<string, { what: string; remedy: string }>> = {
  DUPLICATE_KEY: { what: 'this key stands here twice', remedy: 'Remove one of the two' },
  MULTIPLE_DOCS: { what: 'a second document begins here', remedy: 'Keep one scenario a file' },
  TAB_AS_INDENT: { what: 'the line is indented with a tab', remedy: 'Indent with spaces' },
};
