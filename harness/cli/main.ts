#!/usr/bin/env node
/** Entry point of the command line. */
import { KEYS } from './keys-command.ts';
import { NODE } from './node-command.ts';
import { PlainScreen } from './plain-screen.ts';
import { PLAN } from './plan-command.ts';
import { EXIT_OWN_ERROR, runCommandLine } from './run.ts';
import { TerminalScreen } from './terminal-screen.ts';
import { UP } from './up-command.ts';

const { stdout, stderr } = process;
const nowMs = (): number => performance.now();

process.on('uncaughtException', (error) => {
  stderr.write(`${error.stack}\nThis is a mistake in Orbweaver, not in what you asked of it.\n`);
  process.exit(EXIT_OWN_ERROR);
});
// Whoever reads the output may have had enough of it, as `head` does.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2), [UP, PLAN, NODE, KEYS], {
  out: stdout,
  err: stderr,
  screen: () =>
    stderr.isTTY
      ? new TerminalScreen(stderr, nowMs)
      : new PlainScreen((text) => stderr.write(text), nowMs),
  process,
  nowMs,
});
