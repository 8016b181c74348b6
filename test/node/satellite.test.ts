import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { OWLT_US, SmallSky } from '../simulation/small-sky.ts';

const SECOND = 1_000_000;
const sinks = { 101: { sink: true }, 102: { sink: true }, 103: { sink: true } };

describe('two satellites in contact', () => {
  const contact = { a: 101, b: 102, startsAt: 0, endsAt: 60 * SECOND, terminals: [0, 1] } as const;

  it('secure their link and tell so on both sides', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact] });
    sky.time.advanceTo(1 * SECOND);
    const secured = sky.notices.filter(({ kind }) => kind === 'link-secured');
    expect(secured).toMatchObject([
      { node: expect.any(Number), provider: 'native' },
      { node: expect.any(Number), provider: 'native' },
    ]);
    expect(secured).toContainEqual(
      expect.objectContaining({ node: 101, neighbour: 102, terminal: 0 }),
    );
    expect(secured).toContainEqual(
      expect.objectContaining({ node: 102, neighbour: 101, terminal: 1 }),
    );
    expect(sky.satellite(101).snapshot().links).toMatchObject([{ neighbour: 102, secured: true }]);
  });

  it('secure their link in the hybrid suite, and its rekeys, where both are told to', () => {
    const hybrid = {
      link: { frameOctetsMax: 1_293 },
      security: { suite: 'hybrid', rekeyAfterUs: 5 * SECOND },
    } as const;
    const configs = { 101: hybrid, 102: hybrid };
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], configs });
    sky.time.advanceTo(20 * SECOND);
    const { links, frames } = sky.satellite(101).snapshot();
    expect(links).toMatchObject([{ secured: true, handshakes: 1, rekeys: 4 }]);
    expect(frames.faults).toEqual({});
  });

  it('A32: never secure a link of which one end speaks the hybrid suite alone', () => {
    const configs = {
      101: { link: { frameOctetsMax: 1_293 } },
      102: { link: { frameOctetsMax: 1_293 }, security: { suite: 'hybrid' } },
    } as const;
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], configs });
    sky.time.advanceTo(59 * SECOND);
    expect(sky.notices.filter(({ kind }) => kind === 'link-secured')).toEqual([]);
    const { faults } = sky.satellite(102).snapshot().frames;
    expect(faults['session.suite']).toBeGreaterThan(0);
  });

  it('open the link from the side with the lower spacecraft id only', () => {
    const sky = new SmallSky({ nodes: [102, 101], meetings: [contact] });
    sky.time.advanceTo(OWLT_US - 1);
    expect(sky.medium.sent.map(({ node }) => node)).toEqual([101]);
  });

  it('deliver application data both ways', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    sky.time.advanceTo(1 * SECOND);
    send(sky, 101, 102, 3_000);
    send(sky, 102, 101, 10);
    sky.time.advanceTo(2 * SECOND);
    expect(sky.satellite(102).snapshot().services).toEqual({
      9: { received: 1, receivedOctets: 3_000 },
    });
    expect(sky.satellite(101).snapshot().services).toEqual({
      9: { received: 1, receivedOctets: 10 },
    });
  });

  it('tell the whole life of a bundle, with the light time in between', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    sky.time.advanceTo(1 * SECOND);
    send(sky, 101, 102, 10);
    sky.time.advanceTo(2 * SECOND);
    const life = sky.notices.filter(({ kind }) => kind.startsWith('bundle-'));
    expect(life.map(({ node, kind }) => [node, kind])).toEqual([
      [101, 'bundle-accepted'],
      [102, 'bundle-accepted'],
      [102, 'bundle-delivered'],
      [101, 'bundle-forwarded'],
    ]);
    expect(life[2]).toMatchObject({ service: 9, trafficClass: 1, hops: 1 });
    expect(life[3]).toMatchObject({ to: 102 });
    expect(life[1]?.at).toBe((life[0]?.at as number) + OWLT_US);
    expect(life[3]?.at).toBe((life[1]?.at as number) + OWLT_US);
    expect(new Set(life.map((notice) => 'id' in notice && notice.id)).size).toBe(1);
  });

  it('answer pings after two light times and little more', () => {
    const ping = {
      service: 20,
      node: 102,
      everyUs: 100_000,
      startsAt: SECOND,
      endsAt: 2 * SECOND,
      lifetimeMs: 10_000,
      trafficClass: 2,
    } as const;
    const services = { 101: { pings: [ping] }, 102: { echo: true } };
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services });
    sky.time.advanceTo(3 * SECOND);
    expect(sky.satellite(102).snapshot().services).toEqual({ 7: { echoed: 10 } });
    const pinged = sky.satellite(101).snapshot().services[20];
    expect(pinged).toMatchObject({ sent: 10, answered: 10 });
    expect(pinged?.roundTripUsMin).toBeGreaterThanOrEqual(2 * OWLT_US);
    expect(pinged?.roundTripUsMax).toBeLessThan(2 * OWLT_US + 2_000);
  });

  it('keep their books balanced and count frames without faults', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    sky.time.advanceTo(1 * SECOND);
    for (let i = 0; i < 50; i++) send(sky, 101, 102, 2_000);
    sky.time.advanceTo(5 * SECOND);
    const [a, b] = [sky.satellite(101).snapshot(), sky.satellite(102).snapshot()];
    expect(a.ledger).toMatchObject({ accepted: 50, forwarded: 50, stored: 0 });
    expect(b.ledger).toMatchObject({ accepted: 50, delivered: 50, stored: 0 });
    expect([a.frames.faults, b.frames.faults]).toEqual([{}, {}]);
    expect(a.frames.sent).toBeGreaterThan(100);
    expect(b.frames.received).toBe(a.frames.sent);
    expect(a.frames.sent + b.frames.sent).toBe(sky.medium.sent.length);
  });

  it('count the frames that fill an idle line at both of its ends', () => {
    const link = { frameOctetsMax: 300, fixedLength: true, idleFrames: true };
    const meeting = { ...contact, endsAt: 3 * SECOND };
    const configs = { 101: { link }, 102: { link } };
    const rateBps = 240_000;
    const sky = new SmallSky({ nodes: [101, 102], meetings: [meeting], configs, rateBps });
    sky.time.advanceTo(5 * SECOND);
    const [a, b] = [sky.satellite(101).snapshot(), sky.satellite(102).snapshot()];
    expect(a.frames.sent).toBeGreaterThan(200);
    expect(b.frames.received).toBe(a.frames.sent);
  });

  it('refuse at the source what the store cannot take, and count it', () => {
    const meetings = [contact];
    const sky = new SmallSky({ nodes: [101, 102], meetings, storeOctetsMax: 5_000 });
    send(sky, 101, 102, 4_000);
    send(sky, 101, 102, 4_000);
    expect(sky.kinds(101)).toEqual(['boot', 'bundle-accepted', 'bundle-refused']);
    expect(sky.satellite(101).snapshot().refused).toEqual({ 'store-full': 1 });
  });

  it('have room again in the store once a bundle has gone', () => {
    const options = { nodes: [101, 102], meetings: [contact], services: sinks };
    const sky = new SmallSky({ ...options, storeOctetsMax: 5_000 });
    for (let second = 1; second <= 3; second++) {
      sky.time.advanceTo(second * SECOND);
      send(sky, 101, 102, 4_000);
    }
    sky.time.advanceTo(4 * SECOND);
    expect(sky.satellite(102).snapshot().services[9]).toMatchObject({ received: 3 });
  });

  it('send more frames than fit one turn when the link is that fast', () => {
    const options = { nodes: [101, 102], meetings: [contact], services: sinks };
    const sky = new SmallSky({ ...options, storeOctetsMax: 2_000_000, rateBps: 10_000_000_000 });
    sky.time.advanceTo(1 * SECOND);
    send(sky, 101, 102, 1_000_000);
    sky.time.advanceTo(1.1 * SECOND);
    expect(sky.satellite(102).snapshot().services[9]).toMatchObject({ received: 1 });
  });

  it('use the other terminal when one contact with a neighbour ends', () => {
    const short = { ...contact, endsAt: 5 * SECOND, terminals: [0, 0] } as const;
    const meetings = [short, { ...contact, terminals: [1, 1] } as const];
    const sky = new SmallSky({ nodes: [101, 102], meetings, services: sinks });
    sky.time.advanceTo(6 * SECOND);
    send(sky, 101, 102, 100);
    sky.time.advanceTo(7 * SECOND);
    expect(sky.kinds(102)).toContain('bundle-delivered');
    expect(sky.satellite(101).snapshot().links).toMatchObject([
      { terminal: 0, secured: false },
      { terminal: 1, secured: true },
    ]);
  });

  it('count frames that come twice, and deliver once', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    sky.time.advanceTo(1 * SECOND);
    sky.medium.echoing = true;
    send(sky, 101, 102, 100);
    sky.time.advanceTo(2 * SECOND);
    const { frames, services } = sky.satellite(102).snapshot();
    expect(services[9]).toMatchObject({ received: 1 });
    // The bundle, and the acknowledgment of the report on it.
    expect(frames.faults).toEqual({ 'session.replay': 2 });
  });
});

