/**
 * A file through which ground hands constellation statements to a node: whoever has a newer one
 * puts it in the place of the old one. Its octets are judged by the node, not here.
 */
import { readFileSync, statSync } from 'node:fs';

/**
 * Gives `take` the content of `file` now, if it is there, after every change, and at every SIGHUP;
 * fresh octets. The function it returns ends that.
 */
export function followStatementFile(file: string, take: (octets: Uint8Array) => void): () => void {
  let seen: string | undefined;
  const read = (): void => {
    // Before the reading: what changes meanwhile has another stamp, and is read again.
    seen = stampOf(file);
    const octets = contentOf(file);
    if (octets !== undefined) take(octets);
  };
  read();
  // Asked again and again, not watched: a file that is replaced, or comes later, is another file.
  const asking = setInterval(() => {
    if (stampOf(file) !== seen) read();
  }, ASK_EVERY_MS);
  process.on('SIGHUP', read);
  return () => {
    clearInterval(asking);
    process.off('SIGHUP', read);
  };
}

/** The same as long as nobody changes the file; undefined when there is none to read. */
function stampOf(file: string): string | undefined {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return undefined;
  }
}

/** Undefined when there is nothing to read, or more than any statement has. */
function contentOf(file: string): Uint8Array | undefined {
  try {
    return statSync(file).size > STATEMENT_OCTETS_MAX
      ? undefined
      : Uint8Array.from(readFileSync(file));
  } catch {
    return undefined;
  }
}

const ASK_EVERY_MS = 500;
/** link-security LS-501. */
const STATEMENT_OCTETS_MAX = 16_384;
