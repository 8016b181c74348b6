import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ChannelDatagrams } from '#harness/channel/channel-datagrams.ts';
import type { DelayLine } from '#harness/channel/delay-line.ts';
import type { Datagram } from '#node/ports.ts';

describe('channel datagrams', () => {
  it('hands a datagram on when its light has travelled', () => {
    const { datagrams, sent, runUntil } = bench();
    datagrams.set(0, { delayUs: 5_000, rateBps: 1e9 });
    datagrams.send(frame(0));
    runUntil(4_999);
    expect(sent).toEqual([]);
    runUntil(5_010);
    expect(sent).toHaveLength(1);
  });

  it('lets a datagram go early by what the machine itself takes', () => {
    const { datagrams, sent, runUntil, transit } = bench();
    transit.transitUs = 300;
    datagrams.set(0, { delayUs: 5_000, rateBps: 1e9 });
    datagrams.send(frame(0));
    runUntil(4_699);
    expect(sent).toEqual([]);
    runUntil(4_710);
    expect(sent).toHaveLength(1);
  });

  it('counts what it loses: no channel, or a terminal steered away while light was under way', () => {
    const { datagrams, sent, runUntil } = bench();
    datagrams.send(frame(1));
    datagrams.set(0, { delayUs: 5_000, rateBps: 1e9 });
    datagrams.send(frame(0));
    datagrams.point(0, { host: '127.0.0.1', port: 9 });
    runUntil(6_000);
    expect(sent).toEqual([]);
    expect(datagrams.faults.snapshot()).toEqual({ 'channel.outage': 2 });
  });
});

function frame(terminal: number): Datagram {
  return { terminal, octets: new Uint8Array(100) };
}

function bench() {
  let now = 0;
  const sent: Datagram[] = [];
  const actions: { at: number; action: () => void }[] = [];
  const line = { at: (at: number, action: () => void) => actions.push({ at, action }) };
  const transit = { transitUs: 0 };
  const inside = {
    point: () => {},
    send: (datagram: Datagram) => sent.push(datagram),
    received$: new Subject<Datagram>(),
    sizeMax: 65_507,
  };
  const datagrams = new ChannelDatagrams(
    inside,
    { now: () => now },
    line as unknown as DelayLine,
    transit,
    2,
  );
  const runUntil = (until: number): void => {
    now = until;
    for (const { at, action } of actions.splice(0)) {
      if (at <= until) action();
      else actions.push({ at, action });
    }
  };
  return { datagrams, sent, runUntil, transit };
}