describe('a contact that ends', () => {
  const meetings = [
    { a: 101, b: 102, startsAt: 0, endsAt: 5 * SECOND, terminals: [0, 0] },
    { a: 101, b: 102, startsAt: 20 * SECOND, endsAt: 30 * SECOND, terminals: [0, 0] },
  ] as const;

  it('is told by both, and leaves the terminals looking at no one', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings });
    sky.time.advanceTo(10 * SECOND);
    expect(sky.kinds(101)).toEqual(['boot', 'link-secured', 'link-down']);
    expect(sky.kinds(102)).toEqual(['boot', 'link-secured', 'link-down']);
    expect(sky.satellite(101).snapshot().links).toMatchObject([{ secured: false }]);
    expect([101, 102].map((node) => sky.medium.pointedAt(node, 0))).toEqual([undefined, undefined]);
    const sent = sky.medium.sent.length;
    sky.time.advanceTo(19 * SECOND);
    expect(sky.medium.sent).toHaveLength(sent);
  });

  it('makes bundles wait for the next one, which delivers them', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings, services: sinks });
    sky.time.advanceTo(10 * SECOND);
    send(sky, 101, 102, 100);
    sky.time.advanceTo(19 * SECOND);
    expect(sky.satellite(101).snapshot().ledger).toMatchObject({ accepted: 1, stored: 1 });
    sky.time.advanceTo(25 * SECOND);
    expect(sky.satellite(101).snapshot().ledger).toMatchObject({ forwarded: 1, stored: 0 });
    const delivered = sky.notices.find(({ kind }) => kind === 'bundle-delivered');
    expect(delivered).toMatchObject({ node: 102 });
    expect(delivered?.at).toBeGreaterThan(20 * SECOND);
    // The link of the first contact serves the second.
    expect(sky.satellite(101).snapshot().links).toHaveLength(1);
  });

  it('expires what waits too long', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings, services: sinks });
    sky.time.advanceTo(10 * SECOND);
    send(sky, 101, 102, 100, 2_000);
    sky.time.advanceTo(25 * SECOND);
    expect(sky.kinds(101)).toContain('bundle-expired');
    expect(sky.kinds(102)).not.toContain('bundle-delivered');
  });

  it('in the middle of a long transfer loses nothing', () => {
    const storeOctetsMax = 10_000_000;
    const nodes = [101, 102];
    const sky = new SmallSky({ nodes, meetings, services: sinks, storeOctetsMax });
    sky.time.advanceTo(1 * SECOND);
    // Six seconds' worth for the four that are left.
    for (let i = 0; i < 75; i++) send(sky, 101, 102, 100_000, 60_000);
    sky.time.advanceTo(6 * SECOND);
    const { received: early = 0 } = sky.satellite(102).snapshot().services[9] ?? {};
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(75);
    // What leaves later than this arrives when nobody looks any more.
    expect(sky.medium.sent.every(({ at }) => at < 5 * SECOND - OWLT_US)).toBe(true);
    sky.time.advanceTo(29 * SECOND);
    expect(sky.satellite(102).snapshot().services[9]).toMatchObject({ received: 75 });
  });
});

