/** Makes the links of a satellite: which keying a neighbour gets, and with what. */
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import type { SatellitePorts } from './ports.ts';
import type { SatelliteConfig } from './satellite-config.ts';

/** A link to the neighbour with the given spacecraft id, not connected yet. */
export function makeLink(config: SatelliteConfig, ports: SatellitePorts, remoteScid: number): Link {
  const { credentials, membership, scid: localScid, frameOctetsMax } = config;
  const { crypto: provider, random } = ports;
  const ends = { localScid, remoteScid };
  const keying = new SessionKeying({ credentials, membership, provider, random, ...ends });
  return new Link({ ...ends, frameOctetsMax }, keying);
}
