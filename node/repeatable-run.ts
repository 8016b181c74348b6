/**
 * A run that repeats has the same keys every time, so it must not be mistaken for one that is
 * secret: its node bears the test role, and speaks to nobody outside of this machine.
 *
 * Source: link-security LS-907.
 */
import { type Certificate, ROLE } from '#protocol/membership/certificate.ts';
import type { NodeConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { SatellitePorts } from './ports.ts';

/** Throws ConfigError for a node that takes seeded randomness to where it may not go. */
export function checkRandomness(
  { name, plan, node, directory }: Pick<NodeConfig, 'name' | 'plan' | 'node' | 'directory'>,
  { roles }: Certificate,
  { random, datagrams }: Pick<SatellitePorts, 'random' | 'datagrams'>,
): void {
  if (random.seeded !== true) return;
  if ((roles & ROLE.testEquipment) === 0) {
    throw new ConfigError(`${name} has seeded randomness and no test-equipment role`, {
      remedy: 'Have its certificate issued with that role, or take the randomness of the system',
    });
  }
  if (datagrams.simulated === true) return;
  const neighbours = new Set(plan.contacts.filter(({ from }) => from === node).map(({ to }) => to));
  const terminals = directory.filter((entry) => neighbours.has(entry.node));
  const far = terminals.flatMap((entry) => entry.terminals).find(({ host }) => !isLoopback(host));
  if (far === undefined) return;
  throw new ConfigError(`${name} has seeded randomness and a neighbour at ${far.host}`, {
    expected: 'neighbours on loopback addresses only',
    remedy: 'Take the randomness of the system',
  });
}

function isLoopback(host: string): boolean {
  return host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
