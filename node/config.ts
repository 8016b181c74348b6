/**
 * The configuration of one node: plain JSON, so that it is a file for `orbweaver node` and a
 * message from a fleet to its processes alike. Octets are in hexadecimal, times in microseconds
 * since the scenario epoch unless the name says otherwise.
 */
import { isIP } from 'node:net';
import { ipnEid } from '#protocol/bundle/eid.ts';
import type { CryptoProviderName } from '#protocol/crypto/ports.ts';
import type { ChannelOptions } from '#protocol/link/channel.ts';
import type { Contact, ContactPlan, NodeNumber, Range } from '#protocol/routing/contact-plan.ts';
import { type BundleConfig, readBundleConfig } from './bundle-config.ts';
import { type BundleSecurityConfig, readBundleSecurity } from './bundle-security-config.ts';
import { readChannel } from './channel-config.ts';
import { ConfigError } from './config-error.ts';
import { type CredentialsJson, readCredentials } from './credentials-json.ts';
import { JsonCursor } from './json-cursor.ts';
import { type LtpConfig, readLtp } from './ltp-config.ts';
import type { TerminalAddress } from './ports.ts';
import { type ProvisionedConfig, readProvisioned } from './provisioned-config.ts';
import { readSecurity, type SecurityConfig } from './security-config.ts';
import { IPN_NUMBER_MAX, readServices, type ServicesConfig } from './services-config.ts';

/** Where the terminals of a node listen. */
export interface DirectoryEntry {
  readonly node: NodeNumber;
  readonly scid: number;
  readonly terminals: readonly TerminalAddress[];
}

/** Everything a node is told before launch. */
export interface NodeConfig {
  readonly name: string;
  readonly node: NodeNumber;
  readonly scid: number;
  /** Unix time of instant 0. */
  readonly epochUnixMs: number;
  /** The first boot number, should the node's vault know of none (link-security LS-1501). */
  readonly boot: number;
  /** Number of terminals. */
  readonly terminals: number;
  readonly crypto: 'auto' | CryptoProviderName;
  readonly credentials: CredentialsJson;
  /** Keys and associations of neighbours that know no handshake. */
  readonly provisioned?: ProvisionedConfig;
  readonly link: ChannelOptions;
  /** Neighbours of another make, reached by LTP over UDP. */
  readonly ltp?: LtpConfig;
  readonly security?: SecurityConfig;
  readonly store: {
    readonly octetsMax: number;
    /** Where bundles outlive the process; in memory unless given, or where a node's place is. */
    readonly directory?: string;
    /** That they stay in memory, also in a node that has a place of its own. */
    readonly durability?: 'memory';
  };
  /** What is done for the security of bundles, and with which keys; nothing if not given. */
  readonly bundleSecurity?: BundleSecurityConfig;
  /** How bundles are taken, made and cut. */
  readonly bundles?: BundleConfig;
  readonly plan: ContactPlan;
  readonly directory: readonly DirectoryEntry[];
  readonly services: ServicesConfig;
  /** Where its own terminals listen, one address each. */
  readonly bind: readonly TerminalAddress[];
}

