/**
 * A scenario as the rest of the harness sees it: checked, with every unit fixed in the name.
 * `load.ts` makes it from YAML. A published type: later work only adds fields.
 */
import type { StatusName } from '#node/services-config.ts';
import type { ChannelOptions } from '#protocol/link/channel.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import type { BundleRules } from './bundle-rules.ts';
import type { ScenarioSecurityRule } from './bundle-security.ts';

/** How the nodes are run: harness/fleet/fleet.ts says what each kind is. */
export type FleetKind = 'processes' | 'hosted' | 'virtual';

/** A Walker shell, as orbital elements for SGP4. */
export interface WalkerShell {
  readonly kind: 'walker';
  /** `star` spreads ascending nodes over about 180°, `delta` over 360°. */
  readonly pattern: 'star' | 'delta';
  readonly planes: number;
  readonly perPlane: number;
  readonly altitudeKm: number;
  readonly inclinationDeg: number;
  /** Between neighbouring planes. */
  readonly raanSpacingDeg: number;
  /** Along-track offset of each plane against the last. */
  readonly phasingDeg: number;
}

/** Satellites read from a TLE file; in plane order, `perPlane` consecutive entries a plane. */
export interface TleConstellation {
  readonly kind: 'tle';
  /** Absolute path. */
  readonly file: string;
  /** Satellites per plane, for plus-grid; undefined when topology lists links by name. */
  readonly perPlane: number | undefined;
}

/** Single satellites given by elements. */
export interface ElementsConstellation {
  readonly kind: 'elements';
  readonly satellites: readonly {
    readonly name: string;
    readonly altitudeKm: number;
    readonly inclinationDeg: number;
    readonly raanDeg: number;
    readonly meanAnomalyDeg: number;
  }[];
}

/** A ground station; it looks up, and its terminals follow satellites that pass. */
export interface GroundStation {
  readonly name: string;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeM: number;
  readonly elevationMaskDeg: number;
  /** Satellites it can follow at once. */
  readonly terminals: number;
}

/** Which crosslinks exist. */
export type Topology =
  | { readonly kind: 'plus-grid'; readonly acrossSeam: boolean }
  | { readonly kind: 'links'; readonly links: readonly (readonly [string, string])[] };

/** One traffic flow from a node to another, or to a group, by name. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly trafficClass: TrafficClass;
  readonly everyMs: number;
  readonly sizeOctets: number;
  readonly lifetimeMs: number;
  /** Status reports that its bundles ask for. */
  readonly reports: readonly StatusName[];
}

/** How links are secured, and what is withdrawn while the run lasts. */
export interface Security {
  /** Of the first handshake between two nodes; `hybrid` adds ML-KEM-768. */
  readonly suite: 'classical' | 'hybrid';
  /** After so long the keys of a link are replaced. */
  readonly rekeyAfterMs: number;
  readonly revocations: readonly ScheduledRevocation[];
  /** For the security of bundles from end to end. */
  readonly bundles: readonly ScenarioSecurityRule[];
}

/** A statement that revokes one node reaches another, from which it spreads. Nodes by name. */
export interface ScheduledRevocation {
  readonly node: string;
  readonly atMs: number;
  readonly from: string;
}

/**
 * A node is killed without warning, as by SIGKILL or a power cut, with all nodes of its process,
 * and started again in its place.
 */
export interface NodeKill {
  readonly kind: 'kill';
  /** By name; undefined: each time one of those that are up then, drawn from the seed. */
  readonly node: string | undefined;
  /** The first time. */
  readonly atMs: number;
  /** And again after each such interval; undefined: once. */
  readonly everyMs: number | undefined;
  /** Not from then on; undefined: until the run ends. */
  readonly untilMs: number | undefined;
  /** How long it stays away; undefined: for good. */
  readonly backMs: number | undefined;
}

/** The application that traffic for a node goes to is away, and what comes for it waits. */
export interface Absence {
  /** By name. */
  readonly node: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What is done to the nodes while the run lasts. */
export type ScheduledFault = NodeKill;

/** What must hold for the run to pass. `text` is what people read in the verdict. */
export type Objective =
  | { readonly kind: 'links-secured'; readonly text: string; readonly withinMs: number }
  | { readonly kind: 'delivered-ratio'; readonly text: string; readonly min: number }
  | { readonly kind: 'nothing-lost'; readonly text: string }
  | { readonly kind: 'overhead-per-hop-p50'; readonly text: string; readonly maxMs: number }
  | { readonly kind: 'secured-accepted'; readonly text: string; readonly min: number }
  | { readonly kind: 'revocations-known'; readonly text: string; readonly withinMs: number }
  | { readonly kind: 'latency-p99'; readonly text: string; readonly maxMs: number };

/** One scenario. */
export interface Scenario {
  readonly name: string;
  /** Absolute path of the file it came from. */
  readonly file: string;
  readonly description: string;
  /** Unix time of scenario instant 0, milliseconds. */
  readonly epochUnixMs: number;
  readonly durationMs: number;
  readonly seed: number;
  readonly fleet: FleetKind;
  /** For `hosted`; undefined: one host process a core. */
  readonly satellitesPerProcess: number | undefined;
  readonly constellation: WalkerShell | TleConstellation | ElementsConstellation;
  /** Optical terminals per satellite for crosslinks. */
  readonly terminals: number;
  /** Terminals per satellite that look down at ground stations. */
  readonly groundTerminals: number;
  readonly topology: Topology;
  readonly groundStations: readonly GroundStation[];
  readonly link: {
    readonly rateBps: number;
    readonly frameOctetsMax: number;
    /** What the channel has besides frames of that size, on ground links as well. */
    readonly channel: Omit<ChannelOptions, 'frameOctetsMax'>;
    readonly rangeKmMax: number | undefined;
    /** The ray between two satellites must stay this far above the ellipsoid. */
    readonly grazingAltitudeKm: number;
  };
  readonly groundLink: { readonly rateBps: number };
  readonly crypto: 'auto' | 'noble' | 'native';
  readonly security: Security;
  readonly bundles: BundleRules;
  readonly store: {
    readonly octetsMax: number;
    /** Where a bundle is when it is accepted: on disk, but in virtual fleets, or in memory. */
    readonly durability: 'flush' | 'memory';
  };
  readonly network: {
    /** Loopback address the sockets bind to. */
    readonly host: string;
    /** First UDP port; undefined: the operating system chooses. */
    readonly portBase: number | undefined;
  };
  readonly traffic: readonly Flow[];
  readonly absences: readonly Absence[];
  readonly faults: readonly ScheduledFault[];
  readonly objectives: readonly Objective[];
}
