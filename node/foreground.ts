/**
 * `orbweaver node`: one satellite in the foreground on real UDP. One line a notice, a last line
 * with the final snapshot, and a clean end at SIGINT or SIGTERM.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toHex } from '#protocol/bytes/octets.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { type ApplicationModule, loadApplications } from './adapters/application-file.ts';
import { chooseCrypto } from './adapters/choose-crypto.ts';
import { openStore } from './adapters/choose-store.ts';
import { claimFolder } from './adapters/claim-folder.ts';
import { openFlightVault } from './adapters/file-vault.ts';
import { OsRandom } from './adapters/os-random.ts';
import { followStatementFile } from './adapters/statement-file.ts';
import { SystemClock } from './adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from './adapters/udp-datagrams.ts';
import { createSatellite } from './assemble.ts';
import type { NodeConfig } from './config.ts';
import { ConfigError, formatConfigError } from './config-error.ts';
import { checkCredentials, readNodeConfig } from './config-file.ts';
import { decodeCredentials } from './credentials-json.ts';
import type { Notice } from './notice.ts';
import { openRooms } from './rooms.ts';
import type { Satellite } from './satellite.ts';

/** Runs until a signal ends it; the exit code. `args` are those after the word `node`. */
export async function runNode(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    await run(parseArguments(args));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) return endWithOwnError(error);
    process.stderr.write(`${formatConfigError(error)}\n`);
    return 2;
  }
}

interface Arguments {
  readonly file: string;
  readonly json: boolean;
  readonly vault: string;
  /** Where newer constellation statements appear, if anywhere. */
  readonly statement: string | undefined;
  /** The module with applications of the operator's own, if any. */
  readonly applications: string | undefined;
}

function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({ args: [...args], ...FORM });
  const flags = Object.keys(values);
  const known = Object.entries(FORM.options);
  const flag = flags.find((name) => !known.some(([other]) => other === name));
  if (flag !== undefined) {
    throw new ConfigError(`${flag.length > 1 ? '-' : ''}-${flag} is not a known flag`, {
      expected: known.map(([name]) => `--${name}`).join(', '),
      remedy: 'See orbweaver node --help',
    });
  }
  const bare = known.find(([name, { type }]) => type === 'string' && values[name] === true);
  if (bare !== undefined) {
    throw new ConfigError(`--${bare[0]} has no value`, { remedy: 'See orbweaver node --help' });
  }
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) {
    throw new ConfigError(`${file === undefined ? 'no' : 'more than one'} configuration is given`, {
      expected: 'orbweaver node <config.json>',
      remedy: 'See orbweaver node --help',
    });
  }
  const { json = false, vault = `${file.replace(/\.json$/, '')}.vault` } = values;
  const textOf = (name: 'statement' | 'applications') =>
    values[name] === undefined ? undefined : String(values[name]);
  return {
    ...{ file, json: json === true, vault: String(vault) },
    statement: textOf('statement'),
    applications: textOf('applications'),
  };
}

async function run(given: Arguments): Promise<void> {
  // Streams rethrow what goes wrong in them outside of any call.
  process.once('uncaughtException', endWithOwnError);
  const { vault } = given;
  const config = settled(readNodeConfig(given.file, warn), vault);
  const crypto = await chooseCrypto(config.crypto, config.security?.suite);
  checkCredentials(config, crypto.curve);
  const { applications: module } = given;
  const applications = module === undefined ? undefined : await loadApplications(module);
  const datagrams = await openUdpDatagrams({ bind: config.bind });
  const releases = [() => datagrams.close()];
  try {
    for (const folder of [vault, config.store.directory]) {
      if (folder !== undefined) releases.push(await claimFolder(folder));
    }
    await fly(given, config, crypto, datagrams, applications);
  } finally {
    for (const release of releases) release();
  }
}

/** The same configuration: who is not told otherwise keeps bundles beside its other things. */
function settled(config: NodeConfig, vault: string): NodeConfig {
  const { durability, ...store } = config.store;
  if (durability === 'memory') return config;
  return { ...config, store: { directory: join(vault, 'bundles'), ...store } };
}