/** Checks what a person wrote; throws ConfigError with the place and the remedy. */
export function parseNodeConfig(json: unknown): NodeConfig {
  const root = new JsonCursor(json).object(KEYS);
  const bind = root.at('bind').list(TERMINALS_MAX, readAddress);
  const security = root.at('security');
  const provisioned = root.at('provisioned');
  const bundles = root.at('bundles');
  const ltp = root.at('ltp');
  const link = readChannel(root.at('link'));
  const bundleSecurity = root.at('bundleSecurity');
  const node = root.at('node').integer(1, IPN_NUMBER_MAX);
  const credentials = readCredentials(root.at('credentials').secret);
  const config: NodeConfig = {
    name: root.at('name').text(),
    node,
    scid: root.at('scid').integer(0, SCID_MAX),
    epochUnixMs: root.at('epochUnixMs').integer(0),
    boot: root.at('boot').integer(1),
    terminals: root.at('terminals').integer(bind.length, bind.length),
    crypto: root.at('crypto').oneOf(['auto', 'noble', 'native']),
    credentials,
    link,
    ...(ltp.present ? { ltp: readLtp(ltp, readAddress) } : {}),
    ...(security.present ? { security: readSecurity(security, link) } : {}),
    ...(provisioned.present ? { provisioned: readProvisioned(provisioned) } : {}),
    store: readStore(root.at('store')),
    ...(bundleSecurity.present
      ? {
          bundleSecurity: readBundleSecurity(
            bundleSecurity,
            ipnEid(node, 0),
            credentials.bundleKeys,
          ),
        }
      : {}),
    ...(bundles.present ? { bundles: readBundleConfig(bundles) } : {}),
    plan: readPlan(root.at('plan')),
    directory: root.at('directory').list(NODES_MAX, readDirectoryEntry),
    services: readServices(root.at('services')),
    bind,
  };
  checkContacts(config);
  checkPeers(config);
  checkLtp(config);
  return config;
}

function readStore(cursor: JsonCursor): NodeConfig['store'] {
  cursor.object(['octetsMax', 'directory', 'durability']);
  const octetsMax = cursor.at('octetsMax').integer(0);
  const directory = cursor.at('directory');
  const durability = cursor.at('durability');
  const isMemory = durability.present && durability.oneOf(['flush', 'memory']) === 'memory';
  if (!directory.present) return isMemory ? { octetsMax, durability: 'memory' } : { octetsMax };
  if (isMemory) throw directory.mistake('no directory where durability is memory');
  return { octetsMax, directory: directory.text() };
}

function readAddress(cursor: JsonCursor): TerminalAddress {
  cursor.object(['host', 'port']);
  const host = cursor.at('host');
  if (isIP(host.text()) === 0) throw host.mistake('an address in numbers, such as 127.0.0.1');
  return { host: host.text(), port: cursor.at('port').integer(0, PORT_MAX) };
}

function readDirectoryEntry(cursor: JsonCursor): DirectoryEntry {
  cursor.object(['node', 'scid', 'terminals']);
  return {
    node: cursor.at('node').integer(1, IPN_NUMBER_MAX),
    scid: cursor.at('scid').integer(0, SCID_MAX),
    terminals: cursor.at('terminals').list(TERMINALS_MAX, readAddress),
  };
}

function readPlan(cursor: JsonCursor): ContactPlan {
  cursor.object(['contacts', 'ranges']);
  return {
    contacts: cursor.at('contacts').list(CONTACTS_MAX, readContact).sort(byStart),
    ranges: cursor.at('ranges').list(CONTACTS_MAX, readRange).sort(byStart),
  };
}

function readContact(cursor: JsonCursor): Contact {
  cursor.object(['from', 'to', 'startsAt', 'endsAt', 'rateBps', 'fromTerminal', 'toTerminal']);
  const startsAt = cursor.at('startsAt').integer(0);
  return {
    from: cursor.at('from').integer(1, IPN_NUMBER_MAX),
    to: cursor.at('to').integer(1, IPN_NUMBER_MAX),
    startsAt,
    endsAt: cursor.at('endsAt').integer(startsAt + 1),
    rateBps: cursor.at('rateBps').integer(1),
    fromTerminal: cursor.at('fromTerminal').integer(0, TERMINALS_MAX - 1),
    toTerminal: cursor.at('toTerminal').integer(0, TERMINALS_MAX - 1),
  };
}

function readRange(cursor: JsonCursor): Range {
  cursor.object(['a', 'b', 'startsAt', 'endsAt', 'owltUs']);
  const a = cursor.at('a').integer(1, IPN_NUMBER_MAX - 1);
  const startsAt = cursor.at('startsAt').integer(0);
  return {
    a,
    b: cursor.at('b').integer(a + 1, IPN_NUMBER_MAX),
    startsAt,
    endsAt: cursor.at('endsAt').integer(startsAt + 1),
    owltUs: cursor.at('owltUs').integer(0),
  };
}

