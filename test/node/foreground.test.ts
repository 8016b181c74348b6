import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { NodeConfig } from '#node/config.ts';
import { sampleConfigs } from '../simulation/sample-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbweaver-node-'));
const children = new Set<ChildProcess>();

afterEach(() => {
  // Those that a test has left when it failed.
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('orbweaver node', () => {
  it('runs two nodes that secure their link, exchange bundles and end cleanly', async () => {
    const configs = await configsOnFreePorts();
    const nodes = configs.map((config) => start([write(config), '--json']));
    await Promise.all(nodes.map((node) => node.until('bundle-delivered')));
    await Promise.all(nodes.map((node) => node.until('link-secured')));
    for (const { child } of nodes) child.kill('SIGTERM');
    for (const { ended } of nodes) {
      const { code, stdout, stderr } = await ended;
      expect([code, stderr]).toEqual([0, '']);
      const last = JSON.parse(stdout.trim().split('\n').at(-1) as string);
      expect(last).toMatchObject({ kind: 'final', snapshot: { links: [{ secured: true }] } });
    }
  });

  it('prints words for people', async () => {
    const [config] = await configsOnFreePorts();
    const node = start([write(config)]);
    await node.until('bundle-accepted');
    node.child.kill('SIGINT');
    const { code, stdout } = await node.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^sample 101 \(node 101\) at 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+\nbundles in \S+\.vault\/bundles\n/,
    );
    expect(stdout).toMatch(
      /^\d+\.\d{6} bundle-accepted id=ipn:101\.1000-\S+ originated=true arrivedAt=\d+$/m,
    );
    expect(stdout).toMatch(/^final \{.*\}\n$/m);
  });

  it('gives applications of one its own the node, as the guide to them shows', async () => {
    const configs = await configsOnFreePorts();
    const nodes = configs.map((config, at) => {
      const module = join(folder, `application-${at}.mjs`);
      writeFileSync(module, applicationsOf('docs/applications.md')[at]!.replaceAll('258', '102'));
      return start([write(config), '--applications', module]);
    });
    await nodes[0]!.until('received fire');
    for (const { child } of nodes) child.kill('SIGTERM');
    await nodes[1]!.ended;
    const { code, stdout } = await nodes[0]!.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^accepted$/m);
    expect(stdout.match(/^received/gm)).toHaveLength(1);
  }, 30_000);

  it.each([
    ['nowhere.mjs', undefined, /nowhere\.mjs: it cannot be loaded .*Correct it, or the path\.\n$/],
    ['empty.mjs', 'export const x = 1;', /empty\.mjs: it exports no function by default\. /],
    ['greedy.mjs', 'export default (node) => node.register(9);', /^service 9 is taken\. Expected /],
  ])('tells what is wrong with the applications in %s', async (name, text, words) => {
    const [config] = await configsOnFreePorts();
    const module = join(folder, name);
    if (text !== undefined) writeFileSync(module, text);
    const { code, stderr } = await start([write(config), '--applications', module]).ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  it('has a higher boot number at every start, and not one below the configured one', async () => {
    const [config] = await configsOnFreePorts();
    const file = write({ ...config, boot: 40 });
    const boots: number[] = [];
    for (let run = 0; run < 2; run++) {
      const node = start([file, '--json']);
      await node.until('"kind":"boot"');
      node.child.kill('SIGKILL');
      const { stdout } = await node.ended;
      const lines = stdout.split('\n');
      boots.push(JSON.parse(lines.find((line) => line.includes('"boot"')) as string).boot);
    }
    expect(boots).toEqual([40, 41]);
  });

  it('has after a crash what it had accepted, unless its store is in memory', async () => {
    const [config] = await configsOnFreePorts();
    const stored = async (store: NodeConfig['store']) => {
      // Nobody is there to send to, and the second life has no source.
      const file = write({ ...config, store });
      const first = start([file, '--json']);
      await first.until('bundle-accepted');
      first.child.kill('SIGKILL');
      await first.ended;
      const services = { ...config.services, sources: [], pings: [] };
      writeFileSync(file, JSON.stringify({ ...config, store, services }));
      const second = start([file, '--json']);
      await second.until('"kind":"boot"');
      second.child.kill('SIGTERM');
      const { stdout } = await second.ended;
      return JSON.parse(stdout.trim().split('\n').at(-1) as string).snapshot.ledger.stored;
    };
    expect(await stored({ octetsMax: 1_000_000 })).toBeGreaterThan(0);
    expect(await stored({ octetsMax: 1_000_000, durability: 'memory' })).toBe(0);
  });

  it.runIf(process.platform === 'linux')(
    'shares neither vault nor store',
    async () => {
      const [config, other] = await configsOnFreePorts();
      const store = { octetsMax: 1_000_000, directory: join(folder, 'shared.store') };
      const vault = join(folder, 'shared.vault');
      const node = start([write({ ...config, store }), '--vault', vault, '--json']);
      await node.until('"kind":"boot"');
      for (const [args, taken] of [
        [[write(other), '--vault', vault], vault],
        [[write({ ...other, store })], store.directory],
      ] as const) {
        const { code, stderr } = await start([...args]).ended;
        expect([code, stderr]).toEqual([2, expect.stringContaining(`${taken} is in use`)]);
      }
      node.child.kill('SIGKILL');
      await node.ended;
      const next = start([write({ ...other, store }), '--json']);
      await next.until('"kind":"boot"');
      next.child.kill('SIGTERM');
      expect((await next.ended).code).toBe(0);
    },
    30_000,
  );

  it('takes new admission keys at SIGHUP, and shows what keeps it from doing so', async () => {
    const [config] = await configsOnFreePorts();
    const file = write(config);
    const node = start([file, '--json']);
    await node.until('"kind":"boot"');
    const key = 'a5'.repeat(32);
    const admissionKeys = [2, 3].map((epoch) => ({ epoch, key }));
    const renew = (credentials: object) =>
      writeFileSync(
        file,
        JSON.stringify({ ...config, credentials: { ...config.credentials, ...credentials } }),
      );
    renew({ admissionKeys });
    node.child.kill('SIGHUP');
    await node.until('"kind":"admission-keys"');
    renew({ admissionKeys, constellationId: '00'.repeat(16) });
    node.child.kill('SIGHUP');
    await node.until('of another constellation', 'stderr');
    node.child.kill('SIGINT');
    const { code, stdout, stderr } = await node.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/"kind":"admission-keys","at":\d+,"epochs":\[2,3\]/);
    expect(stdout.match(/admission-keys/g)).toHaveLength(1);
    expect(stdout + stderr).not.toContain(key);
  });

  it('does not start when its vault has lost the boot number', async () => {
    const [config] = await configsOnFreePorts();
    const vault = join(folder, 'torn.vault');
    mkdirSync(vault);
    writeFileSync(join(vault, 'boot.record'), 'OWV1');
    const { code, stderr } = await start([write(config), '--vault', vault]).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('the last boot number of this node');
    expect(stderr).toContain('then remove boot.aside');
  });

  it('does not go on when its boot number or its bundles cannot be written', async () => {
    const [config] = await configsOnFreePorts();
    // Files may have no octets in this shell, and a program is told so rather than ended.
    const limited = 'trap "" 25; ulimit -f 0; exec "$0" "$@"';
    const store = { octetsMax: 1_000_000 };
    const toldOf = async (of: NodeConfig['store']) => {
      const file = write({ ...config, store: of });
      const { code, stderr } = await start([file], ['sh', '-c', limited]).ended;
      expect(code).toBe(2);
      return stderr;
    };
    expect(await toldOf(store)).toMatch(/the store \S+\/bundles cannot be opened \(EFBIG\)/);
    expect(await toldOf({ ...store, durability: 'memory' })).toContain(
      'the boot number cannot be written to',
    );
  });

  it('prints help with an example', async () => {
    const { code, stdout } = await start(['--help']).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Example: orbweaver node');
  });

  const missing = join(folder, 'missing.json');
  it.each([
    ['no file', [], 'no configuration is given'],
    ['two files', ['a', 'b'], 'more than one configuration is given'],
    ['an unknown flag', ['--fast', 'a'], '--fast is not a known flag'],
    ['a missing file', [missing], `${missing}: the file cannot be read (ENOENT)`],
  ])('refuses %s with one line and exit 2', async (_, args, told) => {
    const { code, stdout, stderr } = await start(args).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(told);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('tells line and column of what is not JSON', async () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{\n  "name": "a",\n  oops\n}\n');
    const { code, stderr } = await start([file]).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:3:3: this is not JSON`);
  });

  it('shows no key that stands where the JSON breaks', async () => {
    const [config] = sampleConfigs();
    const key = config.credentials.identityPrivateKey;
    const file = join(folder, 'unquoted.json');
    writeFileSync(file, JSON.stringify(config).replace(`"${key}"`, `x${key}`));
    const { code, stderr } = await start([file]).ended;
    expect(code).toBe(2);
    expect(stderr).toBe(`${file}: this is not JSON. Correct the syntax.\n`);
  });

  it('tells file and place of a wrong value', async () => {
    const [config] = sampleConfigs();
    const file = write({ ...config, boot: 0 });
    const { code, stderr } = await start([file]).ended;
    expect(code).toBe(2);
    expect(stderr).toBe(
      `${file}: boot is 0. Expected a whole number of at least 1. Correct boot.\n`,
    );
  });

  it('refuses credentials that no peer would accept', async () => {
    const [config, other] = sampleConfigs();
    const { identityPrivateKey } = other.credentials;
    const file = write({ ...config, credentials: { ...config.credentials, identityPrivateKey } });
    const { code, stderr } = await start([file]).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('certificate is for another key');
    expect(stderr).not.toContain(identityPrivateKey.slice(0, 8));
  });

  it('refuses a certificate for another spacecraft', async () => {
    const [config, other] = sampleConfigs();
    const { code, stderr } = await start([write({ ...config, credentials: other.credentials })])
      .ended;
    expect(code).toBe(2);
    expect(stderr).toContain('certificate is not acceptable (session.scid-not-in-cert)');
  });

  it('refuses a port in use', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const [config] = sampleConfigs();
    const bind = [config.bind[0], { host: '127.0.0.1', port: taken.address().port }];
    const { code, stderr } = await start([write({ ...config, bind } as NodeConfig)]).ended;
    taken.close();
    expect(code).toBe(2);
    expect(stderr).toContain('(EADDRINUSE)');
  });
});

/** Both nodes, with ports that were free a moment ago and an instant 0 that has just passed. */
async function configsOnFreePorts(): Promise<[NodeConfig, NodeConfig]> {
  const sockets = [0, 1, 2, 3].map(() => createSocket('udp4').bind(0, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const ports = sockets.map((socket) => socket.address().port);
  await Promise.all(
    sockets.map((socket) => new Promise((closed) => socket.close(() => closed(0)))),
  );
  const [a, b] = sampleConfigs(ports);
  const epochUnixMs = Date.now();
  return [
    { ...a, epochUnixMs },
    { ...b, epochUnixMs },
  ];
}

function write(config: NodeConfig): string {
  const file = join(folder, `${config.node}-${files++}.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}
let files = 0;

/** The modules that a guide shows, the one that asks first. */
function applicationsOf(guide: string): string[] {
  const blocks = readFileSync(guide, 'utf8').matchAll(/^```js\n(.*?)^```$/gms);
  return [...blocks].map(([, text = '']) => text).reverse();
}

function start(args: string[], shell: string[] = []) {
  const [program, ...rest] = [...shell, process.execPath, 'dist/node.js', ...args] as [
    string,
    ...string[],
  ];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }));
  const until = (word: string, stream = 'stdout') =>
    expect.poll(() => (stream === 'stdout' ? stdout : stderr)).toContain(word);
  return { child, ended, until };
}
