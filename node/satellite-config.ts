/** What a satellite is told at its start, with octets as octets. */
import type { ChannelOptions } from '#protocol/link/channel.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import type { ContactPlan, NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { Admission } from '#protocol/session/admission.ts';
import type { DirectoryEntry } from './config.ts';
import type { ProvisionedConfig } from './provisioned-config.ts';
import type { SessionPolicy } from './security-config.ts';

/** The substance of a NodeConfig; `assemble.ts` makes the one from the other. */
export interface SatelliteConfig {
  readonly node: NodeNumber;
  readonly scid: number;
  /** Unix time of instant 0. */
  readonly epochUnixMs: number;
  readonly credentials: Credentials;
  /** Made from `credentials`, and of this satellite alone. */
  readonly membership: Membership;
  /** Shared by all links. */
  readonly admission: Admission;
  readonly sessionPolicy: SessionPolicy;
  /** Keys and associations of neighbours without a handshake. */
  readonly provisioned: ProvisionedConfig | undefined;
  readonly channel: ChannelOptions;
  readonly storeOctetsMax: number;
  readonly bundleOctetsMax: number;
  readonly plan: ContactPlan;
  /** Lists at least every neighbour that the plan gives this node. */
  readonly directory: readonly DirectoryEntry[];
}
