/** What nodes, tools and their crashes say never holds a secret. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KEYS } from '#harness/cli/keys-command.ts';
import { NODE } from '#harness/cli/node-command.ts';
import { runCommandLine } from '#harness/cli/run.ts';
import { UP } from '#harness/cli/up-command.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { parseNodeConfig } from '#node/config.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { TestTerminal } from '../harness/cli/terminal.ts';
import { LinkPair } from '../protocol/link/link-pair.ts';
import { Endpoint, wireOf } from '../protocol/session/endpoint.ts';
import { Pair } from '../simulation/pair.ts';
import { sampleConfig } from '../simulation/sample-config.ts';
import { SmallSky } from '../simulation/small-sky.ts';
import { Member } from './member.ts';
import { formsOf, leaksIn } from './secret-search.ts';

/** By hexadecimal. Everything secret that went through cryptography since the tests began. */
const secrets = new Map<string, Uint8Array>();

function learn(octets: Uint8Array): void {
  // Some tests give keys of zeros, which are to be seen everywhere and nobody's secret.
  if (octets.length >= 32 && new Set(octets).size > 8) secrets.set(toHex(octets), octets.slice());
}

// Keys that are derived: chaining keys, session keys, resume secrets; and all that chance gives.
vi.mock('#protocol/crypto/hash.ts', async (original) => {
  const real = await original<typeof import('#protocol/crypto/hash.ts')>();
  return {
    ...real,
    hkdfSha512: (...args: Parameters<typeof real.hkdfSha512>) => {
      const derived = real.hkdfSha512(...args);
      for (let at = 0; at + 32 <= derived.length; at += 32) learn(derived.subarray(at, at + 32));
      learn(args[1]);
      return derived;
    },
  };
});

const folder = mkdtempSync(join(tmpdir(), 'leaks-'));

beforeAll(() => {
  const { aead, curve } = nativeProvider;
  const { key } = aead;
  const { x25519Key, ed25519Key } = curve;
  vi.spyOn(aead, 'key').mockImplementation((octets) => {
    learn(octets);
    return key(octets);
  });
  vi.spyOn(curve, 'x25519Key').mockImplementation((privateKey) => {
    learn(privateKey);
    const made = x25519Key(privateKey);
    const agree = made.shared.bind(made);
    made.shared = (remote) => {
      const shared = agree(remote);
      if (shared instanceof Uint8Array) learn(shared);
      return shared;
    };
    return made;
  });
  vi.spyOn(curve, 'ed25519Key').mockImplementation((seed) => {
    learn(seed);
    return ed25519Key(seed);
  });
});

afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('the search', () => {
  it('finds a secret in each of its forms, with other things around it', () => {
    const secret = Uint8Array.from({ length: 32 }, (_, at) => 200 - 5 * at);
    for (const form of formsOf(secret)) expect(leaksIn(`a: ${form}, b`, [secret])).toHaveLength(1);
    const around = Buffer.concat([Buffer.from('xy'), secret, Buffer.from('z')]);
    for (let skipped = 0; skipped < 3; skipped++) {
      const text = around.subarray(skipped).toString('base64');
      expect(leaksIn(text, [secret])).toHaveLength(1);
    }
    expect(leaksIn(inspect({ secret }, { compact: false }), [secret])).toHaveLength(1);
    expect(leaksIn(JSON.stringify({ secret }), [secret])).toHaveLength(1);
    expect(leaksIn(inspect(Buffer.from(secret)), [secret])).toHaveLength(1);
    expect(leaksIn('nothing of the sort', [secret])).toEqual([]);
  });
});

