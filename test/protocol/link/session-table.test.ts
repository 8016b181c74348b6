import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import type { LinkSession } from '#protocol/link/link-session.ts';
import { SessionTable } from '#protocol/link/session-table.ts';
import { SESSION_LIMITS } from '#protocol/session/limits.ts';
import type { Session } from '#protocol/session/session.ts';
import { Chance } from './link-pair.ts';

const S = 1_000_000;

describe('the session table', () => {
  it('seals at once where this side speaks first, else when a frame has come', () => {
    const { table, prove } = tableOf();
    expect(table.empty).toBe(true);
    expect(table.add(0, session('follows', 300))).toBe(false);
    expect(table.current).toBeUndefined();
    expect([table.empty, table.waiting]).toEqual([false, true]);
    prove(0, 300);
    expect(table.current?.session.receiveKey.spi).toBe(300);
    expect(table.waiting).toBe(false);
    expect(table.add(0, session('speaks', 301))).toBe(true);
    expect(table.current?.session.receiveKey.spi).toBe(301);
  });

  it('A37: receives on the old session until ten seconds after the new one is proven', () => {
    const { table, prove } = provenTable();
    table.add(S, session('speaks', 301));
    table.expire(100 * S);
    expect(table.find(300)).toBeDefined();
    prove(100 * S, 301);
    expect(table.expiresAt).toBe(110 * S);
    table.expire(110 * S - 1);
    expect(table.find(300)).toBeDefined();
    table.expire(110 * S);
    expect(table.find(300)).toBeUndefined();
    expect(table.find(301)).toBeDefined();
  });

  it('waits three round trips where those are longer', () => {
    const { table, prove } = tableOf(20 * S);
    table.add(0, session('speaks', 300));
    prove(0, 300);
    table.add(0, session('speaks', 301));
    prove(S, 301);
    table.expire(61 * S - 1);
    expect(table.find(300)).toBeDefined();
    table.expire(61 * S);
    expect(table.find(300)).toBeUndefined();
  });

  it('A23: does not receive under a key that is too old, drained or not', () => {
    const { table } = provenTable();
    table.add(S, session('speaks', 301));
    table.expire(3_600 * S - 1);
    expect(table.find(300)).toBeDefined();
    table.expire(3_600 * S);
    expect(table.find(300)).toBeUndefined();
  });

  it('keeps the proven session when an unproven one is replaced', () => {
    const { table } = provenTable();
    table.add(S, session('speaks', 301));
    table.add(S, session('speaks', 302));
    expect(table.find(300)).toBeDefined();
    expect(table.find(301)).toBeUndefined();
  });

  it('drops a waiting session that is void, and leaves a current one alone', () => {
    const { table, prove } = tableOf();
    const [first, second] = [session('follows', 300), session('follows', 301)];
    table.add(0, first);
    table.add(0, second);
    table.void(0, first);
    expect(table.find(300)).toBeUndefined();
    prove(0, 301);
    table.void(0, second);
    expect(table.current?.session).toBe(second);
  });

  it('receives on three sessions at most: the previous one gives way first', () => {
    const { table } = provenTable();
    table.add(0, session('speaks', 301));
    table.add(0, session('follows', 302));
    expect(spisOf(table)).toEqual([300, 301, 302]);
    table.add(0, session('follows', 303));
    expect(spisOf(table)).toEqual([301, 302, 303]);
    table.add(0, session('follows', 304));
    expect(spisOf(table)).toEqual([301, 303, 304]);
  });

  it('erases a sending key at the switch and all keys at the end, and lets their SPIs rest', () => {
    const { table, prove, retired } = provenTable();
    const old = table.current!;
    table.add(0, session('speaks', 301));
    expect(erasedOf(old)).toEqual([true, false]);
    expect(retired).toEqual([]);
    prove(0, 301);
    table.expire(10 * S);
    expect(erasedOf(old)).toEqual([true, true]);
    expect(retired).toEqual([[300, 10 * S]]);
    const current = table.current!;
    table.stopCurrent(11 * S);
    expect(table.current).toBeUndefined();
    expect(erasedOf(current)).toEqual([true, true]);
    table.add(12 * S, session('follows', 302));
    table.clear(13 * S, 0);
    expect(retired.slice(1)).toEqual([
      [301, 11 * S],
      [302, 13 * S],
    ]);
    expect(spisOf(table)).toEqual([]);
  });

  it('shows how both associations of a session stand', () => {
    const { table, prove } = tableOf();
    const states = () => table.all.flatMap((entry) => entry.snapshot().map(({ state }) => state));
    table.add(0, session('follows', 300));
    expect(states()).toEqual(['keyed', 'keyed']);
    prove(0, 300);
    expect(states()).toEqual(['operational', 'operational']);
    table.add(0, session('speaks', 301));
    expect(states()).toEqual(['stopped', 'operational', 'operational', 'keyed']);
  });

  it('holds no SPI twice, and no frame leaves on a session that is not to send', () => {
    const { table } = provenTable();
    expect(() => table.add(0, session('follows', 300))).toThrow(InvariantError);
    table.add(0, session('follows', 301));
    expect(() => table.find(301)!.sent(0, 'bundle')).toThrow(InvariantError);
  });
});

