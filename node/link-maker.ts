/** Makes the links of a satellite: what keying a neighbour gets, and what a contact tells it. */
import { assert } from '#protocol/assert.ts';
import { codingOctets } from '#protocol/link/channel.ts';
import type { Connection } from '#protocol/link/keying.ts';
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import type { Contact } from '#protocol/routing/contact-plan.ts';
import type { DirectoryEntry } from './config.ts';
import type { ContactOutput } from './contact-follower.ts';
import type { SatellitePorts, TerminalAddress } from './ports.ts';
import type { ProvisionedSecurity } from './provisioned-security.ts';
import type { SatelliteConfig } from './satellite-config.ts';

/** A link to a neighbour, not connected yet: keyed by provision where the configuration says so. */
export function makeLink(
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

/** Whom a contact leads to, and where that terminal listens. */
export function peerOf(
  { directory }: SatelliteConfig,
  { to, toTerminal }: Contact,
): { readonly peer: DirectoryEntry; readonly address: TerminalAddress } {
  const peer = directory.find(({ node }) => node === to);
  const address = peer?.terminals[toTerminal];
  assert(peer !== undefined && address !== undefined, 'the directory lists every neighbour');
  return { peer, address };
}

/** What a link is told of a contact that begins, with a peer whose terminal is at `address`. */
export function connectionOf(
  { contact, roundTripUs }: Extract<ContactOutput, { kind: 'begin' }>,
  { host, port }: TerminalAddress,
  initiate: boolean,
): Connection {
  const { fromTerminal, rateBps, endsAt } = contact;
  const portName = `isl-${fromTerminal} ${host}:${port}`;
  return { portName, rateBps, roundTripUs, initiate, endsAt };
}
