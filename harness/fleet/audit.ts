/**
 * What nodes have left behind, looked at from outside when their processes have ended: it sets
 * right what their last notices would have told, and shows what they should not have lost.
 */
import { openStore } from '#node/adapters/choose-store.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { Member } from './fleet.ts';
import { type Inventory, takeInventory } from './inventory.ts';

/** What is in the stores on disk of those that could be killed; of others nothing. */
export async function auditStores(
  members: readonly Member[],
): Promise<ReadonlyMap<NodeNumber, Inventory>> {
  const found = new Map<NodeNumber, Inventory>(); // Bounded by the members.
  for (const { node, home, store } of members) {
    if (home === undefined || store.directory === undefined) continue;
    const opened = await openStore(store);
    found.set(node, takeInventory(opened.contents()));
    await opened.close();
  }
  return found;
}
