import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadScenario, parseScenario } from '#harness/scenario/load.ts';
import { formatProblems } from '#harness/scenario/scenario-error.ts';
import { ConfigError } from '#node/config-error.ts';

const GOOD = `name: small
constellation:
  kind: walker
  pattern: star
  planes: 2
  perPlane: 3
  altitude: 780 km
  inclination: 86.4 deg
  raanSpacing: 31.6 deg
  phasing: 0 deg
groundStations:
  - name: london
    latitude: 51.51 deg
    longitude: -0.13 deg
traffic:
  - from: london
    to: p1s01
    class: flash
`;

/** The messages that refuse GOOD with `part` replaced by `by`. */
function refusal(part: string, by: string): string[] {
  expect(GOOD).toContain(part);
  return problemsOf(() =>
    parseScenario(
      GOOD.replace(part, () => by),
      's.yaml',
    ),
  );
}

function problemsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return formatProblems(error);
    throw error;
  }
  return [];
}

describe('a scenario', () => {
  it('is read with its units in the names and its defaults filled in', () => {
    expect(parseScenario(GOOD, 's.yaml')).toEqual({
      name: 'small',
      file: resolve('s.yaml'),
      description: '',
      epochUnixMs: 1_767_225_600_000,
      durationMs: 60_000,
      seed: 1,
      fleet: 'processes',
      satellitesPerProcess: undefined,
      constellation: {
        kind: 'walker',
        pattern: 'star',
        planes: 2,
        perPlane: 3,
        altitudeKm: 780,
        inclinationDeg: 86.4,
        raanSpacingDeg: 31.6,
        phasingDeg: 0,
      },
      terminals: 4,
      groundTerminals: 1,
      topology: { kind: 'plus-grid', acrossSeam: false },
      groundStations: [
        {
          name: 'london',
          latitudeDeg: 51.51,
          longitudeDeg: -0.13,
          altitudeM: 0,
          elevationMaskDeg: 10,
          terminals: 1,
        },
      ],
      link: {
        rateBps: 100_000_000,
        frameOctetsMax: 1_400,
        channel: {
          fixedLength: false,
          idleFrames: false,
          insertZoneOctets: 0,
          bulkShare: 0,
          ltp: true,
          greenClasses: [],
        },
        rangeKmMax: undefined,
        grazingAltitudeKm: 80,
      },
      groundLink: { rateBps: 100_000_000 },
      crypto: 'auto',
      security: { suite: 'classical', rekeyAfterMs: 600_000, revocations: [], bundles: [] },
      bundles: {
        strictness: 'tolerant',
        statusReports: false,
        clockless: [],
        fragmentOctetsMax: undefined,
        numbering: {},
        groups: [],
        statementGroup: undefined,
        reassembly: {},
      },
      store: { octetsMax: 67_108_864, durability: 'flush' },
      network: { host: '127.0.0.1', portBase: undefined },
      traffic: [
        {
          from: 'london',
          to: 'p1s01',
          trafficClass: 3,
          everyMs: 500,
          sizeOctets: 256,
          lifetimeMs: 300_000,
          reports: [],
        },
      ],
      absences: [],
      faults: [],
      objectives: [],
    });
  });

  it('turns objectives into sentences', () => {
    const lines = [
      'linksSecuredWithin: 20 s',
      'deliveredRatio: 0.99',
      'overheadPerHopP50: 500 us',
      'latencyP99: 1.5 s',
    ];
    const { objectives } = parseScenario(`${GOOD}objectives:\n  ${lines.join('\n  ')}\n`, 's.yaml');
    expect(objectives).toEqual([
      { kind: 'links-secured', text: 'all links secured within 20 s', withinMs: 20_000 },
      { kind: 'delivered-ratio', text: 'delivered ratio at least 0.99', min: 0.99 },
      {
        kind: 'overhead-per-hop-p50',
        text: 'median overhead per hop under 0.5 ms',
        maxMs: 0.5,
      },
      { kind: 'latency-p99', text: 'latency p99 under 1500 ms', maxMs: 1_500 },
    ]);
  });

  it('describes the channel of its links', () => {
    const link = `link:
  frameSize: 1115 B
  frames: fixed
  idleFrames: true
  insertZone: 4 B
  bulkShare: 0.05
  green: [bulk, flash]
  coding: { code: rs-255-223, interleave: 5, randomizer: long }
`;
    expect(parseScenario(GOOD + link, 's.yaml').link).toMatchObject({
      frameOctetsMax: 1_115,
      channel: {
        fixedLength: true,
        idleFrames: true,
        insertZoneOctets: 4,
        bulkShare: 0.05,
        ltp: true,
        greenClasses: [0, 3],
        coding: { reedSolomon: { correctableMax: 16, interleave: 5 }, randomizer: 'long' },
      },
    });
  });

  it('says whether bundles are on disk when they are accepted, and how many there may be', () => {
    const storeOf = (text: string) => parseScenario(`${GOOD}${text}`, 's.yaml').store;
    expect(storeOf('store: 1 MiB')).toEqual({ octetsMax: 2 ** 20, durability: 'flush' });
    expect(storeOf('store: { size: 1 MiB, durability: memory }')).toEqual({
      octetsMax: 2 ** 20,
      durability: 'memory',
    });
    expect(storeOf('store: { durability: memory }')).toMatchObject({ octetsMax: 64 * 2 ** 20 });
  });

  it('says how bundles are taken, made and cut', () => {
    const bundles = `bundles:
  strictness: strict
  statusReports: true
  clockless: [p1s01]
  fragmentSize: 4 KiB
  reassembly: { sets: 10, size: 1 MiB, wait: 1 h }
  imcScheme: 65536
  ipnAllocator: 9
  groups:
    - { name: watch, endpoint: imc+65536:7.1, members: [london, p1s01] }
    - { name: all, endpoint: ipn:9.1.0 }
  statementGroup: dtn://all/~statements
`;
    expect(parseScenario(GOOD + bundles, 's.yaml').bundles).toEqual({
      strictness: 'strict',
      statusReports: true,
      clockless: ['p1s01'],
      fragmentOctetsMax: 4_096,
      numbering: { imcScheme: 65_536, ipnAllocator: 9 },
      groups: [
        { name: 'watch', endpoint: 'imc+65536:7.1', members: ['london', 'p1s01'] },
        { name: 'all', endpoint: 'ipn:9.1.0', members: undefined },
      ],
      statementGroup: 'dtn://all/~statements',
      reassembly: { setsMax: 10, octetsMax: 1_048_576, waitMsMax: 3_600_000 },
    });
  });

  it('says when an application is away', () => {
    const absences = 'absences: [{ node: p1s01, from: 5 s, until: 8 s }]\n';
    expect(parseScenario(GOOD + absences, 's.yaml').absences).toEqual([
      { node: 'p1s01', fromMs: 5_000, untilMs: 8_000 },
    ]);
  });

  it('finds a TLE file beside itself', () => {
    const { constellation } = loadScenario('scenarios/tle.yaml');
    expect(constellation).toEqual({
      kind: 'tle',
      file: resolve('scenarios/tle/star-24.tle'),
      perPlane: 6,
    });
  });
});

