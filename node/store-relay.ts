/** Between the agent of a satellite and its store: what the one asks, and what the other says. */
import type { AgentOutput, BundleAgent } from '#protocol/agent/agent.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Journal } from './journal.ts';
import type { BundleStore, StoreCompletion, StoreContents } from './ports.ts';

/** What the agent asks of its store. */
export type StoreRequest = Extract<AgentOutput, { readonly kind: 'store' | 'forget' | 'load' }>;

/** Passes a request on. */
export function askStore(store: BundleStore, request: StoreRequest): void {
  switch (request.kind) {
    case 'store':
      store.put(request.id, request.octets, request.note);
      break;
    case 'forget':
      store.delete(request.id, request.seen);
      break;
    case 'load':
      store.get(request.id);
  }
}

/** Gives the agent what the store has kept over a restart, and notes how much that is. */
export function restoreAgent(
  agent: BundleAgent,
  now: Instant,
  contents: StoreContents,
  journal: Journal,
): void {
  let seen = 0;
  for (const [id, note] of contents.seen) {
    agent.remember(now, id, note);
    seen += 1;
  }
  let bundles = 0;
  for (const stored of contents.bundles) {
    agent.restore(now, stored);
    bundles += 1;
  }
  const { setAside } = contents;
  if (bundles + seen + setAside === 0) return;
  journal.note({ kind: 'store-restored', at: now, bundles, seen, setAside });
}

/** Passes an answer on. */
export function answerAgent(agent: BundleAgent, now: Instant, completion: StoreCompletion): void {
  switch (completion.kind) {
    case 'put':
      agent.stored(now, completion.id);
      break;
    case 'put-failed':
      agent.storeFailed(now, completion.id, completion.reason);
      break;
    case 'got':
      agent.loaded(now, completion.id, completion.octets);
      break;
    case 'deleted':
      agent.forgotten(now, completion.id);
  }
}