/** Every contact of this node has terminals at two nodes, and no terminal two at once. */
function checkContacts({ node, scid, terminals: own, plan, directory, ltp }: NodeConfig): void {
  /** Until when each terminal is taken. Bounded by TERMINALS_MAX. */
  const takenUntil: number[] = [];
  for (const { from, to, startsAt, endsAt, fromTerminal, toTerminal } of plan.contacts) {
    if (from !== node) continue;
    const what = `the contact with node ${to} at ${startsAt}`;
    if (fromTerminal >= own) {
      throw new ConfigError(`${what} uses terminal ${fromTerminal} of ${own}`, {
        expected: `a terminal from 0 to ${own - 1}`,
        remedy: 'Correct fromTerminal, or give the node more terminals',
      });
    }
    const span = ltp?.neighbours.find((neighbour) => neighbour.node === to);
    const peer = directory.find((entry) => entry.node === to);
    const terminals = span === undefined ? peer?.terminals : [span.address];
    if (terminals?.[toTerminal] === undefined) {
      throw new ConfigError(`${what} leads to terminal ${toTerminal}, which has no address`, {
        remedy: `Add node ${to} and its terminals to the directory`,
      });
    }
    if (span === undefined && peer?.scid === scid) {
      throw new ConfigError(`${what} joins two ends of one spacecraft id, ${scid}`, {
        remedy: 'Give each node a spacecraft id of its own, and no node a contact with itself',
      });
    }
    if (startsAt < (takenUntil[fromTerminal] ?? 0)) {
      throw new ConfigError(`${what} uses terminal ${fromTerminal} during another contact`, {
        remedy: 'Use another terminal, or end one contact before the other starts',
      });
    }
    takenUntil[fromTerminal] = endsAt;
  }
}

/** Every provisioned neighbour is another node that the directory knows. */
function checkPeers({ node, provisioned, directory }: NodeConfig): void {
  for (const peer of provisioned?.peers ?? []) {
    if (peer.node !== node && directory.some((entry) => entry.node === peer.node)) continue;
    throw new ConfigError(`provisioned.peers names node ${peer.node}`, {
      expected: 'another node of the directory',
      remedy: `Add node ${peer.node} to the directory, or remove it from provisioned.peers`,
    });
  }
}

/** Every neighbour reached by LTP is another node, once, and another engine. */
function checkLtp({ node, ltp, directory }: NodeConfig): void {
  const nodes = new Set([node, ...directory.map((entry) => entry.node)]);
  for (const { node: neighbour, engine = neighbour } of ltp?.neighbours ?? []) {
    if (nodes.has(neighbour)) {
      throw new ConfigError(`ltp.neighbours names node ${neighbour}, which is there already`, {
        expected: 'another node than this one and those of the directory',
        remedy: 'Name each neighbour once, where it is reached',
      });
    }
    nodes.add(neighbour);
    if (engine === (ltp?.engine ?? node)) {
      throw new ConfigError(`ltp.neighbours gives node ${neighbour} the engine of this node`, {
        remedy: `Give this node, or node ${neighbour}, an engine number of its own`,
      });
    }
  }
}

function byStart(a: { startsAt: number }, b: { startsAt: number }): number {
  return a.startsAt - b.startsAt;
}

const KEYS = [
  'name',
  'node',
  'scid',
  'epochUnixMs',
  'boot',
  'terminals',
  'crypto',
  'credentials',
  'provisioned',
  'link',
  'ltp',
  'security',
  'store',
  'bundleSecurity',
  'bundles',
  'plan',
  'directory',
  'services',
  'bind',
];

const SCID_MAX = 0xffff;
const PORT_MAX = 0xffff;
const TERMINALS_MAX = 64;
const NODES_MAX = 65_536;
const CONTACTS_MAX = 1_000_000;