describe('a bad scenario is refused', () => {
  it.each([
    [
      'for a wrong unit',
      'altitude: 780 km',
      'altitude: 780 s',
      '7:13: altitude is 780 s. Expected a length such as 780 km. ' +
        'Write a number and one of the units m, km.',
    ],
    [
      'for a missing unit',
      'altitude: 780 km',
      'altitude: 780',
      '7:13: altitude is 780. Expected a length such as 780 km. Correct it.',
    ],
    [
      'for an impossible orbit',
      'altitude: 780 km',
      'altitude: 80 km',
      '7:13: altitude is 80 km. Expected a length from 120 km to 40000 km. Correct it.',
    ],
    [
      'for an impossible inclination',
      'inclination: 86.4 deg',
      'inclination: 190 deg',
      '8:16: inclination is 190 deg. Expected an angle from 0 deg to 180 deg. Correct it.',
    ],
    [
      'for planes that overlap',
      'raanSpacing: 31.6 deg',
      'raanSpacing: 200 deg',
      '9:16: 2 planes 200° apart overlap in a star. Expected a RAAN spacing above 0° and below ' +
        '180.0°. Space the planes 90.0° apart, or lower their number.',
    ],
    [
      'for a missing key',
      '  altitude: 780 km\n',
      '',
      '2:1: constellation has no altitude. Expected a length such as 780 km. Add altitude.',
    ],
    [
      'for a misspelt key, at the key and once',
      'altitude:',
      'altitud:',
      '7:3: altitud is not a key of constellation. Expected keys among kind, pattern, planes, ' +
        'perPlane, altitude, inclination, raanSpacing, phasing. Perhaps altitude was meant.',
    ],
    [
      'for an unknown key in a list',
      'london\n',
      'london\n    colour: red\n',
      '13:5: colour is not a key of item 1 of groundStations. Expected keys among name, ' +
        'latitude, longitude, altitude, elevationMask, terminals. Remove it.',
    ],
    [
      'for a number that is a word',
      'planes: 2',
      'planes: two',
      '5:11: planes is two. Expected a whole number from 1 to 100. Correct it.',
    ],
    [
      'for a number out of bounds',
      'planes: 2',
      'planes: 0',
      '5:11: planes is 0. Expected a whole number from 1 to 100. Correct it.',
    ],
    [
      'for an unknown kind',
      'kind: walker',
      'kind: wlker',
      '3:9: kind is wlker. Expected one of walker, tle, elements. Perhaps walker was meant.',
    ],
    [
      'for no kind',
      '  kind: walker\n',
      '',
      '2:1: constellation has no kind. Expected one of walker, tle, elements. Add kind.',
    ],
    [
      'for an unknown class',
      'class: flash',
      'class: urgent',
      '18:12: class is urgent. Expected one of bulk, normal, expedited, flash. ' +
        'Choose one of them.',
    ],
    [
      'for a size over the limit',
      'class: flash',
      'size: 1 MiB',
      '18:11: size is 1 MiB. Expected a size from 1 B to 65536 B. Correct it.',
    ],
    [
      'for a store too small for a bundle',
      'class: flash',
      'size: 64 KiB\nstore: 64 KiB',
      '18:11: a bundle of 65536 B does not fit the store of 65536 B. ' +
        'Enlarge store, or send less at once.',
    ],
    [
      'for a store that is neither on disk nor in memory',
      'class: flash',
      'class: flash\nstore:\n  durability: paper',
      '20:15: durability is paper. Expected one of flush, memory. Choose one of them.',
    ],
    [
      'for a node without a clock that is none',
      'class: flash',
      'class: flash\nbundles: { clockless: [p1s09] }',
      '19:24: p1s09 is no node. Expected one of london, p1s01, p1s02, p1s03, p2s01, …. ' +
        'Perhaps p1s01 was meant.',
    ],
    [
      'for an application that is away from where nobody is',
      'class: flash',
      'class: flash\nabsences: [{ node: p9, from: 1 s, until: 2 s }]',
      '19:20: node is p9, which is no node. Expected one of london, p1s01, p1s02, p1s03, ' +
        'p2s01, …. Correct the name.',
    ],
    [
      'for an application that is back before it goes',
      'class: flash',
      'class: flash\nabsences: [{ node: p1s01, from: 2 s, until: 2 s }]',
      '19:45: it ends before it begins. Correct it.',
    ],
    [
      'for an application that goes when the run is over',
      'class: flash',
      'class: flash\nabsences: [{ node: p1s01, from: 60 s, until: 61 s }]',
      '19:33: it begins when the run is over. Expected less than run, 60 s. Let it begin earlier.',
    ],
    [
      'for a group that is a node',
      'class: flash',
      'class: flash\nbundles: { groups: [{ name: watch, endpoint: ipn:7.1 }] }',
      '19:46: ipn:7.1 is no group. Expected imc:7.1, dtn://all/~alerts, or ipn:9.1.0 where 9 is ' +
        'ipnAllocator, with numbers of your choice. Correct it, or the numbering.',
    ],
    [
      'for a group that shares its endpoint',
      'class: flash',
      'class: flash\nbundles: { statementGroup: imc:7.1, groups: [{ name: a, endpoint: imc:7.1 }] }',
      '19:28: imc:7.1 is listed twice. Choose another.',
    ],
    [
      'for a group that has the name of a node',
      'class: flash',
      'class: flash\nbundles: { groups: [{ name: p1s01, endpoint: imc:7.1 }] }',
      '19:29: p1s01 is the name of something else. Rename the group.',
    ],
    [
      'for a member that is no node',
      'class: flash',
      'class: flash\nbundles: { groups: [{ name: a, endpoint: imc:7.1, members: [p9] }] }',
      '19:61: p9 is no node. Expected one of london, p1s01, p1s02, p1s03, p2s01, …. ' +
        'Correct the name.',
    ],
    [
      'for a flow to a group that is none',
      'to: p1s01\n    class: flash',
      'to: wach\nbundles: { groups: [{ name: watch, endpoint: imc:7.1 }] }',
      '17:9: to is wach, which is no node or group. Expected one of london, p1s01, p1s02, p1s03, ' +
        'p2s01, …. Perhaps watch was meant.',
    ],
    [
      'for a scheme whose code others may get',
      'class: flash',
      'class: flash\nbundles: { imcScheme: 9 }',
      '19:23: imcScheme is 9. Expected 3, or one for private use, from 65536 on. Correct it.',
    ],
    [
      'for fragments that leave no room for a payload',
      'class: flash',
      'class: flash\nbundles: { fragmentSize: 64 B }',
      '19:26: fragmentSize is 64 B. Expected a size from 512 B to 1048576 B. Correct it.',
    ],
    [
      'for a store of no size',
      'class: flash',
      'class: flash\nstore: huge',
      '19:1: store has no size. Expected a size such as 64 MiB. Add size.',
    ],
    [
      'for a flow that no link carries',
      'class: flash',
      'size: 64 KiB\n    every: 1 ms',
      '16:5: the flow alone loads a link of 100000000 bit/s with 524288000 bit/s. ' +
        'Send less, or raise the rate of link.',
    ],
    [
      'for an unknown endpoint',
      'to: p1s01',
      'to: p1s1',
      '17:9: to is p1s1, which is no node. Expected one of london, p1s01, p1s02, p1s03, p2s01, ' +
        '…. Perhaps p1s01 was meant.',
    ],
    [
      'for a flow to itself',
      'to: p1s01',
      'to: london',
      '17:9: a flow goes from london to itself. Name another node.',
    ],
    [
      'for a key that stands twice',
      'name: small',
      'name: small\nname: big',
      '2:1: this key stands here twice. Remove one of the two.',
    ],
    [
      'for a tab',
      'name: small',
      'name: small\n\tseed: 1',
      '2:1: the line is indented with a tab. Indent with spaces.',
    ],
    [
      'for a second document',
      'name: small',
      'name: small\n---\nname: big',
      '2:1: a second document begins here. Keep one scenario a file.',
    ],
    [
      'for an alias',
      'name: small',
      'name: small\nseed: *x',
      '2:7: *x is an alias, which scenarios do not use. Write the value out.',
    ],
    [
      'for a name that is a path',
      'name: small',
      'name: ../small',
      '1:7: name is ../small. Expected a name of up to 40 letters, digits, dots and dashes ' +
        'such as walker-66. Correct it.',
    ],
    [
      'for a day that does not exist',
      'name: small',
      'name: small\nepoch: 2026-02-30T00:00:00Z',
      '2:8: epoch is 2026-02-30T00:00:00Z. Expected a UTC time such as 2026-01-01T00:00:00Z. ' +
        'Correct it.',
    ],
    [
      'for an epoch before DTN time',
      'name: small',
      'name: small\nepoch: 1999-12-31T23:59:59Z',
      '2:8: epoch is no time that a bundle can carry. Expected a time from the year 2000 on, ' +
        'where DTN time begins. Choose a later one.',
    ],
    [
      'for a value left out',
      'name: small',
      'name: small\nrun:',
      '2:5: run is empty. Expected a duration such as 60 s. Correct it.',
    ],
    [
      'for an address beyond loopback',
      'name: small',
      'name: small\nnetwork: { host: 10.0.0.1 }',
      '2:18: host is 10.0.0.1. Expected a loopback address such as 127.0.0.1. Correct it.',
    ],
    [
      'for stations that no satellite looks at',
      'name: small',
      'name: small\ngroundTerminals: 0',
      '2:18: ground stations are listed, and no satellite has a terminal for them. ' +
        'Expected at least 1. Raise groundTerminals.',
    ],
    [
      'for a plus-grid without the terminals',
      'name: small',
      'name: small\nterminals: 2',
      '2:12: the topology needs terminal 3 of p1s01. Expected terminals 0 to 1, as many as a ' +
        'satellite has. Give each satellite at least 4 terminals, or list fewer links.',
    ],
    [
      'for a topology that is a word',
      'name: small',
      'name: small\ntopology: plus-grid',
      '2:11: topology is plus-grid. Expected a mapping with a kind. Correct it.',
    ],
    [
      'for a list instead of a mapping',
      GOOD,
      '- a',
      '1:1: the scenario is a list of 1. Expected a mapping of keys to values. Correct it.',
    ],
    [
      'for being empty',
      GOOD,
      '',
      '1:1: the scenario is empty. Expected a mapping of keys to values. Correct it.',
    ],
    [
      'for a TLE file that is not there',
      GOOD,
      'name: x\nconstellation: { kind: tle, file: nowhere.tle }',
      `2:35: the TLE file ${resolve('nowhere.tle')} cannot be read. ` +
        'Expected a path relative to the scenario. Correct the path, or put the file there.',
    ],
    [
      'for objectives that nothing measures',
      GOOD.slice(GOOD.indexOf('traffic')),
      'objectives: { deliveredRatio: 1 }',
      '15:13: an objective speaks of bundles, and there is no traffic. Add traffic.',
    ],
  ])('%s', (_, part, by, message) => {
    expect(refusal(part, by)).toEqual([`s.yaml:${message}`]);
  });

  it('for a channel whose parameters do not agree, each at its place', () => {
    const problems = problemsOf(() =>
      parseScenario(
        `${GOOD}link: { frameSize: 1000 B, idleFrames: true, coding: { code: rs-255-239 } }\n`,
        's.yaml',
      ),
    );
    expect(problems).toEqual([
      's.yaml:19:40: idleFrames needs frames of fixed length. Add frames: fixed to link.',
      's.yaml:19:54: coding needs frames of fixed length. Add frames: fixed to link.',
    ]);
  });

  it('for green classes without LTP', () => {
    const link = 'link: { ltp: false, green: [bulk] }\n';
    expect(problemsOf(() => parseScenario(GOOD + link, 's.yaml'))).toEqual([
      's.yaml:19:28: green needs LTP. Remove green, or ltp: false.',
    ]);
    expect(parseScenario(`${GOOD}link: { ltp: false }\n`, 's.yaml').link.channel.ltp).toBe(false);
  });

  it('for a frame size that its code does not fit, with the sizes that do', () => {
    const link = 'link: { frames: fixed, coding: { code: rs-255-223, interleave: 5 } }\n';
    expect(problemsOf(() => parseScenario(GOOD + link, 's.yaml'))).toEqual([
      's.yaml:19:1: frames of 1400 B do not suit the channel. Expected a multiple of 5 B from 275 B ' +
        'to 1115 B. Correct frameSize.',
    ]);
  });

  it('for a code whose blocks are too short for any frame', () => {
    const link = 'link: { frames: fixed, coding: { code: rs-255-223 } }\n';
    expect(problemsOf(() => parseScenario(GOOD + link, 's.yaml'))).toEqual([
      's.yaml:19:32: a block of the code holds 223 B, and a handshake needs a frame of 271 B. ' +
        'Raise interleave.',
    ]);
  });

  it('for every mistake at once, in the order of the file', () => {
    const bad = GOOD.replace('planes: 2', 'planes: 0')
      .replace('latitude: 51.51 deg', 'latitude: 151.51 deg')
      .replace('class: flash', 'clas: flash');
    const places = problemsOf(() => parseScenario(bad, 's.yaml')).map((line) =>
      line.slice(0, line.indexOf(': ')),
    );
    expect(places).toEqual(['s.yaml:5:11', 's.yaml:13:15', 's.yaml:18:5']);
  });

  it('for two nodes of one name', () => {
    expect(refusal('name: london', 'name: p1s02')).toContain(
      's.yaml:12:11: two nodes are named p1s02. Rename one of them.',
    );
  });

  it('for links that cannot be, each at its place', () => {
    const links = '[[p1s01, p1s01], [p1s02, nowhere], [p1s02, p1s03], [p1s03, p1s02]]';
    const bad = `name: small\ntopology: { kind: links, links: ${links} }`;
    expect(refusal('name: small', bad)).toEqual([
      's.yaml:2:34: a link joins p1s01 to itself. Remove it.',
      's.yaml:2:58: a link names nowhere, which is no satellite. Expected one of p1s01, p1s02, ' +
        'p1s03, p2s01, p2s02, …. Correct the name.',
      's.yaml:2:84: the link p1s03 – p1s02 is listed twice. Remove one.',
    ]);
  });

  it('for more links than terminals', () => {
    const links = '[[p1s01, p1s02], [p1s01, p1s03]]';
    const bad = `name: small\nterminals: 1\ntopology: { kind: links, links: ${links} }`;
    expect(refusal('name: small', bad)).toEqual([
      's.yaml:3:51: p1s01 has more links than terminals, of which it has 1. ' +
        'Remove links, or raise terminals.',
    ]);
  });

  it('with ten messages at most', () => {
    const keys = Array.from({ length: 14 }, (_, at) => `odd${at}: 1\n`).join('');
    const lines = problemsOf(() => parseScenario(keys + GOOD, 's.yaml'));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('… and 4 more.');
  });
});

