/**
 * What the harness and its host processes say to each other: plain JSON over the process channel.
 * The harness speaks `create`, `begin`, `channels`, `statement`, `stop`; a host answers in kind.
 */
import type { Notice } from '#node/notice.ts';
import type { TerminalAddress } from '#node/ports.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import type { Member } from './fleet.ts';
import type { Inventory } from './inventory.ts';

/** A member and the addresses its terminals shall bind to. */
export interface BoundMember {
  readonly member: Omit<Member, 'plan'>;
  readonly bind: readonly TerminalAddress[];
}

/** Where the terminals of every node can be reached. */
export type Directory = readonly {
  readonly node: NodeNumber;
  readonly scid: number;
  readonly terminals: readonly TerminalAddress[];
}[];

/** From the harness to a host. */
export type HostCommand =
  /** Open the sockets; answered by `bound` or `refused`. */
  | {
      readonly kind: 'create';
      readonly members: readonly BoundMember[];
      /** Where this process's transit probe shall listen. */
      readonly probe: TerminalAddress;
      readonly plan: Member['plan'];
      /** Whether its nodes were killed and are to say what their stores have kept. */
      readonly returns: boolean;
    }
  /** Start time; instant 0 is this reading of the machine's monotonic clock. */
  | {
      readonly kind: 'begin';
      readonly epochMonotonicNs: string;
      /** From this instant on, what is late counts. */
      readonly judgedFrom: number;
      /** Whom to ask how long datagrams take. */
      readonly probePeer: TerminalAddress;
      readonly directory: Directory;
      readonly channels: readonly ChannelChange[];
    }
  | { readonly kind: 'channels'; readonly changes: readonly ChannelChange[] }
  /** A constellation statement for one of the nodes, in hexadecimal. */
  | { readonly kind: 'statement'; readonly node: NodeNumber; readonly octets: string }
  /** End; answered by `final`, after which the host exits. */
  | { readonly kind: 'stop' };

/** From a host to the harness. */
export type HostReport =
  | {
      readonly kind: 'bound';
      /** Where this process's transit probe listens. */
      readonly probe: TerminalAddress;
      readonly addresses: readonly (readonly [NodeNumber, readonly TerminalAddress[]])[];
      /** Of nodes that return. */
      readonly inventories: readonly (readonly [NodeNumber, Inventory])[];
    }
  /** The configuration cannot be honoured; the host exits with 2. */
  | { readonly kind: 'refused'; readonly message: string; readonly remedy: string }
  /** Something that a person should know, and that stops nothing. */
  | { readonly kind: 'warned'; readonly line: string }
  | { readonly kind: 'notices'; readonly notices: readonly (readonly [NodeNumber, Notice])[] }
  | {
      readonly kind: 'final';
      readonly snapshots: readonly (readonly [NodeNumber, SatelliteSnapshot])[];
      readonly channelFaults: Readonly<Record<string, number>>;
      readonly lag: readonly number[];
      /** What a datagram takes between processes, as the channel last took it into account. */
      readonly transitUs: number;
    };