describe('a session of a link', () => {
  it('asks for new keys after some ten minutes, so that links do not renew all at once', () => {
    for (const [role, factor] of [
      ['initiator', 1],
      ['responder', 1.25],
    ] as const) {
      const ages = Array.from({ length: 100 }, (_, seed) => {
        const { table, prove } = tableOf(S, seed);
        table.add(0, session('speaks', 300, role));
        prove(0, 300);
        return table.current!.renewAt / S / factor;
      });
      expect(Math.min(...ages)).toBeGreaterThanOrEqual(540);
      expect(Math.min(...ages)).toBeLessThan(560);
      expect(Math.max(...ages)).toBeGreaterThan(640);
      expect(Math.max(...ages)).toBeLessThanOrEqual(660);
    }
  });

  it.each(['sendKey', 'receiveKey'] as const)('A23: asks at once when its %s is due', (key) => {
    const { table, prove } = tableOf();
    const due = session('speaks', 300);
    (due[key] as { due: boolean }).due = true;
    table.add(S, due);
    expect(table.current!.renewAt).toBe(Number.POSITIVE_INFINITY);
    prove(S, 300);
    expect(table.current!.renewAt).toBe(S);
  });

  it('raises one alarm when its failures are worth one', () => {
    const { table } = provenTable();
    const entry = table.current!;
    const key = entry.session.receiveKey as { failures: number };
    key.failures = 1_023;
    expect(entry.takeAlarm()).toBe(false);
    key.failures = 1_024;
    expect(entry.alarmDue).toBe(true);
    expect([entry.takeAlarm(), entry.takeAlarm()]).toEqual([true, false]);
  });
});

/** A table, what it gave back, and a way to let a frame come on a session. */
function tableOf(roundTripUs = S, seed = 1) {
  const retired: [number, number][] = [];
  const retire = (spi: number, now: number) => retired.push([spi, now]);
  const table = new SessionTable(new Chance(seed), { retire });
  table.clear(0, roundTripUs);
  const prove = (now: number, spi: number) => {
    const entry = table.find(spi)!;
    entry.heard();
    table.prove(now, entry);
  };
  return { table, prove, retired };
}

function provenTable() {
  const made = tableOf();
  made.table.add(0, session('speaks', 300));
  made.prove(0, 300);
  return made;
}

/** Only what a table looks at. */
function session(
  turn: 'speaks' | 'follows',
  spi: number,
  role: Session['role'] = 'initiator',
): Session {
  const key = () => ({
    spi,
    frames: 0,
    octets: 0,
    failures: 0,
    due: false,
    erased: false,
    erase() {
      this.erased = true;
    },
  });
  const keys = { sendKey: key(), receiveKey: key() };
  const speaksFirst = turn === 'speaks';
  return { ...keys, role, speaksFirst, limits: SESSION_LIMITS } as unknown as Session;
}

function spisOf(table: SessionTable): number[] {
  return table.all.map((entry) => entry.session.receiveKey.spi);
}

function erasedOf({ session: { sendKey, receiveKey } }: LinkSession): unknown[] {
  return [sendKey, receiveKey].map((key) => (key as unknown as { erased: boolean }).erased);
}