describe('the security of a scenario', () => {
  it('is read with its units in the names', () => {
    const lines = [
      'suite: hybrid',
      'rekeyAfter: 2 min',
      'revocations: [{ node: p1s02, at: 30 s, from: london }]',
    ];
    const { security } = parseScenario(`${GOOD}security:\n  ${lines.join('\n  ')}\n`, 's.yaml');
    expect(security).toEqual({
      suite: 'hybrid',
      rekeyAfterMs: 120_000,
      revocations: [{ node: 'p1s02', atMs: 30_000, from: 'london' }],
      bundles: [],
    });
  });

  const HELLO = 'a frame of 1292 B does not hold the HELLO of the hybrid suite';
  it.each([
    ['suite: quantum', '20:10: suite is quantum. Expected one of classical, hybrid.'],
    ['rekeyAfter: 601 s', '20:15: rekeyAfter is 601 s. Expected a duration from 1000 ms to 600000'],
    ['rekeyAfter: 600', '20:15: rekeyAfter is 600. Expected a duration such as 600 s.'],
    ['rekey: 5 s', '20:3: rekey is not a key of security.'],
    ['revocations: [{ at: 1 s, from: london }]', '20:17: item 1 of revocations has no node.'],
    [
      'revocations: [{ node: p1s04, at: 1 s, from: london }]',
      '20:25: node is p1s04, which is no node. Expected one of london, p1s01, p1s02, p1s03, ' +
        'p2s01, …. Perhaps p1s01 was meant.',
    ],
    [
      'revocations: [{ node: p1s01, at: 1 s, from: paris }]',
      '20:47: from is paris, which is no node.',
    ],
    [
      'revocations: [{ node: p1s01, at: 1 s, from: p1s01 }]',
      '20:47: p1s01 hands out its own revocation. Name another node.',
    ],
    [
      'revocations: [{ node: p1s01, at: 60 s, from: london }]',
      '20:36: the run is over by then. Expected less than run, 60 s. Revoke earlier, or run longer.',
    ],
    [
      'revocations: [{ node: p1s01, at: 1 s, from: london }, { node: p1s01, at: 2 s, from: p1s02 }]',
      '20:65: p1s01 is revoked twice. Remove one of the two.',
    ],
    [
      'revocations: [{ node: p1s01, at: 1 s, from: london }, { node: p1s02, at: 2 s, from: p1s01 }]',
      '20:87: p1s01 is revoked by then, so nobody listens to it. Name another node.',
    ],
    ['suite: hybrid\nlink: { frameSize: 1292 B }', `20:10: ${HELLO}. Expected a frameSize of at`],
  ])('is refused with %j, at its place', (lines, told) => {
    const problems = problemsOf(() => parseScenario(`${GOOD}security:\n  ${lines}\n`, 's.yaml'));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`s.yaml:${told}`);
  });

  it('is asked for no news of revocations when there are none', () => {
    const lines = 'objectives: { revocationsKnownWithin: 5 s }\n';
    expect(problemsOf(() => parseScenario(`${GOOD}${lines}`, 's.yaml'))).toEqual([
      's.yaml:19:39: an objective speaks of revocations, and there are none. ' +
        'Add revocations to security.',
    ]);
  });

  it('holds a hybrid HELLO in a frame that is just large enough', () => {
    const lines = 'security: { suite: hybrid }\nlink: { frameSize: 1293 B }\n';
    expect(problemsOf(() => parseScenario(`${GOOD}${lines}`, 's.yaml'))).toEqual([]);
  });
});

