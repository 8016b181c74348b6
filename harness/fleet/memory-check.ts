/** Refuses a fleet that the machine cannot hold, before anything has been made for it. */
import { ConfigError } from '#node/config-error.ts';
import { satellitesOf } from '../constellation/satellites.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { nodesPerProcess } from './make-fleet.ts';

/** Throws a ConfigError when the nodes of `scenario` would not fit into `availableOctets`. */
export function checkMemory(scenario: Scenario, availableOctets: number): void {
  const { fleet, file } = scenario;
  const nodes = satellitesOf(scenario).orbits.length + scenario.groundStations.length;
  const processes = Math.ceil(nodes / nodesPerProcess(scenario, nodes));
  const perProcess = fleet === 'virtual' ? 0 : PROCESS_OCTETS;
  const needed = processes * perProcess + nodes * NODE_OCTETS;
  if (needed <= availableOctets) return;
  const [wants, has] = [needed, availableOctets].map((octets) => Math.ceil(octets / MIB));
  throw new ConfigError(
    `${nodes} nodes as fleet '${fleet}' need about ${wants} MiB of memory; ${has} MiB are free`,
    {
      file,
      remedy:
        fleet === 'processes'
          ? 'Put many nodes into each process with --fleet hosted, or free some memory'
          : 'Take a scenario with fewer satellites, or free some memory',
    },
  );
}

const MIB = 1024 * 1024;
/** Private memory of an idle host process, measured with /proc/<pid>/smaps_rollup. */
const PROCESS_OCTETS = 18 * MIB;
/** A node's plan, links and sockets. */
const NODE_OCTETS = 2 * MIB;