/** From the first notice to the last word. */
async function fly(
  { file, json, vault: directory, statement }: Arguments,
  config: NodeConfig,
  crypto: CryptoProvider,
  datagrams: UdpDatagrams,
  applications: ApplicationModule | undefined,
): Promise<void> {
  const { vault, records } = await openFlightVault(directory, warn);
  const clock = SystemClock.fromUnixMs(config.epochUnixMs);
  const store = await openStore(config.store);
  const random = new OsRandom();
  const ports = { clock, datagrams, store, vault, records, random, crypto };
  const satellite = createSatellite(config, ports, await openRooms(config));
  satellite.notices$.subscribe((notice) => print(json ? JSON.stringify(notice) : lineOf(notice)));
  const bootRefused = firstBootRefused(satellite, directory);
  const addresses = datagrams.addresses.map(({ host, port }) => `${host}:${port}`);
  if (!json) {
    print(`${config.name} (node ${config.node}) at ${addresses.join(' ')}`);
    print(`bundles in ${config.store.directory ?? 'memory, lost at the end'}`);
  }
  const life = satellite.start();
  if (statement !== undefined) {
    life.add(followStatementFile(statement, (octets) => satellite.provide({ statement: octets })));
  }
  life.add(atHangup(() => provideAdmissionKeys(satellite, file, config)));
  try {
    applications?.(satellite);
    await Promise.race([signal(), bootRefused]);
  } finally {
    life.unsubscribe();
    await store.close();
  }
  const snapshot = { ...satellite.snapshot(), datagramFaults: datagrams.faults.snapshot() };
  print(json ? JSON.stringify({ kind: 'final', snapshot }) : `final ${JSON.stringify(snapshot)}`);
}

function atHangup(act: () => void): () => void {
  process.on('SIGHUP', act);
  return () => process.off('SIGHUP', act);
}

/**
 * Gives the node the admission keys that its credentials have now. Certificate and identity key
 * belong to its boot, so others wait for the next start; a file that is wrong changes nothing.
 */
function provideAdmissionKeys(satellite: Satellite, file: string, running: NodeConfig): void {
  try {
    const { credentials } = readNodeConfig(file, warn);
    const { constellationId, certificate, admissionKeys } = decodeCredentials(credentials);
    const { credentials: own } = running;
    if (toHex(constellationId) !== own.constellationId) {
      throw new ConfigError('the credentials are of another constellation', {
        file,
        remedy: 'Bring back those of this one; nothing was taken',
      });
    }
    if (toHex(certificate) !== own.certificate) {
      warn(`the certificate of ${file} is another one, and serves from the next start on`);
    }
    satellite.provide({ admissionKeys });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    warn(formatConfigError(error));
  }
}

/** Rejects when the first boot number cannot be written: without it no link comes up (LS-1501). */
function firstBootRefused({ notices$ }: Satellite, directory: string): Promise<never> {
  return new Promise((_, reject) => {
    const life = notices$.subscribe((notice) => {
      if (notice.kind === 'boot') life.unsubscribe();
      if (notice.kind !== 'record-unwritten' || notice.record !== 'boot') return;
      reject(
        new ConfigError(`the boot number cannot be written to ${directory}`, {
          remedy: 'See that there is room, and that this user may write there',
        }),
      );
    });
  });
}

/** The notice in words: seconds, kind, then what belongs to the kind. */
function lineOf({ at, kind, ...rest }: Notice): string {
  const details = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
  return [(at / 1_000_000).toFixed(6), kind, ...details].join(' ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

function signal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** The program is wrong, so it ends at once. */
function endWithOwnError(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(3);
}

/** Unknown flags and missing values are told in our own words. */
const FORM = {
  options: {
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    vault: { type: 'string' },
    statement: { type: 'string' },
    applications: { type: 'string' },
  },
  allowPositionals: true,
  strict: false,
} as const;

const HELP = `orbweaver node <config.json> [--vault DIR] [--statement FILE] [--applications FILE]
               [--json]

Runs one satellite in the foreground on real UDP sockets, until Ctrl-C or SIGTERM. Prints one line
for everything that happens and a last line with its counters.

  --vault DIR   where it keeps what outlives a restart, its bundles too; the name of the
                configuration with .vault in place of .json unless given
  --statement FILE
                take the constellation statement there, and every newer one put in its place
  --applications FILE
                a JavaScript module with applications for this node; see docs/applications.md
  --json        print JSON, one value a line
  --help        this text

The configuration names the node, its terminals and credentials, the contact plan and where the
neighbours listen. Instant 0 of the plan is epochUnixMs on this machine's clock. Every start has a
boot number of its own, which the vault keeps, because peers refuse one that they have seen: the
first is boot of the configuration, which is also the least.

Bundles are kept on disk, in the folder bundles of the vault or in store.directory of the
configuration, and are there after a crash; with store.durability memory they are lost at the end.
Each folder is for one node at a time.

A neighbour of another make is named under ltp.neighbours, with its node, engine and address:
bundles go to it by LTP over UDP (RFC 5326), one segment to a datagram, without keys. The terminal
of such a contact is usually bound to port 1113.

SIGHUP makes it read the statement file again, and the admission keys of its credentials, which it
needs when epochs have passed; a new certificate serves from the next start on.

Example: orbweaver node satellite-101.json
`;
