import { describe, expect, it } from 'vitest';
import { SessionTable } from '#protocol/link/session-table.ts';
import type { Session } from '#protocol/session/handshake.ts';
import { Chance } from './link-pair.ts';

const S = 1_000_000;

/** Only what the table looks at. */
const session = (role: Session['role'], spi: number) =>
  ({ role, receiveKey: { spi } }) as unknown as Session;

function provenTable(): SessionTable {
  const table = new SessionTable(new Chance(1));
  table.clear(S);
  table.add(0, session('responder', 300));
  table.prove(0, table.find(300)!);
  return table;
}

describe('the session table', () => {
  it("seals on a responder's session at once, on an initiator's when it is proven", () => {
    const table = new SessionTable(new Chance(1));
    expect(table.empty).toBe(true);
    expect(table.add(0, session('initiator', 300))).toBe(false);
    expect(table.current).toBeUndefined();
    expect(table.empty).toBe(false);
    table.prove(0, table.find(300)!);
    expect(table.current?.session.receiveKey.spi).toBe(300);
    expect(table.add(0, session('responder', 301))).toBe(true);
    expect(table.current?.session.receiveKey.spi).toBe(301);
  });

  it('receives on the old session until ten seconds after the new one is proven', () => {
    const table = provenTable();
    table.add(S, session('responder', 301));
    table.expire(100 * S);
    expect(table.find(300)).toBeDefined();
    table.prove(100 * S, table.find(301)!);
    table.expire(110 * S - 1);
    expect(table.find(300)).toBeDefined();
    table.expire(110 * S);
    expect(table.find(300)).toBeUndefined();
    expect(table.find(301)).toBeDefined();
  });

  it('waits three round trips where those are longer', () => {
    const table = new SessionTable(new Chance(1));
    table.clear(20 * S);
    table.add(0, session('responder', 300));
    table.prove(0, table.find(300)!);
    table.add(0, session('responder', 301));
    table.prove(S, table.find(301)!);
    table.expire(61 * S - 1);
    expect(table.find(300)).toBeDefined();
    table.expire(61 * S);
    expect(table.find(300)).toBeUndefined();
  });

  it('keeps the proven session when an unproven one is replaced', () => {
    const table = provenTable();
    table.add(S, session('responder', 301));
    table.add(S, session('responder', 302));
    expect(table.find(300)).toBeDefined();
    expect(table.find(301)).toBeUndefined();
  });

  it('drops a session that this node began when that of the peer prevails, or it fails', () => {
    const table = new SessionTable(new Chance(1));
    table.add(0, session('initiator', 300));
    table.add(0, session('responder', 301));
    expect(table.find(300)).toBeUndefined();
    table.add(0, session('initiator', 302));
    table.dropPending();
    expect(table.find(302)).toBeUndefined();
    table.clear(0);
    expect(table.find(301)).toBeUndefined();
  });

  it('asks for new keys after some ten minutes, so that links do not renew all at once', () => {
    const ages = Array.from({ length: 100 }, (_, seed) => {
      const table = new SessionTable(new Chance(seed));
      table.add(0, session('responder', 300));
      table.prove(0, table.current!);
      return table.current!.renewAt / S;
    });
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(540);
    expect(Math.min(...ages)).toBeLessThan(560);
    expect(Math.max(...ages)).toBeGreaterThan(640);
    expect(Math.max(...ages)).toBeLessThanOrEqual(660);
  });

  it('asks for new keys after 2^20 frames, once a session is proven', () => {
    const table = new SessionTable({ octets: (count) => new Uint8Array(count) });
    table.add(S, session('responder', 300));
    const entry = table.current!;
    expect(entry.renewAt).toBe(Number.POSITIVE_INFINITY);
    table.prove(S, entry);
    expect(entry.renewAt).toBe(541 * S);
    for (let n = 0; n < 2 ** 19; n++) {
      entry.heard();
      entry.sent(S, 'bundle');
    }
    expect(entry.renewAt).toBe(S);
  });
});
