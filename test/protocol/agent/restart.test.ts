import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { expectBalance, Node, planOf, S } from './mesh.ts';

const PAIR = planOf([1, 2, 0, 1_000]);

describe('after a restart', () => {
  test('a bundle that waited waits again, with its class, its age and whoever it came from', () => {
    const before = new Disk(1);
    const id = before.originate(0, 2, { trafficClass: 3 });
    const { node } = before.restart(10 * S);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
    node.up(20 * S, 2);
    expect(node.all('forward')).toMatchObject([{ id, to: 2, trafficClass: 3 }]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, forwarded: 1, stored: 0 });
  });

  test('the older goes before the younger, as before', () => {
    const before = new Disk(1);
    const ids = [0, 1, 2, 3].map((k) => before.originate(k * S, 2));
    const { node } = before.restart(10 * S);
    node.up(20 * S, 2);
    expect(node.all('forward').map(({ id }) => id)).toEqual(ids);
  });

  test('a bundle expires when it would have, also while the node was away', () => {
    const before = new Disk(1);
    before.originate(0, 2, { lifetimeMs: 30_000 });
    before.originate(0, 2, { lifetimeMs: 5_000 });
    const { node } = before.restart(10 * S);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, expired: 1, stored: 1 });
    node.runUntil(31 * S);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, expired: 2, stored: 0 });
  });

  test('a copy of what was sent on or delivered is a duplicate, until it expires', () => {
    const before = new Disk(1);
    const source = new Disk(2);
    source.originate(0, 1, { lifetimeMs: 30_000 });
    source.node.up(0, 1);
    const octets = source.node.all('forward')[0]!.octets;
    before.node.agent.register(0, 7);
    before.node.agent.receive(0, octets.slice(), 2);
    before.node.drain(0);
    expect(before.node.all('deliver').length).toBe(1);
    const { node } = before.restart(10 * S);
    node.agent.register(10 * S, 7);
    node.agent.receive(10 * S, octets.slice(), 2);
    node.drain(10 * S);
    expect(node.all('duplicate').length).toBe(1);
    expect(node.all('deliver')).toEqual([]);
    const late = before.restart(40 * S).node;
    late.agent.receive(40 * S, octets.slice(), 2);
    late.drain(40 * S);
    expect(late.agent.ledger()).toMatchObject({ accepted: 1, expired: 1 });
  });

  test('a delivery is on record before the service has it, so a crash between gives it no second', () => {
    const disk = new Disk(1);
    disk.originate(0, 1);
    disk.node.agent.register(0, 7);
    expect(disk.node.all('deliver')).toEqual([]);
    disk.node.drain(0);
    const kinds = disk.node.said.map(({ kind }) => kind);
    expect(kinds.indexOf('forget')).toBeLessThan(kinds.indexOf('deliver'));
    const { node } = disk.restart(1 * S);
    node.agent.register(1 * S, 7);
    node.drain(1 * S);
    expect(node.all('deliver')).toEqual([]);
  });

  test('what cannot be read any more is deleted as lost, and told', () => {
    const before = new Disk(1);
    const id = before.originate(0, 2);
    before.bundles.get(id)!.octets.fill(0xff);
    const { node } = before.restart(1 * S);
    expect(node.all('deleted')).toEqual([{ kind: 'deleted', id, reason: 'store-lost' }]);
    expect(node.all('fault').length).toBe(1);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 0 });
  });

  test('a clock that was set back makes no bundle younger than its arrival', () => {
    const before = new Disk(1);
    before.originate(50 * S, 2);
    const { node } = before.restart(0);
    node.up(0, 2);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, forwarded: 1 });
  });

  test('a new bundle takes the name of none from before', () => {
    const before = new Disk(1);
    const id = before.originate(0, 2);
    const { node } = before.restart(0);
    expect(node.agent.originate(0, request(2, {}))).not.toBe(id);
    node.drain(0);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, stored: 2 });
  });

  test('whenever the node restarts, the books balance in every life and nothing is lost', () => {
    const steps = fc.array(fc.tuple(fc.nat(4), fc.nat(20)), { maxLength: 60 });
    const property = fc.property(steps, (script) => {
      let disk = new Disk(1);
      let now = 0;
      let made = 0;
      let ended = 0;
      for (const [verb, seconds] of script) {
        now += seconds * S;
        disk.node.runUntil(now);
        disk.node.agent.tick(now);
        disk.node.drain(now);
        if (verb < 2) made += disk.originate(now, 1 + verb) === '' ? 0 : 1;
        else if (verb === 2) disk.node.up(now, 2);
        else if (verb === 3) disk.node.agent.register(now, 7);
        else {
          ended += endedIn(disk.node);
          disk = disk.restart(now);
        }
        disk.node.drain(now);
        expectBalance(disk.node.agent);
        expect(ended + endedIn(disk.node) + disk.node.agent.ledger().stored).toBe(made);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});

/** A node whose store outlives it. */
class Disk {
  readonly node: Node;
  readonly bundles: Map<string, StoredBundle>;
  readonly seen: Map<string, SeenNote>;
  readonly #number: number;

  constructor(number: number, from?: Disk, now = 0) {
    this.#number = number;
    this.node = new Node(number, PAIR);
    this.bundles = new Map(from?.bundles);
    this.seen = new Map(from?.seen);
    for (const [id, note] of this.seen) this.node.agent.remember(now, id, note);
    for (const [id, stored] of this.bundles) {
      this.node.store.set(id, stored.octets);
      this.node.agent.restore(now, stored);
    }
    this.node.onStore = (output) => {
      if (output.kind === 'store') this.bundles.set(output.id, output);
      else {
        this.bundles.delete(output.id);
        if (output.seen !== undefined) this.seen.set(output.id, output.seen);
      }
    };
    this.node.drain(now);
  }

  restart(now: number): Disk {
    return new Disk(this.#number, this, now);
  }

  /** The id of a new bundle for service 7 of node `to`. */
  originate(now: number, to: number, more = {}): string {
    const id = this.node.agent.originate(now, request(to, more));
    this.node.drain(now);
    return id ?? '';
  }
}

function endedIn(node: Node): number {
  const { accepted, stored } = node.agent.ledger();
  return accepted - stored;
}

function request(to: number, more: object) {
  return {
    adu: new Uint8Array(20),
    destination: to === 0 ? NULL_EID : ipnEid(to, 7),
    sourceService: 1_001,
    lifetimeMs: 60_000,
    trafficClass: 1 as const,
    ...more,
  };
}
