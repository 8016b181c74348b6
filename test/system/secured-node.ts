/** A node that signs and encrypts what it sends, killed without warning and started again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '#node/adapters/lmdb-store.ts';
import { sampleConfig } from '../simulation/sample-config.ts';

/** Of the node's keys, in hexadecimal. */
export const SEALING_KEY = '5e'.repeat(32);
export const SIGNING_KEY = '51'.repeat(48);

/**
 * What is in the store of such a node after so many lives, each with some bundles: nobody is there
 * to take them. Every life ends by SIGKILL. Throws when the node prints a key.
 */
export async function securedBundlesOf(lives: number): Promise<Uint8Array[]> {
  const folder = mkdtempSync(join(tmpdir(), 'orbweaver-secured-'));
  try {
    writeFileSync(join(folder, 'keys.json'), JSON.stringify(KEYS), { mode: 0o600 });
    writeFileSync(join(folder, 'node.json'), JSON.stringify(configOf(folder)));
    for (let life = 0; life < lives; life++) await live(join(folder, 'node.json'));
    const store = await openLmdbStore(join(folder, 'store'), STORE_OCTETS);
    const bundles = [...store.contents().bundles].map(({ octets }) => octets.slice());
    await store.close();
    return bundles;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function live(file: string): Promise<void> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, ['dist/node.js', file, '--json'], { stdio: [...stdio] });
  const ended = once(child, 'close');
  let accepted = 0;
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (more: string) => {
    for (const { octets } of KEYS) if (more.includes(octets.slice(0, 16))) throw new Error('a key');
    const lines = (text + more).split('\n');
    text = lines.pop()!;
    accepted += lines.filter((line) => JSON.parse(line).kind === 'bundle-accepted').length;
    if (accepted >= ACCEPTED_MIN) child.kill('SIGKILL');
  });
  await ended;
}

function configOf(folder: string) {
  const config = sampleConfig();
  const [source] = config.services.sources;
  const rule = { role: 'source', source: 'ipn:101.*', targets: ['payload'] };
  return {
    ...config,
    epochUnixMs: Date.now(),
    plan: { contacts: [], ranges: [] },
    bind: config.bind.map(({ host }) => ({ host, port: 0 })),
    store: { octetsMax: STORE_OCTETS, directory: join(folder, 'store') },
    services: {
      ...config.services,
      pings: [],
      sources: [{ ...source, everyUs: 20_000, lifetimeMs: 600_000 }],
    },
    bundleSecurity: {
      keys: 'keys.json',
      rules: [
        { ...rule, service: 'integrity', targets: ['primary', 'payload'], key: 'sign' },
        { ...rule, service: 'confidentiality', key: 'seal' },
      ],
    },
  };
}

const KEYS = [
  { name: 'sign', use: 'hmac', octets: SIGNING_KEY },
  { name: 'seal', use: 'aes-gcm', octets: SEALING_KEY },
];
const STORE_OCTETS = 1_000_000;
const ACCEPTED_MIN = 10;
