/**
 * `orbweaver node`: one satellite in the foreground on real UDP. One line a notice, a last line
 * with the final snapshot, and a clean end at SIGINT or SIGTERM.
 */
import { chooseCrypto } from './adapters/choose-crypto.ts';
import { MemoryStore } from './adapters/memory-store.ts';
import { OsRandom } from './adapters/os-random.ts';
import { SystemClock } from './adapters/system-clock.ts';
import { openUdpDatagrams } from './adapters/udp-datagrams.ts';
import { createSatellite } from './assemble.ts';
import { ConfigError, formatConfigError } from './config-error.ts';
import { checkCredentials, readNodeConfig } from './config-file.ts';
import type { Notice } from './notice.ts';

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
}

function parseArguments(args: readonly string[]): Arguments {
  const flag = args.find((arg) => arg.startsWith('-') && arg !== '--json');
  if (flag !== undefined) {
    throw new ConfigError(`${flag} is not a known flag`, {
      expected: '--json or --help',
      remedy: 'See orbweaver node --help',
    });
  }
  const [file, ...rest] = args.filter((arg) => arg !== '--json');
  if (file === undefined || rest.length > 0) {
    throw new ConfigError(`${file === undefined ? 'no' : 'more than one'} configuration is given`, {
      expected: 'orbweaver node <config.json>',
      remedy: 'See orbweaver node --help',
    });
  }
  return { file, json: args.includes('--json') };
}

async function run({ file, json }: Arguments): Promise<void> {
  // Streams rethrow what goes wrong in them outside of any call.
  process.once('uncaughtException', endWithOwnError);
  const config = readNodeConfig(file);
  const crypto = await chooseCrypto(config.crypto);
  checkCredentials(config, crypto.curve);
  const datagrams = await openUdpDatagrams({ bind: config.bind });
  const clock = SystemClock.fromUnixMs(config.epochUnixMs);
  const satellite = createSatellite(config, {
    clock,
    datagrams,
    store: new MemoryStore(config.store.octetsMax),
    random: new OsRandom(),
    crypto,
  });
  satellite.notices$.subscribe((notice) => print(json ? JSON.stringify(notice) : lineOf(notice)));
  const addresses = datagrams.addresses.map(({ host, port }) => `${host}:${port}`);
  if (!json) print(`${config.name} (node ${config.node}) at ${addresses.join(' ')}`);
  const life = satellite.start();
  await signal();
  life.unsubscribe();
  const snapshot = { ...satellite.snapshot(), datagramFaults: datagrams.faults.snapshot() };
  datagrams.close();
  print(json ? JSON.stringify({ kind: 'final', snapshot }) : `final ${JSON.stringify(snapshot)}`);
}

/** The notice in words: seconds, kind, then what belongs to the kind. */
function lineOf({ at, kind, ...rest }: Notice): string {
  const details = Object.entries(rest).map(([key, value]) => `${key}=${value}`);
  return [(at / 1_000_000).toFixed(6), kind, ...details].join(' ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
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

const HELP = `orbweaver node <config.json> [--json]

Runs one satellite in the foreground on real UDP sockets, until Ctrl-C or SIGTERM. Prints one line
for everything that happens and a last line with its counters.

  --json   print JSON, one value a line
  --help   this text

The configuration names the node, its terminals and credentials, the contact plan and where the
neighbours listen. Instant 0 of the plan is epochUnixMs on this machine's clock. Raise boot at
every start: peers refuse a node that comes back with the boot number they have seen.

Example: orbweaver node satellite-101.json
`;