describe('three satellites in a row', () => {
  const always = { startsAt: 0, endsAt: 60 * SECOND };

  it('relay between those that do not see each other', () => {
    const meetings = [
      { a: 101, b: 102, ...always, terminals: [0, 0] },
      { a: 102, b: 103, ...always, terminals: [1, 0] },
    ] as const;
    const sky = new SmallSky({ nodes: [101, 102, 103], meetings, services: sinks });
    sky.time.advanceTo(1 * SECOND);
    send(sky, 101, 103, 500);
    send(sky, 103, 101, 500);
    sky.time.advanceTo(2 * SECOND);
    const delivered = sky.notices.filter(({ kind }) => kind === 'bundle-delivered');
    expect(delivered.map(({ node }) => node).sort()).toEqual([101, 103]);
    expect(delivered).toMatchObject([{ hops: 2 }, { hops: 2 }]);
    expect(sky.satellite(102).snapshot().ledger).toMatchObject({ accepted: 2, forwarded: 2 });
  });

  it('carry a bundle through contacts that never overlap', () => {
    const meetings = [
      { a: 101, b: 102, startsAt: 0, endsAt: 10 * SECOND, terminals: [0, 0] },
      { a: 102, b: 103, startsAt: 20 * SECOND, endsAt: 30 * SECOND, terminals: [0, 0] },
    ] as const;
    const sky = new SmallSky({ nodes: [101, 102, 103], meetings, services: sinks });
    sky.time.advanceTo(1 * SECOND);
    send(sky, 101, 103, 500, 60_000);
    sky.time.advanceTo(15 * SECOND);
    expect(sky.satellite(102).snapshot().ledger).toMatchObject({ accepted: 1, stored: 1 });
    sky.time.advanceTo(25 * SECOND);
    expect(sky.kinds(103)).toContain('bundle-delivered');
    // One terminal of 102 has served two neighbours in turn.
    expect(sky.satellite(102).snapshot().links).toMatchObject([
      { neighbour: 101, terminal: 0, secured: false },
      { neighbour: 103, terminal: 0, secured: true },
    ]);
  });
});

