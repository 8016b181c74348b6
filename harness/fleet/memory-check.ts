/** Refuses a fleet that the machine cannot hold, before anything has started. */
import { ConfigError } from '#node/config-error.ts';
import type { FleetKind } from '../scenario/scenario.ts';

/** Throws a ConfigError when the nodes of a fleet would not fit into `availableOctets`. */
export function checkMemory(
  fleet: FleetKind,
  nodes: number,
  processes: number,
  availableOctets: number,
): void {
  const perProcess = fleet === 'virtual' ? 0 : PROCESS_OCTETS;
  const needed = processes * perProcess + nodes * NODE_OCTETS;
  if (needed <= availableOctets) return;
  const [wants, has] = [needed, availableOctets].map((octets) => Math.ceil(octets / MIB));
  throw new ConfigError(
    `${nodes} nodes as fleet '${fleet}' need about ${wants} MiB of memory; ${has} MiB are free`,
    {
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
