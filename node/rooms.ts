/**
 * What only some nodes need is loaded for them alone, once, before they start: a process keeps the
 * text and the functions of whatever it loads.
 */
import type { NodeConfig } from './config.ts';
import type { ProvisionedSecurity } from './provisioned-security.ts';

/** What a configuration asks for beyond what every node has. */
export interface Rooms {
  /** There for a node that has neighbours without a handshake. */
  readonly ProvisionedSecurity?: typeof ProvisionedSecurity;
}

/** Loads what `config` asks for. */
export async function openRooms(config: Pick<NodeConfig, 'provisioned'>): Promise<Rooms> {
  if (config.provisioned === undefined) return {};
  const { ProvisionedSecurity } = await import('./provisioned-security.ts');
  return { ProvisionedSecurity };
}