describe('A42', () => {
  it('A42: a run of a fleet says and writes no secret', async () => {
    const out = join(folder, 'run');
    const args = ['up', 'scenarios/pair.yaml', '--fleet', 'virtual', '--for', '5s', '--out', out];
    const terminal = new TestTerminal();
    const code = await runCommandLine(args, [UP], terminal);
    expect(code, terminal.errText).toBe(0);
    const said = [terminal.outText, terminal.errText, ...textsUnder(out)].join('\n');
    expect(said.length).toBeGreaterThan(1_000);
    expectNoLeak(said, 30);
  });

  it('A42: notices, snapshots and the insides of satellites show no secret', () => {
    const sky = new SmallSky({
      nodes: [1, 2],
      meetings: [{ a: 1, b: 2, startsAt: 0, endsAt: 60e6, terminals: [0, 0] }],
    });
    sky.time.advanceTo(20e6);
    const satellites = [...sky.satellites.values()];
    expect(sky.notices.some(({ kind }) => kind === 'link-secured')).toBe(true);
    const said = [
      ...sky.notices.map((notice) => JSON.stringify(notice)),
      ...satellites.map((satellite) => JSON.stringify(satellite.snapshot())),
      ...satellites.map((satellite) => inspect(satellite, WHOLE)),
    ].join('\n');
    expectNoLeak(said, 50);
  });

  it('A42: a link under attack tells of faults and shows no secret', () => {
    const pair = new LinkPair({
      wire: { delayUs: 1_000, loss: 0.2, bitFlip: 0.2, duplication: 0.2 },
    });
    pair.connect();
    for (let turn = 0; turn < 20; turn++) {
      pair.send(turn % 2 === 0 ? 0 : 1, `${turn}`, new Uint8Array(300));
      pair.run(40e6);
      if (turn % 7 === 6) {
        pair.disconnectEnd(0);
        pair.reboot(0);
        pair.connectEnd(0);
      }
    }
    const { ends } = pair;
    expect(ends[1].of('fault').length).toBeGreaterThan(10);
    const other = new LinkPair();
    const member = new Member(other);
    other.inject(1, member.seal(1, new Uint8Array(40)));
    const said = [ends[0].told, ends[1].told, other.ends[1].told]
      .map((told) => JSON.stringify(told))
      .concat([...ends, other.ends[1]].map(({ link }) => JSON.stringify(link.snapshot())))
      .concat([...ends, other.ends[1]].map(({ link }) => inspect(link, WHOLE)));
    expectNoLeak(said.join('\n'), 50);
  });

  it('A42: a handshake and its session, shown whole, show no secret', () => {
    const [a, b] = [new Endpoint('a'), new Endpoint('b')];
    const pair = new Pair({ a, b, wire: wireOf, delayUs: 10_000 });
    a.begin(0);
    expect(pair.run(() => a.proven !== undefined, 10e6)).toBe(true);
    const said = [a, b].flatMap(({ handshake, membership, sessions }) => [
      inspect(handshake, WHOLE),
      inspect(membership, WHOLE),
      inspect(
        sessions.map(({ sendKey, receiveKey }) => ({ sendKey, receiveKey })),
        WHOLE,
      ),
    ]);
    expectNoLeak(said.join('\n'), 20);
  });

  it('A42: a crash tells its story and no secret', () => {
    const pair = new LinkPair();
    pair.connect();
    pair.run(1e6);
    let crash: unknown;
    try {
      pair.ends[0].link.tick(0);
    } catch (thrown) {
      crash = thrown;
    }
    expect(crash).toBeInstanceOf(Error);
    expectNoLeak(`${inspect(crash, WHOLE)}\n${(crash as Error).stack}`, 10);
  });

  it('A42: a configuration that is refused is quoted without its secrets', () => {
    const config = sampleConfig();
    const wrongs = Object.entries(config.credentials).flatMap(([name, value]) =>
      [`${JSON.stringify(value).slice(1, -3)}`, 7, [value], null].map((wrong) => ({ name, wrong })),
    );
    const said = wrongs.flatMap(({ name, wrong }) => {
      const json = { ...config, credentials: { ...config.credentials, [name]: wrong } };
      try {
        parseNodeConfig(JSON.parse(JSON.stringify(json)));
        return [];
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        return [formatConfigError(error as ConfigError), inspect(error, WHOLE)];
      }
    });
    expect(said.length).toBeGreaterThan(10);
    expectNoLeak(said.join('\n'), 1);
  });

  it('A42: a node refuses a damaged configuration on the command line without quoting it', async () => {
    const file = join(folder, 'damaged.json');
    writeFileSync(file, `${JSON.stringify(sampleConfig()).slice(0, -30)} oh`);
    const terminal = new TestTerminal();
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      terminal.errText += String(text);
      return true;
    });
    const code = await runCommandLine(['node', file], [NODE], terminal);
    spy.mockRestore();
    expect(code).toBe(2);
    expectNoLeak(terminal.outText + terminal.errText, 1);
  });

  it('A42: the keys command prints no secret, whatever it is asked', async () => {
    const authority = join(folder, 'authority');
    const credentials = join(folder, 'alpha.json');
    const orders = [
      `create ${authority} --name Example`,
      `issue ${authority} --eid ipn:257.0 --scid 257 --out ${credentials}`,
      `inspect ${credentials} --authority ${authority}`,
      `inspect ${authority}`,
      `epoch ${authority}`,
      `issuer ${authority}`,
      `revoke ${authority} --eid ipn:257.0`,
      `statement ${authority} --out ${join(folder, 'statement.cose')}`,
      `inspect ${credentials} --json`,
      `inspect ${join(folder, 'statement.cose')}`,
      `issue ${authority} --eid ipn:257.0 --scid 99999 --out ${credentials}`,
    ];
    const terminal = new TestTerminal();
    const codes: number[] = [];
    for (const order of orders) {
      codes.push(await runCommandLine(['keys', ...order.split(' ')], [KEYS], terminal));
    }
    expect(codes.filter((code) => code === 0).length).toBeGreaterThan(5);
    expect(codes).not.toContain(3);
    const { identityPrivateKey, admissionKeys } = JSON.parse(readFileSync(credentials, 'utf8'));
    for (const { key } of [{ key: identityPrivateKey }, ...admissionKeys]) learn(fromHex(key));
    expectNoLeak(terminal.outText + terminal.errText, 3);
  });
});

/** Nothing of what is secret, of which there is at least so much, is in the text. */
function expectNoLeak(text: string, secretsMin: number): void {
  expect(secrets.size).toBeGreaterThan(secretsMin);
  expect(leaksIn(text, secrets.values())).toEqual([]);
}

function textsUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
    .map((name) => readFileSync(name, 'latin1'));
}

const WHOLE = {
  depth: 20,
  showHidden: true,
  maxArrayLength: 1_000,
  maxStringLength: null,
} as const;
