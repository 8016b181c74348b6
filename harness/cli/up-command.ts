/** `orbweaver up`: a scenario, from launch to report. */
import { styleText } from 'node:util';
import { ConfigError } from '#node/config-error.ts';
import { commitOf } from '../report/commit.ts';
import { formatReport } from '../report/table.ts';
import { isClean } from '../report/verdict.ts';
import { formatReportJson, prepareOutput, writeReport } from '../report/write.ts';
import { loadScenario } from '../scenario/load.ts';
import { up } from '../up.ts';
import { choiceOf, countOf, durationOf } from './arguments.ts';
import type { Command, Invocation, Terminal } from './command.ts';
import { Interruption } from './interruption.ts';
import type { UpOptions } from './screen.ts';

/** Brings a constellation up, runs its traffic, judges its objectives. */
export const UP: Command = {
  name: 'up',
  summary: 'Bring a constellation up, run its traffic and report',
  positionals: ['scenario'],
  flags: {
    for: { type: 'string', value: 'TIME', help: 'how long traffic flows, such as 60s or 5min' },
    fleet: { type: 'string', value: 'KIND', help: 'processes, hosted or virtual' },
    seed: { type: 'string', value: 'N', help: 'the number all chance of the run is drawn from' },
    crypto: { type: 'string', value: 'PROVIDER', help: 'auto, noble or native' },
    out: { type: 'string', value: 'DIR', help: 'folder for reports; runs if not given' },
    json: { type: 'boolean', help: 'print the report as JSON' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `A flag counts more than what the scenario says. The report is printed and written to
DIR/<time>-<name>/report.json. Ctrl-C stops the run and still gives the report; the exit code then
is 1 if an objective did not hold, 0 if all did. A second Ctrl-C ends everything at once.`,
  example: 'orbweaver up scenarios/pair.yaml --for 10s --fleet virtual',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const startedAt = new Date();
  const asked = loadScenario(invocation.positionals[0] as string);
  const out = String(invocation.flags.out ?? 'runs');
  const json = invocation.flags.json === true;
  const choices = choicesOf(invocation);
  prepareOutput(out);
  const screen = terminal.screen();
  const interruption = new Interruption(terminal, (line) => screen.warn(line));
  const { signal } = interruption;
  try {
    const report = await up(asked, { ...choices, out, signal }, screen);
    const file = writeReport(out, report, startedAt);
    const colour = terminal.out.hasColors?.() === true;
    terminal.out.write(json ? formatReportJson(report) : `\n${formatReport(report, colour)}\n`);
    if (!json)
      terminal.out.write(`${colour ? styleText('dim', file, { validateStream: false }) : file}\n`);
    return isClean(report) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      const seed = choices.seed ?? asked.seed;
      terminal.err.write(`scenario ${asked.name}, seed ${seed}, commit ${commitOf()}\n`);
    }
    throw error;
  } finally {
    interruption.dispose();
  }
}

function choicesOf(invocation: Invocation): Omit<UpOptions, 'signal'> {
  const durationMs = durationOf(invocation, 'for');
  const fleet = choiceOf(invocation, 'fleet', ['processes', 'hosted', 'virtual']);
  const seed = countOf(invocation, 'seed', 2 ** 32 - 1);
  const crypto = choiceOf(invocation, 'crypto', ['auto', 'noble', 'native']);
  return {
    ...(durationMs !== undefined && { durationMs }),
    ...(fleet !== undefined && { fleet }),
    ...(seed !== undefined && { seed }),
    ...(crypto !== undefined && { crypto }),
  };
}
