import { Subscription } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { LTP_PORT, LtpUdp } from '#node/adapters/ltp-udp.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { LtpOutput } from '#protocol/ltp/contract.ts';
import { LtpEngine } from '#protocol/ltp/ltp-engine.ts';

const BLOCKS = 20;
let lives = new Subscription();
afterEach(() => {
  lives.unsubscribe();
  lives = new Subscription();
});

describe('LTP over UDP', () => {
  it('carries blocks both ways over loopback, and says when they are stored', async () => {
    const [a, b] = await spans();
    for (let n = 0; n < BLOCKS; n++) {
      const octets = new SeededRandom(n, 'block').octets(100 + 700 * n);
      a.sent.push(toHex(octets));
      expect(a.span.send({ octets, redOctets: octets.length, clientService: 1 })).toBeDefined();
      b.span.send({ octets: octets.slice(0, 90), redOctets: 90, clientService: 1 });
    }
    const ended = ({ told }: End) => told.filter(({ kind }) => kind === 'completed').length;
    await expect.poll(() => [ended(a), ended(b)], { timeout: 4_000 }).toEqual([BLOCKS, BLOCKS]);
    expect(b.received().sort()).toEqual(a.sent.sort());
    expect(a.received()).toHaveLength(BLOCKS);
    expect(a.span.faults.snapshot()).toEqual({});
  });

  it('counts what is no segment, tells of a refusal, and has a port of its own', async () => {
    const [a, b] = await spans('refuse');
    a.sendRaw(Uint8Array.of(0x10, 1));
    await expect.poll(() => b.span.faults.snapshot()).toEqual({ 'ltp.version': 1 });
    a.span.send({ octets: new Uint8Array(50), redOctets: 50, clientService: 1 });
    await expect
      .poll(() => a.told)
      .toMatchObject([{ kind: 'cancelled', by: 'receiver', reason: 4 }]);
    expect(LTP_PORT).toBe(1_113);
  });
});

interface End {
  readonly span: LtpUdp;
  readonly told: LtpOutput[];
  readonly sent: string[];
  received(): string[];
  sendRaw(octets: Uint8Array): void;
}

/** Two ends that store, or refuse, what comes. */
async function spans(answer: 'stored' | 'refuse' = 'stored'): Promise<[End, End]> {
  const open = () => openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
  const sockets = [await open(), await open()] as const;
  const ends = [0, 1].map((n): End => {
    const datagrams = sockets[n]!;
    datagrams.point(0, sockets[1 - n]!.addresses[0]);
    const engine = new LtpEngine({
      localEngine: n + 1,
      remoteEngine: 2 - n,
      clientServices: [1],
      random: new SeededRandom(1, `end ${n}`),
    });
    const span = new LtpUdp({
      engine,
      datagrams,
      terminal: 0,
      clock: new SystemClock(process.hrtime.bigint()),
      segmentOctetsMax: 1_400,
      rateBps: 100_000_000,
      roundTripUs: 200_000,
    });
    const told: LtpOutput[] = [];
    lives.add(
      span.told$.subscribe((output) => {
        told.push(output);
        if (output.kind === 'received') span[answer](output.session);
      }),
    );
    lives.add(span.start());
    lives.add(() => datagrams.close());
    return {
      span,
      told,
      sent: [],
      received: () =>
        told.flatMap((output) => (output.kind === 'received' ? [toHex(output.octets)] : [])),
      sendRaw: (octets) => datagrams.send({ terminal: 0, octets }),
    };
  });
  return ends as [End, End];
}
