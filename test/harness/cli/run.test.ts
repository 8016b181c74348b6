import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Command } from '#harness/cli/command.ts';
import { NODE } from '#harness/cli/node-command.ts';
import { PLAN } from '#harness/cli/plan-command.ts';
import { runCommandLine } from '#harness/cli/run.ts';
import { UP } from '#harness/cli/up-command.ts';
import { TestTerminal } from './terminal.ts';

const COMMANDS = [UP, PLAN, NODE];
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  args: string,
  commands: readonly Command[] = COMMANDS,
): Promise<{ code: number; out: string; err: string }> {
  const terminal = new TestTerminal();
  const words = args.split(' ').filter((word) => word !== '');
  const code = await runCommandLine(words, commands, terminal);
  return { code, out: terminal.outText, err: terminal.errText };
}

describe('the command line', () => {
  it.each(['--help', '-h', 'help'])('explains itself at %s', async (word) => {
    const { code, out, err } = await run(word);
    expect([code, err]).toEqual([0, '']);
    for (const { name } of COMMANDS) expect(out).toContain(`orbweaver ${name} <`);
    expect(out).toContain('Example: orbweaver up scenarios/pair.yaml');
  });

  it('explains itself on standard error when it is told nothing', async () => {
    expect(await run('')).toMatchObject({ code: 2, out: '' });
  });

  it.each(COMMANDS)('explains $name with every flag and an example', async (command) => {
    const { code, out } = await run(`${command.name} --help`);
    expect(code).toBe(0);
    expect(out).toContain(`Example: ${command.example}`);
    for (const flag of Object.keys(command.flags)) expect(out).toContain(`--${flag}`);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    [
      'upp',
      'upp is not a command of orbweaver. Expected one of up, plan, node. Perhaps up was meant.',
    ],
    [
      'fly',
      'fly is not a command of orbweaver. Expected one of up, plan, node. See orbweaver --help.',
    ],
    [
      'plan nowhere.yaml',
      'nowhere.yaml: there is no such file. Expected a YAML file that describes a scenario. ' +
        'Correct the path.',
    ],
    [
      'plan scenarios/pair.yaml --format jsno',
      '--format is jsno. Expected one of text, json, ion. Perhaps json was meant.',
    ],
    [
      'up scenarios/pair.yaml --fleet virtaul',
      '--fleet is virtaul. Expected one of processes, hosted, virtual. Perhaps virtual was meant.',
    ],
    ['up scenarios/pair.yaml --seed --json', '--seed has no value. Write --seed N.'],
    [
      'up scenarios/pair.yaml --seed -1',
      '--seed is -1. Expected a whole number from 0 to 4294967295. Correct it.',
    ],
    [
      'up scenarios/pair.yaml --out package.json',
      'reports cannot be written to package.json (ENOTDIR). ' +
        'Expected a folder that can be written to. Name another one with --out.',
    ],
  ])('refuses %j with one line and exit code 2', async (args, message) => {
    expect(await run(args)).toEqual({ code: 2, out: '', err: `${message}\n` });
  });

  it('lists every mistake of a scenario', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'name: bad\nconstelation: {}\nseed: x\n');
    const { code, err } = await run(`plan ${file}`);
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(2);
    expect(err).toContain(`${file}:2:1: constelation is not a key of the scenario.`);
    expect(err).toContain(`${file}:3:7: seed is x.`);
  });

  it('owns up to its own mistakes with exit code 3', async () => {
    const broken: Command = {
      ...PLAN,
      run: async () => {
        throw new TypeError('no such thing');
      },
    };
    const { code, err } = await run('plan x', [broken]);
    expect(code).toBe(3);
    expect(err).toContain('TypeError: no such thing');
    expect(err).toContain('This is a mistake in Orbweaver');
  });
});

describe('orbweaver plan', () => {
  it('prints a table', async () => {
    const { code, out } = await run('plan scenarios/pair.yaml --for 60s');
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 2)).toEqual([
      'contact        from s  until s  Mbit/s  light ms',
      'alpha → bravo     0.0     60.0     100      8.30',
    ]);
  });

  it('prints JSON', async () => {
    const { out } = await run('plan scenarios/pair.yaml --json');
    const { nodes, contacts } = JSON.parse(out);
    expect([nodes.length, contacts.length]).toEqual([2, 2]);
    expect((await run('plan scenarios/pair.yaml --format json')).out).toBe(out);
  });

  it('prints commands for ionadmin', async () => {
    const { out } = await run('plan scenarios/pair.yaml --format ion');
    expect(out).toContain('a contact +0 +20 ');
  });
});
