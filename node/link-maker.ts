/** Makes the links of a satellite: what keying a neighbour gets, and what a contact tells it. */
import { assert } from '#protocol/assert.ts';
import { codingOctets } from '#protocol/link/channel.ts';
import type { BundleLink } from '#protocol/link/contract.ts';
import type { Connection } from '#protocol/link/keying.ts';
import { Link } from '#protocol/link/link.ts';
import { LtpSpan } from '#protocol/link/ltp-span.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import type { Contact, NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { DirectoryEntry } from './config.ts';
import type { ContactOutput } from './contact-follower.ts';
import { SEGMENT_OCTETS_MAX } from './ltp-config.ts';
import type { SatellitePorts, TerminalAddress } from './ports.ts';
import type { ProvisionedSecurity } from './provisioned-security.ts';
import type { SatelliteConfig } from './satellite-config.ts';

/** A link to a neighbour, not connected yet: of the kind that the configuration says. */
export function makeLink(
  config: SatelliteConfig,
  ports: SatellitePorts,
  node: NodeNumber,
  security: ProvisionedSecurity | undefined,
): BundleLink {
  const span = spanTo(config, node);
  return span === undefined
    ? makeProtectedLink(config, ports, entryOf(config, node), security)
    : new LtpSpan({ ...span, random: ports.random });
}

/** Keyed by provision where the configuration says so, else by handshake. */
function makeProtectedLink(
  config: SatelliteConfig,
  ports: SatellitePorts,
  { node, scid: remoteScid }: DirectoryEntry,
  security: ProvisionedSecurity | undefined,
): Link {
  const { credentials, membership, admission, scid: localScid, channel } = config;
  const { crypto: provider, random } = ports;
  const octets = channel.frameOctetsMax + codingOctets(channel);
  assert(octets <= ports.datagrams.sizeMax, 'a frame and its code fit a datagram');
  const ends = { localScid, remoteScid };
  const shared = { credentials, membership, admission, provider, random };
  const provisioned = security?.keying(node);
  const keying = provisioned ?? new SessionKeying({ ...shared, ...config.sessionPolicy, ...ends });
  // Who has no handshake may be of another make, and may know no LTP.
  const ltp = channel.ltp !== false && provisioned === undefined;
  return new Link({ ...ends, ...channel, ltp, random, ...security?.channel(node) }, keying);
}

/** Where the terminal listens that a contact leads to. */
export function addressOf(config: SatelliteConfig, { to, toTerminal }: Contact): TerminalAddress {
  const neighbour = config.ltp?.neighbours.find(({ node }) => node === to);
  const address = neighbour?.address ?? entryOf(config, to).terminals[toTerminal];
  assert(address !== undefined, 'the directory lists every terminal of a neighbour');
  return address;
}

/** What a link is told of a contact that begins, with a peer whose terminal is at `address`. */
export function connectionOf(
  config: SatelliteConfig,
  { contact, roundTripUs }: Extract<ContactOutput, { kind: 'begin' }>,
  { host, port }: TerminalAddress,
): Connection {
  const { to, fromTerminal, rateBps, endsAt } = contact;
  const portName = `isl-${fromTerminal} ${host}:${port}`;
  // The ends of a span have nothing to agree on.
  const initiate = spanTo(config, to) === undefined && config.scid < entryOf(config, to).scid;
  return { portName, rateBps, roundTripUs, initiate, endsAt };
}

function entryOf({ directory }: SatelliteConfig, node: NodeNumber): DirectoryEntry {
  const entry = directory.find((each) => each.node === node);
  assert(entry !== undefined, 'the directory lists every neighbour');
  return entry;
}

/** Both engines, where a neighbour is reached by LTP alone. */
function spanTo({ node: own, ltp }: SatelliteConfig, node: NodeNumber) {
  const neighbour = ltp?.neighbours.find((each) => each.node === node);
  if (neighbour === undefined) return undefined;
  const { engine = node, segmentOctetsMax = SEGMENT_OCTETS_MAX } = neighbour;
  return { localEngine: ltp?.engine ?? own, remoteEngine: engine, segmentOctetsMax };
}
