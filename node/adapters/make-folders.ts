import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the folder and what it lies in, each with `mode`; throws the system's error where that
 * fails. Node's own `recursive` never ends under /proc.
 */
export function makeFolders(folder: string, mode = 0o777): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(resolve(folder)), mode);
  mkdirSync(folder, { mode });
}
