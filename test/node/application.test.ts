import { config, firstValueFrom, type Observable, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import type { SendOptions, SendOutcome } from '#node/application.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';
import { ConfigError } from '#node/config-error.ts';
import type { Satellite } from '#node/satellite.ts';
import { formatEid } from '#protocol/bundle/eid.ts';
import { MICROSECONDS_PER_S as SECONDS } from '#protocol/machine.ts';
import { sampleConfigs } from '../simulation/sample-config.ts';
import { SmallSky } from '../simulation/small-sky.ts';

const CONTACT = { a: 101, b: 102, startsAt: 0, endsAt: 60 * SECONDS, terminals: [0, 1] } as const;
const MINUTE = { lifetimeMs: 60_000 };

describe('an application', () => {
  it('gets what another sends it, with source, class and content', () => {
    const sky = secured();
    const got = listening(sky.satellite(102), 5);
    const sender = sky.satellite(101).register(6);
    sender.send(Uint8Array.of(1, 2), 'ipn:102.5', { ...MINUTE, class: 'flash' });
    sky.time.advanceTo(2 * SECONDS);
    expect(got).toEqual(['ipn:101.6 class 3: 1,2']);
    expect(sky.satellite(101).snapshot().services['6']).toEqual({ sent: 1, received: 0 });
    expect(sky.satellite(102).snapshot().services['5']).toEqual({ sent: 0, received: 1 });
  });

  it('that is away on another node gets once what came for it, when it is back', () => {
    const sky = secured();
    const sender = sky.satellite(101).register(6);
    const receiver = sky.satellite(102).register(5);
    const got: number[] = [];
    const listen = () => receiver.received$.subscribe(({ adu }) => got.push(adu[0]!));
    sender.send(Uint8Array.of(1), 'ipn:102.5', MINUTE);
    sky.time.advanceTo(2 * SECONDS);
    expect([got, stored(sky)]).toEqual([[], 1]);
    const life = listen();
    expect([got, stored(sky)]).toEqual([[1], 0]);
    life.unsubscribe();
    sender.send(Uint8Array.of(2), 'ipn:102.5', MINUTE);
    sender.send(Uint8Array.of(3), 'ipn:102.5', { lifetimeMs: 1_000 });
    sky.time.advanceTo(4 * SECONDS);
    expect([got, stored(sky)]).toEqual([[1], 1]);
    listen();
    sky.time.advanceTo(5 * SECONDS);
    expect(got).toEqual([1, 2]);
  });

  it('leaves its number to another, who gets what came in between', () => {
    const sky = secured();
    const first = sky.satellite(102).register(5);
    first.received$.subscribe();
    expect(() => sky.satellite(102).register(5)).toThrow(ConfigError);
    first.unregister();
    first.unregister();
    expect(outcomeOf(first.send(Uint8Array.of(1), 'ipn:101.6', MINUTE))).toEqual({
      kind: 'refused',
      reason: 'unregistered',
    });
    sky.satellite(101).register(6).send(Uint8Array.of(4), 'ipn:102.5', MINUTE);
    sky.time.advanceTo(2 * SECONDS);
    expect(listening(sky.satellite(102), 5)).toEqual(['ipn:101.6 class 1: 4']);
  });

  it('loses nothing that a slow store was noting while it left', () => {
    const sky = secured({ storeEveryUs: 100_000 });
    const first = sky.satellite(102).register(5);
    const life = first.received$.subscribe();
    sky.satellite(101).register(6).send(Uint8Array.of(7), 'ipn:102.5', MINUTE);
    // It is there by then, and the store has not written since.
    sky.time.advanceTo(sky.time.now + 50_000);
    expect(sky.satellite(102).snapshot().ledger).toMatchObject({ accepted: 0 });
    life.unsubscribe();
    first.unregister();
    sky.time.advanceTo(sky.time.now + SECONDS);
    expect(sky.satellite(102).snapshot().ledger).toMatchObject({ delivered: 1, stored: 0 });
    expect(listening(sky.satellite(102), 5)).toEqual(['ipn:101.6 class 1: 7']);
  });

  it('may answer and leave from within a delivery', () => {
    const sky = secured();
    const echo = sky.satellite(102).register(5);
    const life = echo.received$.subscribe(({ source, adu }) => {
      echo.send(adu, source, MINUTE);
      life.unsubscribe();
    });
    const sender = sky.satellite(101).register(6);
    const got: number[] = [];
    sender.received$.subscribe(({ adu }) => got.push(adu[0]!));
    for (const octet of [1, 2]) sender.send(Uint8Array.of(octet), 'ipn:102.5', MINUTE);
    sky.time.advanceTo(2 * SECONDS);
    expect([got, stored(sky)]).toEqual([[1], 1]);
  });

  it('is not given again what it threw at, and its node goes on', async () => {
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => thrown.push(error);
    const sky = secured();
    const got: number[] = [];
    sky
      .satellite(102)
      .register(5)
      .received$.subscribe(({ adu }) => {
        got.push(adu[0]!);
        throw new Error(`no ${adu[0]}`);
      });
    const sender = sky.satellite(101).register(6);
    for (const octet of [1, 2]) sender.send(Uint8Array.of(octet), 'ipn:102.5', MINUTE);
    sky.time.advanceTo(3 * SECONDS);
    await new Promise((done) => setTimeout(done));
    config.onUnhandledError = null;
    expect([got, thrown]).toEqual([
      [1, 2],
      [new Error('no 1'), new Error('no 2')],
    ]);
    expect(sky.satellite(102).snapshot().ledger).toMatchObject({ delivered: 2, stored: 0 });
  });

  it('loses nothing of what was kept for it when it leaves after the first', () => {
    const sky = secured({ storeEveryUs: 100_000 });
    const receiver = sky.satellite(102).register(5);
    const life = receiver.received$.subscribe();
    const sender = sky.satellite(101).register(6);
    for (const octet of [1, 2, 3]) sender.send(Uint8Array.of(octet), 'ipn:102.5', MINUTE);
    // They are there by then, and the store has not written since.
    sky.time.advanceTo(sky.time.now + 50_000);
    life.unsubscribe();
    sky.time.advanceTo(sky.time.now + SECONDS);
    const got: number[] = [];
    receiver.received$.pipe(take(1)).subscribe(({ adu }) => got.push(adu[0]!));
    expect([got, sky.satellite(102).snapshot().services['5']]).toEqual([
      [1],
      { sent: 0, received: 1 },
    ]);
    // Nobody listens: what comes now waits in the store.
    sender.send(Uint8Array.of(4), 'ipn:102.5', MINUTE);
    sky.time.advanceTo(sky.time.now + SECONDS);
    expect(stored(sky)).toBe(1);
    receiver.received$.subscribe(({ adu }) => got.push(adu[0]!));
    sky.time.advanceTo(sky.time.now + SECONDS);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it('hears of every request whether it was accepted, or why not', () => {
    const sky = secured({ storeOctetsMax: 3_000, link: { frameOctetsMax: 1_024, ltp: false } });
    const send = senderOn(sky);
    expect(send(10, 'ipn:102.5')).toEqual({
      kind: 'accepted',
      id: expect.stringMatching(/^ipn:101\.6-\d+-0$/),
    });
    const reasons = {
      'store-full': send(2_900, 'ipn:102.5'),
      'too-large': send(1_048_576, 'ipn:102.5'),
      'no-destination': send(10, 'http://example.net'),
      malformed: send(10, 'ipn:102.5', { lifetimeMs: 0.5 }),
      'no-custody': send(10, 'ipn:102.5', { ...MINUTE, custody: true }),
    };
    for (const [reason, outcome] of Object.entries(reasons)) {
      expect(outcome).toEqual({ kind: 'refused', reason });
    }
    expect(sky.satellite(101).snapshot().refused['no-custody']).toBe(1);
  });

  it('is promised no custody where a class is sent once and forgotten', () => {
    const sky = secured({ link: { frameOctetsMax: 1_024, greenClasses: [0] } });
    const outcome = senderOn(sky)(10, 'ipn:102.5', { ...MINUTE, custody: true });
    expect(outcome).toEqual({ kind: 'refused', reason: 'no-custody' });
  });

  it('is promised custody where every link of the node waits for the far store', () => {
    const sky = secured();
    const send = senderOn(sky);
    const outcome = send(10, 'ipn:102.5', { ...MINUTE, custody: true });
    expect(outcome).toMatchObject({ kind: 'accepted' });
  });

  it('is told nothing more when the node ends', () => {
    const sky = secured({ storeEveryUs: 100_000 });
    const application = sky.satellite(101).register(6);
    const told: string[] = [];
    const tell = (what: string) => ({
      next: () => told.push(what),
      complete: () => told.push(`${what} over`),
    });
    application.received$.subscribe(tell('received'));
    application.send(Uint8Array.of(1), 'ipn:102.5', MINUTE).subscribe(tell('outcome'));
    sky.lives.get(101)?.unsubscribe();
    application.received$.subscribe(tell('received'));
    application.unregister();
    expect(told).toEqual(['outcome over', 'received over', 'received over']);
  });

  it('asks for reports, which come to its node', () => {
    const bundles = { statusReports: true };
    const sky = secured({ bundles });
    listening(sky.satellite(102), 5);
    const sender = sky.satellite(101).register(6);
    sender.send(Uint8Array.of(1), 'ipn:102.5', { ...MINUTE, reports: { delivery: true } });
    sky.time.advanceTo(3 * SECONDS);
    const report = { kind: 'status-report', node: 101, statuses: ['delivered'], from: 'ipn:102.0' };
    expect(sky.notices).toContainEqual(expect.objectContaining(report));
  });
});

describe('an application on real sockets', () => {
  it('that is away on another node gets once what came for it, when it is back', async () => {
    const [near, far] = (await hosted()) as [Hosted, Hosted];
    const receiver = far.satellite.register(5);
    const sender = near.satellite.register(6);
    for (const octet of [1, 2]) {
      const outcome = await firstValueFrom(sender.send(Uint8Array.of(octet), 'ipn:102.5', MINUTE));
      expect(outcome.kind).toBe('accepted');
    }
    await until(() => far.satellite.snapshot().ledger.stored === 2);
    const first = await firstValueFrom(receiver.received$);
    expect([...first.adu]).toEqual([1]);
    sender.send(Uint8Array.of(3), 'ipn:102.5', MINUTE);
    await until(() => far.satellite.snapshot().ledger.accepted === 3);
    const rest = await firstValueFrom(receiver.received$.pipe(take(2), toArray()));
    expect(rest.map(({ adu }) => adu[0])).toEqual([2, 3]);
    expect(far.satellite.snapshot().ledger).toMatchObject({ delivered: 3, stored: 0 });
    near.end();
    far.end();
  });
});

interface More extends Partial<NodeConfig> {
  readonly storeEveryUs?: number;
  readonly storeOctetsMax?: number;
}

/** Nodes 101 and 102 with their link up, and more in the configuration of both. */
function secured({ storeEveryUs, storeOctetsMax = 1_000_000, ...rest }: More = {}): SmallSky {
  const sky = new SmallSky({
    nodes: [101, 102],
    meetings: [CONTACT],
    configs: { 101: rest, 102: rest },
    storeOctetsMax,
    ...(storeEveryUs === undefined ? {} : { storeEveryUs }),
  });
  sky.time.advanceTo(1 * SECONDS);
  return sky;
}

/** What an application of this number gets from now on, as text. */
function listening(satellite: Satellite, service: number): string[] {
  const got: string[] = [];
  satellite.register(service).received$.subscribe(({ source, trafficClass, adu }) => {
    got.push(`${formatEid(source)} class ${trafficClass}: ${adu}`);
  });
  return got;
}

function stored(sky: SmallSky): number {
  return sky.satellite(102).snapshot().ledger.stored;
}

/** Sends units of a size from service 6 of node 101, and gives back what became of each. */
function senderOn(sky: SmallSky) {
  const application = sky.satellite(101).register(6);
  return (sizeOctets: number, to: string, options: SendOptions = MINUTE) =>
    outcomeOf(application.send(new Uint8Array(sizeOctets), to, options));
}

function outcomeOf(outcome$: Observable<SendOutcome>): SendOutcome | undefined {
  let outcome: SendOutcome | undefined;
  outcome$.subscribe((each) => {
    outcome = each;
  });
  return outcome;
}

/** Two satellites in this process, on sockets and in real time. */
async function hosted() {
  const sockets = await Promise.all(
    [0, 1].map(() => openUdpDatagrams({ bind: [LOOPBACK, LOOPBACK] })),
  );
  const ports = sockets.flatMap(({ addresses }) => addresses.map(({ port }) => port));
  const epoch = process.hrtime.bigint();
  return sampleConfigs(ports).map((config, index) => {
    const clock = new SystemClock(epoch);
    const datagrams = sockets[index]!;
    const satellite = createSatellite(
      { ...config, services: { echo: false, sink: false, sources: [] } },
      {
        ...{ clock, datagrams, records: new Map(), random: new OsRandom() },
        store: new MemoryStore(config.store.octetsMax),
        vault: new MemoryVault(),
        crypto: nativeProvider,
      },
    );
    const life = satellite.start();
    life.add(() => datagrams.close());
    return { satellite, end: () => life.unsubscribe() };
  });
}

type Hosted = Awaited<ReturnType<typeof hosted>>[number];

/** Looks every few milliseconds; the test's own time is the bound. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const LOOPBACK = { host: '127.0.0.1', port: 0 };
