/** From a scenario and its world to the configuration of every node. */
import { join } from 'node:path';
import type { BundleConfig } from '#node/bundle-config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import { SINK_SERVICE } from '#node/services/traffic-sink.ts';
import type { ServicesConfig } from '#node/services-config.ts';
import { formatEid, ipnEid } from '#protocol/bundle/eid.ts';
import { type Instant, MICROSECONDS_PER_MS } from '#protocol/machine.ts';
import { ROLE } from '#protocol/membership/certificate.ts';
import type { Authority } from '../authority/authority.ts';
import type { World, WorldNode } from '../constellation/world.ts';
import type { BundleRules } from '../scenario/bundle-rules.ts';
import type { Flow, Scenario } from '../scenario/scenario.ts';
import { bundleSecurityIn } from './bundle-security.ts';
import type { Member } from './fleet.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A flow between nodes of the world, with the endpoint that names it in bundle ids. */
export interface PlacedFlow extends Flow {
  /** Source EID: every flow has a service of its own at its source. */
  readonly source: string;
  readonly destination: string;
  /** How many nodes each bundle is for. */
  readonly members: number;
}

/** Gives every flow of the scenario its endpoints. Its nodes exist: the scenario was checked. */
export function placeFlows(scenario: Scenario, world: World): PlacedFlow[] {
  const byName = new Map(world.nodes.map((node) => [node.name, node.node]));
  return scenario.traffic.map((flow, index) => {
    const group = scenario.bundles.groups.find(({ name }) => name === flow.to);
    return {
      ...flow,
      source: formatEid(ipnEid(byName.get(flow.from) ?? 0, FLOW_SERVICE_FIRST + index)),
      destination: group?.endpoint ?? formatEid(ipnEid(byName.get(flow.to) ?? 0, SINK_SERVICE)),
      members: group === undefined ? 1 : (group.members ?? world.nodes).length,
    };
  });
}

/**
 * The configuration of every node of the world. `random` sets the phase of each flow; `homes` is
 * the folder where each node has one for what outlives its process, if anything does.
 */
export function membersOf(
  scenario: Scenario,
  world: World,
  flows: readonly PlacedFlow[],
  authority: Authority,
  random: SeededRandom,
  homes?: string,
): Member[] {
  const phases = flows.map(({ everyMs }) => Math.floor(random.fraction() * everyMs * 1000));
  const durationUs = scenario.durationMs * 1000;
  const startsAt = trafficStartsAt(scenario);
  const bundleSecurityOf = bundleSecurityIn(scenario, world, authority);
  return world.nodes.map((node) => ({
    name: node.name,
    node: node.node,
    scid: node.scid,
    epochUnixMs: scenario.epochUnixMs,
    boot: 1,
    terminals: node.terminals,
    crypto: scenario.crypto,
    credentials: encodeCredentials(
      authority.issue({
        eid: formatEid(ipnEid(node.node, 0)),
        scids: [node.scid],
        roles: rolesOf(node),
      }),
    ),
    link: { frameOctetsMax: scenario.link.frameOctetsMax, ...scenario.link.channel },
    security: {
      suite: scenario.security.suite,
      rekeyAfterUs: scenario.security.rekeyAfterMs * MICROSECONDS_PER_MS,
    },
    store: {
      octetsMax: scenario.store.octetsMax,
      ...(homes === undefined || scenario.store.durability === 'memory'
        ? {}
        : { directory: join(homes, node.name, 'store') }),
    },
    ...bundleSecurityOf(node),
    bundles: bundlesOf(scenario.bundles, node.name),
    ...(homes === undefined || scenario.faults.length === 0
      ? {}
      : { home: join(homes, node.name) }),
    plan: world.plan,
    services: {
      echo: true,
      sink: true,
      ...absencesOf(scenario, node.name),
      sources: flows.flatMap((flow, index) =>
        flow.from !== node.name
          ? []
          : [
              {
                service: FLOW_SERVICE_FIRST + index,
                destination: flow.destination,
                everyUs: flow.everyMs * 1000,
                startsAt: startsAt + (phases[index] ?? 0),
                endsAt: durationUs,
                sizeOctets: flow.sizeOctets,
                lifetimeMs: flow.lifetimeMs,
                trafficClass: flow.trafficClass,
                ...(flow.reports.length === 0 ? {} : { reports: flow.reports }),
              },
            ],
      ),
    },
  }));
}

/** When flows may begin: before that the fleet is busy with securing its first links. */
export function trafficStartsAt({ durationMs }: Scenario): Instant {
  return Math.min(TRAFFIC_STARTS_US_MAX, (durationMs * MICROSECONDS_PER_MS) / 4);
}

function absencesOf({ absences }: Scenario, name: string): Pick<ServicesConfig, 'sinkAbsences'> {
  const own = absences.filter(({ node }) => node === name);
  if (own.length === 0) return {};
  const us = (ms: number): Instant => ms * MICROSECONDS_PER_MS;
  return {
    sinkAbsences: own.map(({ fromMs, untilMs }) => ({ startsAt: us(fromMs), endsAt: us(untilMs) })),
  };
}

/** What the rules say of one node. Traffic for a group ends at the sink of each member. */
function bundlesOf(rules: BundleRules, name: string): BundleConfig {
  const { strictness, statusReports, reassembly, fragmentOctetsMax } = rules;
  const { clockless, groups, numbering, statementGroup } = rules;
  const own = groups.filter(({ members }) => members === undefined || members.includes(name));
  return {
    ...{ strictness, statusReports, reassembly, clockless: clockless.includes(name) },
    ...(fragmentOctetsMax === undefined ? {} : { fragmentOctetsMax }),
    groups: {
      ...numbering,
      ...(statementGroup === undefined ? {} : { statements: statementGroup }),
      memberOf: own.map(({ endpoint }) => ({ group: endpoint, service: SINK_SERVICE })),
    },
  };
}

/** Role bits of a certificate (link-security §5.3). */
function rolesOf({ kind }: WorldNode): number {
  return kind === 'satellite' ? ROLE.satellite : ROLE.groundGateway;
}

/** Far above the well-known services that every node has. */
const FLOW_SERVICE_FIRST = 1_000;
/** The first links are given this long before the first bundle: what comes early must wait. */
const TRAFFIC_STARTS_US_MAX = 5_000_000;
