/** docs/keys.md, word for word: what it tells people to do works, on real sockets. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'keys-guide-'));
const running: ChildProcess[] = [];
afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === 'win32')('the guide to keys', () => {
  it('goes from nothing to a secured link, and a revocation ends it', async () => {
    for (const name of ['dist', 'docs']) symlinkSync(resolve(name), join(folder, name));
    const told: string[] = [];
    const nodes = new Map<string, Watched>();
    for (const { kind, name, text } of blocksOf(readFileSync('docs/keys.md', 'utf8'))) {
      if (kind === 'terminal') nodes.set(name, start(text));
      else {
        // Whoever reads on has seen what the nodes print.
        for (const node of nodes.values()) await node.until('link-secured');
        told.push(execFileSync('sh', ['-ec', text], { cwd: folder, encoding: 'utf8' }));
      }
    }
    expect(told.join()).toContain('a node would accept it');
    const [alpha, bravo] = [nodes.get('alpha'), nodes.get('bravo')] as [Watched, Watched];
    await alpha.until('statement-adopted epoch=1 serial=2');
    await alpha.until('link-down neighbour=258');
    for (const { child } of [alpha, bravo]) child.kill('SIGINT');
    for (const { child, text } of [alpha, bravo]) {
      const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
      expect([code, text()]).toEqual([0, expect.stringContaining('\nfinal {')]);
    }
    expect(alpha.text().split('link-secured')).toHaveLength(2);
  });
});

interface Block {
  /** `sh` or `terminal`. */
  readonly kind: string;
  /** Of a terminal. */
  readonly name: string;
  readonly text: string;
}

function blocksOf(guide: string): Block[] {
  return [...guide.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)].map(
    ([, kind = '', name = '', text = '']) => ({ kind, name, text }),
  );
}

interface Watched {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly text: () => string;
  /** Resolves when it has printed that. */
  readonly until: (words: string) => Promise<void>;
}

/** Runs one command as a terminal would, so that its signals reach it. */
function start(command: string): Watched {
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd: folder, stdio: 'pipe' });
  running.push(child);
  let printed = '';
  let heard = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      heard();
    });
  }
  const until = (words: string): Promise<void> =>
    new Promise((done, failed) => {
      heard = () => {
        if (printed.includes(words)) done();
      };
      child.once('exit', () => failed(new Error(`ended without ${words}:\n${printed}`)));
      heard();
    });
  return { child, text: () => printed, until };
}
