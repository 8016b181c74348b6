/** Between the agent of a satellite and its store: what the one asks, and what the other says. */
import type { AgentOutput, BundleAgent } from '#protocol/agent/agent.ts';
import type { Instant } from '#protocol/machine.ts';
import type { BundleStore, StoreCompletion } from './ports.ts';

/** What the agent asks of its store. */
export type StoreRequest = Extract<AgentOutput, { readonly kind: 'store' | 'forget' | 'load' }>;

/** Passes a request on. */
export function askStore(store: BundleStore, request: StoreRequest): void {
  switch (request.kind) {
    case 'store':
      store.put(request.id, request.octets);
      break;
    case 'forget':
      store.delete(request.id);
      break;
    case 'load':
      store.get(request.id);
  }
}

/** Passes an answer on; what is deleted is nobody's concern any more. */
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
  }
}
