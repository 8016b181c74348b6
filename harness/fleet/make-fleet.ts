/** Which fleet a scenario asks for. */
import { availableParallelism } from 'node:os';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Fleet, FleetObserver, Member } from './fleet.ts';
import { checkMemory } from './memory-check.ts';
import { ProcessFleet } from './process-fleet.ts';
import { VirtualFleet } from './virtual-fleet.ts';

/** A fleet, not yet launched. Throws ConfigError when the machine cannot hold it. */
export function makeFleet(
  scenario: Scenario,
  members: readonly Member[],
  crypto: CryptoProvider,
  observer: FleetObserver,
): Fleet {
  const { fleet: kind, seed, satellitesPerProcess, network } = scenario;
  const fleet =
    kind === 'virtual'
      ? new VirtualFleet(members, seed, crypto, observer)
      : new ProcessFleet(
          members,
          kind === 'processes'
            ? 1
            : (satellitesPerProcess ?? Math.ceil(members.length / availableParallelism())),
          network,
          observer,
        );
  checkMemory(kind, members.length, fleet.processes, process.availableMemory());
  return fleet;
}
