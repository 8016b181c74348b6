import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '#harness/cli/run.ts';
import { UP } from '#harness/cli/up-command.ts';
import { TestTerminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'up-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `up` in virtual time with a folder of its own for the report, which it reads back. */
async function up(terminal: TestTerminal, ...args: string[]) {
  const out = mkdtempSync(join(folder, 'runs-'));
  const words = ['up', ...args, '--fleet', 'virtual', '--out', out];
  const code = await runCommandLine(words, [UP], terminal);
  const [run] = readdirSync(out);
  const file = join(out, String(run), 'report.json');
  return { code, run, file, text: run === undefined ? '' : readFileSync(file, 'utf8') };
}

describe('orbweaver up', () => {
  it('runs a scenario, prints its report and writes it', async () => {
    const terminal = new TestTerminal();
    const { code, run, file } = await up(terminal, 'scenarios/pair.yaml', '--for', '3s');
    expect(terminal.errText).toContain('links: 1 of 1 secured\n');
    expect(code).toBe(0);
    expect(run).toMatch(/^\d{8}T\d{6}Z-pair$/);
    expect(terminal.outText).toContain('PASS: every objective held');
    expect(terminal.outText.endsWith(`${file}\n`)).toBe(true);
    expect(terminal.process.listenerCount('SIGINT')).toBe(0);
  });

  it('prints nothing but JSON when asked for it, and heeds its flags', async () => {
    const terminal = new TestTerminal();
    const flags = ['--for', '3s', '--seed', '7', '--crypto', 'noble', '--json'];
    const { code, text } = await up(terminal, 'scenarios/pair.yaml', ...flags);
    expect(code).toBe(0);
    expect(terminal.outText).toBe(text);
    expect(JSON.parse(text)).toMatchObject({
      scenario: 'pair',
      seed: 7,
      fleet: 'virtual',
      links: { byCryptoProvider: { noble: 1 } },
      verdict: 'pass',
    });
  });

  it('ends with 1 when an objective does not hold', async () => {
    const scenario = join(folder, 'strict.yaml');
    const pair = readFileSync('scenarios/pair.yaml', 'utf8');
    writeFileSync(scenario, pair.replace(/overheadPerHopP50: .*/, 'overheadPerHopP50: 0 ms'));
    const terminal = new TestTerminal();
    const { code, text } = await up(terminal, scenario, '--for', '3s');
    expect(code).toBe(1);
    expect(JSON.parse(text).verdict).toBe('fail');
  });

  it('gives its report also when it is stopped', async () => {
    const terminal = new TestTerminal();
    const secured = terminal.err.write;
    terminal.err.write = (line) => {
      secured(line);
      if (line.startsWith('links: ')) terminal.process.emit('SIGINT');
    };
    const { code, text } = await up(terminal, 'scenarios/pair.yaml', '--for', '24h');
    expect(JSON.parse(text).verdict).toBe('stopped');
    expect(code).toBe(1);
    expect(terminal.errText).toContain('Stopping; the report follows.');
    expect(terminal.process.listenerCount('SIGINT')).toBe(0);
  });
});