describe('a satellite', () => {
  const contact = { a: 101, b: 102, startsAt: 0, endsAt: 200 * SECOND, terminals: [0, 1] } as const;

  it('notices when the far side falls silent, and recovers', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    sky.time.advanceTo(1 * SECOND);
    sky.medium.cut = true;
    sky.time.advanceTo(60 * SECOND);
    expect(sky.kinds(101)).toEqual(['boot', 'link-secured', 'link-down']);
    send(sky, 101, 102, 100);
    sky.medium.cut = false;
    sky.time.advanceTo(110 * SECOND);
    expect(sky.satellite(101).snapshot().links).toMatchObject([{ secured: true }]);
    expect(sky.kinds(102)).toContain('bundle-delivered');
  });

  it('takes a command from inside a notice after the step', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    let answered = false;
    sky.satellite(102).notices$.subscribe(({ kind }) => {
      if (kind !== 'bundle-delivered' || answered) return;
      answered = true;
      const before = sky.kinds(102);
      send(sky, 102, 101, 77);
      expect(sky.kinds(102)).toEqual(before);
    });
    sky.time.advanceTo(1 * SECOND);
    send(sky, 101, 102, 10);
    sky.time.advanceTo(2 * SECOND);
    expect(sky.satellite(101).snapshot().services[9]).toMatchObject({ receivedOctets: 77 });
  });

  it('counts what arrives at a terminal that looks at no one', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact] });
    sky.medium.inject(1, 101, new Uint8Array(50));
    expect(sky.satellite(101).snapshot().frames.faults).toEqual({ 'link.no-contact': 1 });
  });

  it('falls silent when its subscription ends', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    let completed = false;
    sky.satellite(101).notices$.subscribe({ complete: () => (completed = true) });
    sky.time.advanceTo(1 * SECOND);
    expect(sky.clocks.get(101)?.armed).toBe(true);
    sky.lives.get(101)?.unsubscribe();
    expect([completed, sky.clocks.get(101)?.armed]).toEqual([true, false]);
    const count = sky.medium.sent.filter(({ node }) => node === 101).length;
    sky.time.advanceTo(30 * SECOND);
    expect(sky.medium.sent.filter(({ node }) => node === 101)).toHaveLength(count);
    expect(() => send(sky, 101, 102, 1)).toThrow(InvariantError);
  });

  it('does the same again from the same seed', () => {
    const runs = [1, 2].map(() => {
      const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
      sky.time.advanceTo(1 * SECOND);
      send(sky, 101, 102, 5_000);
      sky.time.advanceTo(5 * SECOND);
      return sky.notices;
    });
    expect(runs[0]).toEqual(runs[1]);
  });

  it('gives a snapshot that survives JSON', () => {
    const sky = new SmallSky({ nodes: [101, 102], meetings: [contact], services: sinks });
    sky.time.advanceTo(1 * SECOND);
    const snapshot = sky.satellite(101).snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });
});

function send(sky: SmallSky, from: number, to: number, sizeOctets: number, lifetimeMs = 60_000) {
  sky.satellite(from).send({
    adu: new Uint8Array(sizeOctets).fill(1),
    destination: ipnEid(to, 9),
    sourceService: 1000,
    lifetimeMs,
    trafficClass: 1,
  });
}
