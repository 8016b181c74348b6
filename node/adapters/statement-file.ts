/**
 * A file through which ground hands constellation statements to a node: whoever has a newer one
 * puts it in the place of the old one. Its octets are judged by the node, not here.
 */
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs';

/**
 * Gives `take` the content of `file` now, if it is there, after every change, and at every SIGHUP;
 * fresh octets. The function it returns ends that.
 */
export function followStatementFile(file: string, take: (octets: Uint8Array) => void): () => void {
  const read = (): void => {
    const octets = contentOf(file);
    if (octets !== undefined) take(octets);
  };
  read();
  // Asked again and again, not watched: a file that is replaced, or comes later, is another file.
  watchFile(file, { interval: ASK_EVERY_MS }, read);
  process.on('SIGHUP', read);
  return () => {
    unwatchFile(file, read);
    process.off('SIGHUP', read);
  };
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
