/** How a node takes, makes and cuts bundles, as its configuration says it. */
import { type GroupOptions, Groups } from '#protocol/agent/groups.ts';
import type { AgentOptions, ReassemblyOptions, Registration } from '#protocol/agent/options.ts';
import {
  type Eid,
  formatEid,
  IMC_SCHEME,
  isImcCode,
  isNullEid,
  parseEid,
} from '#protocol/bundle/eid.ts';
import type { Strictness } from '#protocol/bundle/strictness.ts';
import { Fault } from '#protocol/fault.ts';
import type { JsonCursor } from './json-cursor.ts';
import { STATEMENT_SERVICE } from './services/statements.ts';
import { IPN_NUMBER_MAX } from './services-config.ts';

/** What a person wrote, checked. Where a key is absent the default of AgentOptions holds. */
export interface BundleConfig {
  readonly strictness?: Strictness;
  readonly statusReports?: boolean;
  readonly clockless?: boolean;
  readonly fragmentOctetsMax?: number;
  readonly reassembly?: ReassemblyOptions;
  readonly groups?: GroupConfig;
  readonly endpoints?: readonly EndpointConfig[];
}

/** An endpoint that is the node's beside those of its number, as a URI. */
export interface EndpointConfig {
  readonly endpoint: string;
  readonly service: number;
}

/** The numbering of groups, and those of which the node is a member. */
export interface GroupConfig {
  readonly imcScheme?: number;
  readonly ipnAllocator?: number;
  /** The group of all nodes to which constellation statements go; without it only links tell. */
  readonly statements?: string;
  readonly memberOf: readonly {
    /** As a URI, such as `dtn://all/~alerts`. */
    readonly group: string;
    readonly service: number;
  }[];
}

/** Reads and checks it; throws ConfigError with the place and the remedy. */
export function readBundleConfig(cursor: JsonCursor): BundleConfig {
  cursor.object(KEYS);
  const strictness = cursor.at('strictness');
  const statusReports = cursor.at('statusReports');
  const clockless = cursor.at('clockless');
  const fragment = cursor.at('fragmentOctetsMax');
  const reassembly = cursor.at('reassembly');
  const groups = cursor.at('groups').present ? readGroups(cursor.at('groups')) : undefined;
  const endpoints = cursor.at('endpoints');
  return {
    ...(strictness.present ? { strictness: strictness.oneOf(['strict', 'tolerant']) } : {}),
    ...(statusReports.present ? { statusReports: statusReports.boolean() } : {}),
    ...(clockless.present ? { clockless: clockless.boolean() } : {}),
    ...(fragment.present
      ? { fragmentOctetsMax: fragment.integer(FRAGMENT_OCTETS_MIN, BUNDLE_OCTETS_MAX) }
      : {}),
    ...(reassembly.present ? { reassembly: readReassembly(reassembly) } : {}),
    ...(groups === undefined ? {} : { groups }),
    ...(endpoints.present ? { endpoints: readEndpoints(endpoints, groups) } : {}),
  };
}

/**
 * The options of the agent; `boot` is above that of every earlier life of the node, or so far above
 * them that their bundles have expired.
 */
export function agentOptionsOf(
  { groups, endpoints, ...config }: BundleConfig,
  boot: number,
): Omit<AgentOptions, 'node' | 'plan' | 'epochUnixMs' | 'storeOctetsMax' | 'bundleOctetsMax'> {
  return {
    ...config,
    ...(groups === undefined ? {} : { groups: groupOptionsOf(groups) }),
    ...(endpoints === undefined ? {} : { endpoints: endpoints.map(registrationOf) }),
    sequenceStart: (boot % BOOTS_MAX) * SEQUENCES_PER_BOOT,
  };
}

function registrationOf({ endpoint, service }: EndpointConfig): Registration {
  return { endpoint: parseEid(endpoint) as Eid, service };
}

/** The group to which constellation statements go. */
export function statementGroupOf({ groups }: BundleConfig): Eid | undefined {
  return groups?.statements === undefined ? undefined : (parseEid(groups.statements) as Eid);
}

function groupOptionsOf({ memberOf, statements, ...numbering }: GroupConfig): GroupOptions {
  const own = statements === undefined ? [] : [{ group: statements, service: STATEMENT_SERVICE }];
  const all = [...memberOf, ...own];
  return {
    ...numbering,
    memberOf: all.map(({ group, service }) => ({ group: parseEid(group) as Eid, service })),
  };
}

