import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { datagramsContract } from '../../contracts/datagrams.ts';

const anyPort = { host: '127.0.0.1', port: 0 };

datagramsContract(
  'UdpDatagrams',
  async (terminals) => {
    const datagrams = await openUdpDatagrams({ bind: new Array(terminals).fill(anyPort) });
    return { datagrams, addresses: datagrams.addresses, close: () => datagrams.close() };
  },
  async () => {
    await sleep(100);
    // A process that has slept through it looks at its timers before it looks at its sockets.
    await setImmediate();
  },
);

describe('UdpDatagrams', () => {
  const opened: UdpDatagrams[] = [];
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
  });
  const open = async (bind = [anyPort]) => {
    const datagrams = await openUdpDatagrams({ bind });
    opened.push(datagrams);
    return datagrams;
  };

  it('counts what comes from an address it does not point at', async () => {
    const [a, b] = [await open(), await open()];
    a.point(0, b.addresses[0]);
    a.send({ terminal: 0, octets: Uint8Array.of(1) });
    await expect.poll(() => b.faults.snapshot()).toEqual({ 'channel.source-address': 1 });
  });

  it('counts what is sent while pointing nowhere, and from a terminal it does not have', async () => {
    const a = await open();
    a.send({ terminal: 0, octets: Uint8Array.of(1) });
    a.send({ terminal: 7, octets: Uint8Array.of(1) });
    expect(a.faults.snapshot()).toEqual({ 'channel.points-nowhere': 2 });
  });

  it('counts a datagram that is too large, and goes on', async () => {
    const [a, b] = [await open(), await open()];
    a.point(0, b.addresses[0]);
    b.point(0, a.addresses[0]);
    const sizes: number[] = [];
    b.received$.subscribe(({ octets }) => sizes.push(octets.length));
    a.send({ terminal: 0, octets: new Uint8Array(a.sizeMax + 1) });
    a.send({ terminal: 0, octets: new Uint8Array(3) });
    await expect.poll(() => sizes).toEqual([3]);
    expect(a.faults.snapshot()).toEqual({ 'channel.too-large': 1 });
  });

  it('counts what the operating system refuses to send', async () => {
    const a = await open();
    // A socket bound to loopback has no way to an outside address.
    a.point(0, { host: '192.0.2.1', port: 9 });
    a.send({ terminal: 0, octets: Uint8Array.of(1) });
    await expect.poll(() => a.faults.snapshot()).toEqual({ 'channel.send-failed': 1 });
  });

  it('hands out plain octet arrays, whose slice is a copy', async () => {
    const [a, b] = [await open(), await open()];
    a.point(0, b.addresses[0]);
    b.point(0, a.addresses[0]);
    const received: Uint8Array[] = [];
    b.received$.subscribe(({ octets }) => received.push(octets));
    a.send({ terminal: 0, octets: Uint8Array.of(1) });
    await expect.poll(() => received).toHaveLength(1);
    expect(received[0]?.constructor).toBe(Uint8Array);
  });

  it('tells the addresses that the operating system chose', async () => {
    const { addresses } = await open([anyPort, anyPort]);
    expect(addresses.map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(new Set(addresses.map(({ port }) => port)).size).toBe(2);
  });

  it('refuses a port in use with the port and a remedy, and frees what it had opened', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const free = await open();
    const port = free.addresses[0]?.port as number;
    opened.splice(opened.indexOf(free), 1);
    free.close();
    const bind = [
      { host: '127.0.0.1', port },
      { host: '127.0.0.1', port: taken.address().port },
    ];
    const error = await openUdpDatagrams({ bind }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    const told = formatConfigError(error as ConfigError);
    expect(told).toContain(`port ${taken.address().port} of 127.0.0.1 (EADDRINUSE)`);
    expect(told).toContain('choose another');
    taken.close();
    await open([{ host: '127.0.0.1', port }]);
  });

  it('refuses a host name and an address of another machine', async () => {
    const refusals = ['localhost', '192.0.2.1'].map((host) =>
      openUdpDatagrams({ bind: [{ host, port: 0 }] }),
    );
    for (const refusal of refusals) await expect(refusal).rejects.toThrow(ConfigError);
  });

  it('loses what is sent after it is closed', async () => {
    const a = await openUdpDatagrams({ bind: [anyPort] });
    a.point(0, anyPort);
    a.close();
    a.send({ terminal: 0, octets: Uint8Array.of(1) });
    expect(a.faults.snapshot()).toEqual({ 'channel.points-nowhere': 1 });
  });
});
