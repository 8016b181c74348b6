/**
 * The part of a node's configuration for neighbours that know no handshake: keys by id, and for
 * each such neighbour the two associations under them. Keys are in hexadecimal, here or in a file
 * of their own, and no message ever shows one.
 */
import { readFileSync } from 'node:fs';
import { STATIC_SPI_MAX } from '#protocol/association/association-table.ts';
import { KEYS_MAX, SESSION_KEY_ID_MIN } from '#protocol/association/key-inventory.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { ConfigError } from './config-error.ts';
import type { JsonCursor } from './json-cursor.ts';

/** One key: 32 octets. Ids up to 127 are master keys, under which ground uploads others. */
export interface ProvisionedKey {
  readonly id: number;
  readonly octets: string;
}

/** One direction of a link to a statically keyed neighbour. */
export interface ProvisionedAssociation {
  /** 1 to 255, unlike any other of the node. */
  readonly spi: number;
  readonly keyId: number;
  /** The last number that counts as used: 12 octets; zero by default. The first frame adds one. */
  readonly start?: string;
}

/** A neighbour that knows no handshake. */
export interface ProvisionedPeer {
  readonly node: NodeNumber;
  readonly send: ProvisionedAssociation;
  readonly receive: ProvisionedAssociation;
  /** What of the header is authenticated: all of it, or what the book's default mask leaves. */
  readonly mask: 'header' | 'book';
  /** How far ahead the next number may be: more than a sender of this kind jumps at a restart. */
  readonly windowWidth?: number;
  /** Whether this node carries out Extended Procedures for it; false by default. */
  readonly commands?: boolean;
  /** Whether frames to it carry the Frame Security Report; false by default. */
  readonly reports?: boolean;
}

/** All of them. */
export interface ProvisionedConfig {
  readonly keys: readonly ProvisionedKey[];
  readonly peers: readonly ProvisionedPeer[];
}

/** Checks what a person wrote; throws ConfigError with the place and the remedy. */
export function readProvisioned(cursor: JsonCursor): ProvisionedConfig {
  cursor.object(['keys', 'peers']);
  const config = {
    keys: cursor.at('keys').list(KEYS_MAX, readKey),
    peers: cursor.at('peers').list(STATIC_SPI_MAX, readPeer),
  };
  checkKeys(config);
  checkPeers(config);
  return config;
}

function readKey(cursor: JsonCursor): ProvisionedKey {
  cursor.object(['id', 'octets', 'file']);
  const id = cursor.at('id').integer(0, KEY_ID_MAX);
  const file = cursor.at('file');
  const octets = cursor.at('octets').secret;
  if (!file.present) return { id, octets: octets.hex(KEY_OCTETS, KEY_OCTETS) };
  if (octets.present) throw file.mistake('no file where the octets are given');
  return { id, octets: keyIn(file) };
}

/** The key in a file: its hexadecimal digits and nothing else but white space. */
function keyIn(cursor: JsonCursor): string {
  let text: string;
  try {
    text = readFileSync(cursor.text(), 'utf8').trim();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw cursor.mistake('the path of a file that exists and may be read');
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw cursor.mistake('a file with 32 octets in hexadecimal and nothing else');
  }
  return text.toLowerCase();
}

function readPeer(cursor: JsonCursor): ProvisionedPeer {
  cursor.object(['node', 'send', 'receive', 'mask', 'windowWidth', 'commands', 'reports']);
  const windowWidth = cursor.at('windowWidth');
  const commands = cursor.at('commands');
  const reports = cursor.at('reports');
  return {
    node: cursor.at('node').integer(1),
    send: readAssociation(cursor.at('send')),
    receive: readAssociation(cursor.at('receive')),
    mask: cursor.at('mask').oneOf(['header', 'book']),
    ...(windowWidth.present ? { windowWidth: windowWidth.integer(1) } : {}),
    ...(commands.present ? { commands: commands.boolean() } : {}),
    ...(reports.present ? { reports: reports.boolean() } : {}),
  };
}

function readAssociation(cursor: JsonCursor): ProvisionedAssociation {
  cursor.object(['spi', 'keyId', 'start']);
  const start = cursor.at('start');
  return {
    spi: cursor.at('spi').integer(1, STATIC_SPI_MAX),
    keyId: cursor.at('keyId').integer(SESSION_KEY_ID_MIN, KEY_ID_MAX),
    ...(start.present ? { start: start.hex(IV_OCTETS, IV_OCTETS) } : {}),
  };
}

/** No id twice, and no key under two ids: one would count through the numbers of the other. */
function checkKeys({ keys }: ProvisionedConfig): void {
  for (const [index, { id, octets }] of keys.entries()) {
    const earlier = keys.slice(0, index);
    if (earlier.some((other) => other.id === id)) {
      throw new ConfigError(`provisioned.keys names key ${id} twice`, {
        remedy: 'Give each key an id of its own',
      });
    }
    const twin = earlier.find((other) => other.octets === octets);
    if (twin !== undefined) {
      throw new ConfigError(`provisioned.keys holds one key as ${twin.id} and ${id}`, {
        remedy: 'Draw another key: two associations must never share one',
      });
    }
  }
}

/** Every association has an SPI and a key of its own, every neighbour one pair of them. */
function checkPeers({ keys, peers }: ProvisionedConfig): void {
  const spis = new Set<number>();
  const used = new Set<number>();
  const nodes = new Set<NodeNumber>();
  for (const { node, send, receive } of peers) {
    if (nodes.has(node)) {
      throw new ConfigError(`provisioned.peers names node ${node} twice`, {
        remedy: 'Give each neighbour one entry',
      });
    }
    nodes.add(node);
    for (const { spi, keyId } of [send, receive]) {
      const what = `the association with node ${node} under SPI ${spi}`;
      if (spis.has(spi)) {
        throw new ConfigError(`${what} has the SPI of another`, {
          remedy: 'Give each association of the node an SPI of its own, in both directions',
        });
      }
      spis.add(spi);
      if (!keys.some(({ id }) => id === keyId)) {
        throw new ConfigError(`${what} names key ${keyId}, which is not in provisioned.keys`, {
          remedy: `Add key ${keyId}, or name one that is there`,
        });
      }
      if (used.has(keyId)) {
        throw new ConfigError(`${what} names key ${keyId}, which another association uses`, {
          remedy: 'Give each association a key of its own',
        });
      }
      used.add(keyId);
    }
  }
}

const KEY_OCTETS = 32;
const KEY_ID_MAX = 0xffff;
const IV_OCTETS = 12;