function readReassembly(cursor: JsonCursor): ReassemblyOptions {
  cursor.object(['setsMax', 'octetsMax', 'waitMsMax']);
  const bound = (key: 'setsMax' | 'octetsMax' | 'waitMsMax', max: number) => {
    const place = cursor.at(key);
    return place.present ? { [key]: place.integer(1, max) } : {};
  };
  return {
    ...bound('setsMax', SETS_MAX),
    ...bound('octetsMax', Number.MAX_SAFE_INTEGER),
    ...bound('waitMsMax', WAIT_MS_MAX),
  };
}

function readGroups(cursor: JsonCursor): GroupConfig {
  cursor.object(['imcScheme', 'ipnAllocator', 'statements', 'memberOf']);
  const imc = cursor.at('imcScheme');
  const allocator = cursor.at('ipnAllocator');
  const numbering = {
    ...(imc.present ? { imcScheme: readImcScheme(imc) } : {}),
    ...(allocator.present ? { ipnAllocator: allocator.integer(1, ALLOCATOR_MAX) } : {}),
  };
  const groups = new Groups({ ...numbering, memberOf: [] });
  const taken = new Set<string>(); // Bounded by GROUPS_MAX.
  const readGroup = (group: JsonCursor): string => {
    const eid = parseEid(group.text());
    if (eid instanceof Fault || !groups.isGroup(eid)) throw group.mistake(GROUP_EXPECTED);
    const uri = formatEid(eid);
    if (taken.has(uri)) throw group.mistake('each group once');
    taken.add(uri);
    return uri;
  };
  const statements = cursor.at('statements');
  const own = statements.present ? { statements: readGroup(statements) } : {};
  const memberOf = cursor.at('memberOf').list(GROUPS_MAX, (item) => {
    item.object(['group', 'service']);
    const service = item.at('service').integer(1, IPN_NUMBER_MAX);
    return { group: readGroup(item.at('group')), service };
  });
  return { ...numbering, ...own, memberOf };
}

function readEndpoints(cursor: JsonCursor, numbering: GroupConfig | undefined): EndpointConfig[] {
  const groups = new Groups({ ...numbering, memberOf: [] });
  const taken = new Set<string>(); // Bounded by ENDPOINTS_MAX.
  return cursor.list(ENDPOINTS_MAX, (item) => {
    item.object(['endpoint', 'service']);
    const place = item.at('endpoint');
    const eid = parseEid(place.text());
    // Of the default allocator a node has all endpoints of its number, and none of another's.
    const isNumbered = !(eid instanceof Fault) && eid.scheme === 'ipn' && eid.allocator === 0;
    if (eid instanceof Fault || groups.isGroup(eid) || isNullEid(eid) || isNumbered) {
      throw place.mistake(ENDPOINT_EXPECTED);
    }
    const uri = formatEid(eid);
    if (taken.has(uri)) throw place.mistake('each endpoint once');
    taken.add(uri);
    return { endpoint: uri, service: item.at('service').integer(0, IPN_NUMBER_MAX) };
  });
}

function readImcScheme(cursor: JsonCursor): number {
  const code = cursor.integer(IMC_SCHEME);
  if (isImcCode(code)) return code;
  throw cursor.mistake(`${IMC_SCHEME}, or a code for private use, from 65536 on`);
}

/** The largest bundle a node takes, in or out. */
export const BUNDLE_OCTETS_MAX = 1024 * 1024;
/** A link that takes less has no room for a payload beside a bundle's blocks. */
export const FRAGMENT_OCTETS_MIN = 512;
/** A set costs a few hundred octets beside its fragments. */
export const SETS_MAX = 65_536;
/** A year. */
export const WAIT_MS_MAX = 31_536_000_000;

const KEYS = [
  'strictness',
  'statusReports',
  'clockless',
  'fragmentOctetsMax',
  'reassembly',
  'groups',
  'endpoints',
];
const GROUP_EXPECTED =
  'a group, such as imc:7.1 or dtn://all/~alerts, or ipn:9.1.0 where 9 is the ipnAllocator';
const ENDPOINT_EXPECTED =
  'an endpoint of one node, such as ipn:977000.100.1 or dtn://node/telemetry';
const GROUPS_MAX = 1_024;
const ENDPOINTS_MAX = 1_024;
/** What 32 bits hold (RFC 9758 §6.1). */
const ALLOCATOR_MAX = 0xffff_ffff;
/** More bundles than a node makes in one life. */
const SEQUENCES_PER_BOOT = 2 ** 32;
/** With so many boots a sequence number is still a safe integer. */
const BOOTS_MAX = 2 ** 21;
