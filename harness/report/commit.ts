/** Which state of the program a run was made with. */
import { execFileSync } from 'node:child_process';

/** The project's commit, or `unknown` where this is no checkout of it. */
export function commitOf(): string {
  const root = new URL('..', import.meta.url);
  try {
    const git = (...words: string[]): string =>
      execFileSync('git', words, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim();
    // Installed as a package it may lie inside somebody else's checkout.
    const isRoot = ['', 'harness/'].includes(git('rev-parse', '--show-prefix'));
    return isRoot ? git('rev-parse', '--short=12', 'HEAD') : 'unknown';
  } catch {
    return 'unknown';
  }
}
