/** Which fleet a scenario asks for. */
import { availableParallelism } from 'node:os';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Fleet, FleetObserver, Member } from './fleet.ts';
import { trafficStartsAt } from './members.ts';
import { ProcessFleet } from './process-fleet.ts';
import { VirtualFleet } from './virtual-fleet.ts';

/** A fleet, not yet launched. */
export function makeFleet(
  scenario: Scenario,
  members: readonly Member[],
  crypto: CryptoProvider,
  observer: FleetObserver,
): Fleet {
  const { fleet: kind, seed, network, faults, store } = scenario;
  if (kind === 'virtual') {
    const kills = faults.length > 0;
    const disks = kills && store.durability === 'flush';
    return new VirtualFleet(members, { seed, kills, disks }, crypto, observer);
  }
  const choice = { ...network, judgedFrom: trafficStartsAt(scenario) };
  return new ProcessFleet(members, nodesPerProcess(scenario, members.length), choice, observer);
}

/** Into how large groups `nodeCount` nodes are put; all into one where they share this process. */
export function nodesPerProcess(
  { fleet, satellitesPerProcess }: Scenario,
  nodeCount: number,
): number {
  if (fleet === 'virtual') return nodeCount;
  if (fleet === 'processes') return 1;
  return satellitesPerProcess ?? Math.ceil(nodeCount / availableParallelism());
}
