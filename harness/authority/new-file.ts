/**
 * Files that are written once: whole or not at all, and never over another. Whoever comes second
 * is refused, so two runs cannot both make what only one may make.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '#node/config-error.ts';

/** Who may read a file: its owner, or everyone. */
export const MODE = { secret: 0o600, public: 0o644 } as const;

/**
 * Writes `content` durably to `path` (new file, flush, link). Throws ConfigError when the path is
 * taken, with `taken` as the remedy, and when it cannot be written.
 */
export function writeNewFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  taken: string,
): void {
  const temporary = temporaryBeside(path);
  try {
    writeFlushed(temporary, content, mode);
    // Unlike a rename, a link refuses a path that is taken.
    linkSync(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    throw refusalOf(error, path, taken);
  } finally {
    removeIfThere(temporary);
  }
}

/** Puts `content` durably in the place of whatever `path` holds: the old or the new, never less. */
export function replaceFile(path: string, content: Uint8Array, mode: number): void {
  const temporary = temporaryBeside(path);
  try {
    writeFlushed(temporary, content, mode);
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    removeIfThere(temporary);
    throw refusalOf(error, path, 'Name another file');
  }
}

/** Whether a name in a folder is what an interrupted write has left, of no meaning. */
export function isLeftover(name: string): boolean {
  return /^\.new-/.test(name);
}

/** A path of its own in the same folder, for what is moved to `path` when it is complete. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.new-${randomBytes(6).toString('hex')}-${basename(path)}`);
}

/** Makes what was put into or moved within a folder durable. */
export function flushFolder(folder: string): void {
  // Windows opens no folders, and flushes their entries by itself.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** What the operating system refused, as the operator's to mend. */
export function refusalOf(error: unknown, file: string, taken: string): ConfigError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  if (code === 'EEXIST' || code === 'ENOTEMPTY') {
    return new ConfigError('it exists already', { file, remedy: taken });
  }
  const remedy =
    code === 'ENOENT'
      ? 'Make the folder first, or correct the path'
      : 'Choose a place that can be written to, on a file system that has hard links';
  return new ConfigError(`it cannot be written (${code})`, { file, remedy });
}

function writeFlushed(path: string, content: string | Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
  }
}
