/** What goes wrong around a fleet of processes: none is left behind, and the report says why. */
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Scenario } from '#harness/scenario/scenario.ts';
import { ConfigError } from '#node/config-error.ts';
import { runQuietly, SILENT, smallMesh } from './small-mesh.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbweaver-mishap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('a fleet of processes', () => {
  it('goes on without a process that is killed, and reports it', async () => {
    let sent = 0;
    const report = await runQuietly(
      smallMesh('processes', 4),
      {},
      {
        ...SILENT,
        traffic: (progress) => {
          // Traffic is under way: the first of the four goes.
          if (sent === 0 && progress.delivered > 0) kill(children()[0]);
          sent = progress.delivered;
        },
      },
    );
    expect(report.casualties).toMatchObject([{ nodes: ['alpha'], signal: 'SIGKILL' }]);
    expect(report.verdict).toBe('fail');
    const [fromAlpha, , fromBeta] = report.flows;
    expect(fromAlpha?.sent).toBeLessThan(30);
    expect(fromBeta?.delivered).toBe(fromBeta?.sent);
    expect(fromBeta?.sent).toBeGreaterThan(10);
    expect(children()).toEqual([]);
  });

  it('flies without a process that died at launch, whose neighbours live', async () => {
    const report = await runQuietly(
      smallMesh('processes', 2),
      {},
      {
        ...SILENT,
        started: (count) => {
          if (count === 1) kill(children()[3]);
        },
      },
    );
    expect(report.casualties).toMatchObject([{ nodes: ['delta'], signal: 'SIGKILL' }]);
    expect(report.links).toMatchObject({ expected: 3, secured: 2 });
    expect(report.bootMs).toBeNull();
    expect(report.flows[2]?.delivered).toBe(report.flows[2]?.sent);
  });

  it('is refused when one of its ports is taken', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const scenario: Scenario = {
      ...smallMesh('processes', 2),
      network: { host: '127.0.0.1', portBase: port - 1 },
    };
    const refusal = await runQuietly(scenario).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConfigError);
    expect(refusal).toMatchObject({
      message: `cannot bind UDP port ${port} of 127.0.0.1 (EADDRINUSE)`,
      expected: `every port from network.portBase, ${port - 1}, on to be free`,
    });
    expect(children()).toEqual([]);
    socket.close();
  });

  it('ends at once when it is stopped during its launch', async () => {
    const controller = new AbortController();
    const report = await runQuietly(
      smallMesh('processes', 600),
      { signal: controller.signal },
      // The run would take longer than the test may.
      { ...SILENT, started: () => controller.abort() },
    );
    expect(report).toMatchObject({ verdict: 'stopped', bootMs: null, casualties: [] });
    expect(children()).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)('is not left behind by a %s', async (signal) => {
    const out = mkdtempSync(join(folder, signal));
    const words = ['dist/orbweaver.js', 'up', 'scenarios/pair.yaml', '--for', '60s', '--out', out];
    const harness = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(harness.stderr, 'data');
    await expect.poll(() => children(harness.pid)).toHaveLength(2);
    const pids = children(harness.pid);
    harness.kill(signal);
    await once(harness, 'exit');
    // They notice by the closing of their channel.
    await expect.poll(() => pids.filter(runs)).toEqual([]);
    // A report, or the stores that nobody was left to remove.
    const left = signal === 'SIGINT' ? /-pair$/ : /^stores-/;
    expect(readdirSync(out)).toEqual([expect.stringMatching(left)]);
  });
});

/** Process ids of the hosts that process `parent` has started, oldest first. */
function children(parent: number | undefined = process.pid): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,ppid=,args=', '-A']).toString().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => Number(words[1]) === parent && words.at(-1)?.endsWith('host.cjs'))
    .map(([pid]) => Number(pid))
    .sort((a, b) => a - b);
}

/** Whether a process is there, and not only waits to be mourned by its parent. */
function runs(pid: number): boolean {
  const states = execFileSync('ps', ['-o', 'pid=,stat=', '-A']).toString().split('\n');
  const state = states.map((line) => line.trim().split(/\s+/)).find(([id]) => Number(id) === pid);
  return state !== undefined && !state[1]?.startsWith('Z');
}

function kill(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}
