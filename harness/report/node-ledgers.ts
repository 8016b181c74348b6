/** Adds up the books of the nodes, and looks whether each balances. */
import type { SatelliteSnapshot } from '#node/satellite.ts';
import type { Ledger } from '#protocol/agent/contract.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { WorldNode } from '../constellation/world.ts';
import type { NodeLedgers } from './report.ts';
import { tally } from './tally.ts';

/** The books of the nodes that were there at the end; those that died early took theirs along. */
export function addLedgers(
  snapshots: ReadonlyMap<NodeNumber, Pick<SatelliteSnapshot, 'ledger'>>,
  { nodes }: { readonly nodes: readonly WorldNode[] },
): NodeLedgers {
  const ledgers = [...snapshots.values()].map(({ ledger }) => ledger);
  const sum = (key: Exclude<keyof Ledger, 'deleted'>): number =>
    ledgers.reduce((total, ledger) => total + ledger[key], 0);
  const unbalanced = nodes.filter(({ node }) => {
    const ledger = snapshots.get(node)?.ledger;
    return ledger !== undefined && !balances(ledger);
  });
  return {
    accepted: sum('accepted'),
    delivered: sum('delivered'),
    forwarded: sum('forwarded'),
    expired: sum('expired'),
    fragmented: sum('fragmented'),
    copied: sum('copied'),
    reassembled: sum('reassembled'),
    deleted: tally(ledgers.map(({ deleted }) => deleted)),
    stored: sum('stored'),
    unbalanced: unbalanced.map(({ name }) => name),
  };
}

function balances({ accepted, deleted, ...fates }: Ledger): boolean {
  const counts = [...Object.values(fates), ...Object.values(deleted)];
  return counts.reduce((sum, count) => sum + count, 0) === accepted;
}