describe('the faults of a scenario', () => {
  it('are read with their units in the names', () => {
    const lines = [
      '- { kind: kill, node: p1s02, at: 10 s, back: 500 ms }',
      '- { kind: kill, node: random, every: 1 s, until: 50 s, back: 2 s }',
      '- { kind: kill, node: london, at: 0 s, every: 5 s }',
    ];
    const { faults } = parseScenario(`${GOOD}faults:\n  ${lines.join('\n  ')}\n`, 's.yaml');
    expect(faults).toEqual([
      { kind: 'kill', node: 'p1s02', atMs: 10_000, backMs: 500 },
      {
        kind: 'kill',
        node: undefined,
        atMs: 1_000,
        everyMs: 1_000,
        untilMs: 50_000,
        backMs: 2_000,
      },
      { kind: 'kill', node: 'london', atMs: 0, everyMs: 5_000 },
    ]);
  });

  it.each([
    ['kind: cut, node: p1s01, at: 1 s', '20:13: kind is cut. Expected'],
    ['kind: kill, at: 1 s', '20:5: item 1 of faults has no node.'],
    [
      'kind: kill, node: p1s01, at: 1 s, bakc: 2 s',
      '20:41: bakc is not a key of item 1 of faults.',
    ],
    ['kind: kill, node: p1s01, at: 1', '20:36: at is 1. Expected a duration such as 10 s.'],
    [
      'kind: kill, node: p1s01, every: 50 ms',
      '20:39: every is 50 ms. Expected a duration from 100',
    ],
    [
      'kind: kill, node: p1s04, at: 1 s',
      '20:25: node is p1s04, which is no node. Expected one of ra',
    ],
    [
      'kind: kill, node: p1s01',
      '20:5: nothing happens before the run is over. Expected an at of le',
    ],
    ['kind: kill, node: p1s01, at: 60 s', '20:5: nothing happens before the run is over.'],
    [
      'kind: kill, node: random, every: 2 s, until: 2 s',
      '20:52: the fault is over before it begins',
    ],
    [
      'kind: kill, node: random, at: 2 s, until: 9 s',
      '20:49: until ends a repetition, and there is',
    ],
  ])('are refused with { %s }, at their place', (fault, told) => {
    const problems = problemsOf(() =>
      parseScenario(`${GOOD}faults:\n  - { ${fault} }\n`, 's.yaml'),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`s.yaml:${told}`);
  });

  it('draw from the seed only where no node has that name', () => {
    const fault = 'faults: [{ kind: kill, node: random, at: 1 s }]\n';
    expect(
      problemsOf(() => parseScenario(GOOD.replaceAll('london', 'random') + fault, 's.yaml')),
    ).toEqual([
      's.yaml:19:30: a node is named random, so nobody knows which is meant. Give that node another name.',
    ]);
  });
});

