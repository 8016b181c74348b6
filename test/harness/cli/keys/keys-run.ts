/** Runs `keys` commands as a person would, in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { KEYS } from '#harness/cli/keys-command.ts';
import { runCommandLine } from '#harness/cli/run.ts';
import { TestTerminal } from '../terminal.ts';

/** A folder that is gone after the tests of the file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What `orbweaver keys <args>` prints, and its exit code. */
export async function keys(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const terminal = new TestTerminal();
  const code = await runCommandLine(['keys', ...args], [KEYS], terminal);
  return { code, out: terminal.outText, err: terminal.errText };
}

/** The JSON that a command prints, which must succeed. */
export async function keysJson(...args: readonly string[]) {
  const { code, out, err } = await keys(...args, '--json');
  if (code !== 0) throw new Error(err + out);
  return JSON.parse(out);
}
