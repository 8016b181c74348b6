/** What a satellite is told at its start, with octets as octets. */
import type { AgentOptions } from '#protocol/agent/agent.ts';
import type { ChannelOptions } from '#protocol/link/channel.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import type { Admission } from '#protocol/session/admission.ts';
import type { DirectoryEntry } from './config.ts';
import type { LtpConfig } from './ltp-config.ts';
import type { ProvisionedConfig } from './provisioned-config.ts';
import type { Rooms } from './rooms.ts';
import type { SessionPolicy } from './security-config.ts';
import type { StatementService } from './services/statements.ts';

/** The substance of a NodeConfig; `assemble.ts` makes the one from the other. */
export interface SatelliteConfig extends AgentOptions {
  readonly scid: number;
  readonly credentials: Credentials;
  /** Made from `credentials`, and of this satellite alone. */
  readonly membership: Membership;
  /** Shared by all links. */
  readonly admission: Admission;
  /** One of its services, if statements also go by bundle. */
  readonly statements?: StatementService | undefined;
  readonly sessionPolicy: SessionPolicy;
  /** Keys and associations of neighbours without a handshake. */
  readonly provisioned: ProvisionedConfig | undefined;
  readonly rooms: Rooms;
  readonly channel: ChannelOptions;
  /** Neighbours that are reached by LTP alone. */
  readonly ltp?: LtpConfig | undefined;
  /** Lists at least every neighbour that the plan gives this node. */
  readonly directory: readonly DirectoryEntry[];
}