describe('the ports of a scenario', () => {
  // 6 satellites of 4 + 1 terminals and a station of 1, and a transit probe for each of them: 38.
  it('may end with the last one there is', () => {
    const problems = problemsOf(() =>
      parseScenario(`network: {portBase: 65498}\n${GOOD}`, 's.yaml'),
    );
    expect(problems).toEqual([]);
  });

  it('may not go beyond it', () => {
    const problems = problemsOf(() =>
      parseScenario(`network: {portBase: 65499}\n${GOOD}`, 's.yaml'),
    );
    expect(problems).toEqual([
      's.yaml:1:21: 38 ports from 65499 on go beyond 65535. Expected at most 65498. ' +
        'Lower portBase, or leave it out for any free ports.',
    ]);
  });
});

describe('a scenario file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('that does not exist is named', () => {
    expect(problemsOf(() => loadScenario('nowhere.yaml'))).toEqual([
      'nowhere.yaml: there is no such file. Expected a YAML file that describes a scenario. ' +
        'Correct the path.',
    ]);
  });

  it('that cannot be read is named', () => {
    expect(problemsOf(() => loadScenario(folder))).toEqual([
      `${folder}: it cannot be read (EISDIR). Expected a YAML file that describes a scenario. ` +
        'Correct the path.',
    ]);
  });

  it('that is no scenario for its size is not even parsed', () => {
    const file = join(folder, 'video.yaml');
    writeFileSync(file, Buffer.alloc(4 * 2 ** 20 + 1, '#'));
    expect(problemsOf(() => loadScenario(file))).toEqual([
      `${file}: it is larger than 4 MiB. Expected a YAML file that describes a scenario. ` +
        'Correct the path.',
    ]);
  });
});
