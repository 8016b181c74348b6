import { describe, expect, it } from 'vitest';
import { parseNodeConfig } from '#node/config.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { decodeCredentials, encodeCredentials } from '#node/credentials-json.ts';
import { sampleConfig } from '../simulation/sample-config.ts';

describe('parseNodeConfig', () => {
  it('gives back a configuration that is right, also after a journey as JSON', () => {
    const config = sampleConfig();
    expect(parseNodeConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('takes a configuration without pings', () => {
    const config = sampleConfig();
    const { pings: _, ...services } = config.services;
    expect(parseNodeConfig({ ...config, services })).toEqual({ ...config, services });
  });

  it('takes a life of keys up to what the specification allows, and a suite', () => {
    const security = { suite: 'classical', rekeyAfterUs: 600_000_000 };
    const config = { ...sampleConfig(), security };
    expect(parseNodeConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('sorts the plan by start', () => {
    const config = sampleConfig();
    const { contacts, ranges } = config.plan;
    const plan = { contacts: [...contacts].reverse(), ranges: [...ranges].reverse() };
    const starts = parseNodeConfig({ ...config, plan }).plan.contacts.map((c) => c.startsAt);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  const mistakes: [string, (config: Editable) => void, string][] = [
    ['an unknown key', (c) => (c.color = 'red'), 'color is not a known key'],
    ['an unknown key inside', (c) => (c.link.mtu = 5), 'link.mtu is not a known key'],
    ['a missing key', (c) => delete c.store.octetsMax, 'store.octetsMax is missing'],
    ['a store nowhere', (c) => (c.store.directory = 7), 'store.directory is 7. Expected'],
    ['a store of air', (c) => (c.store.durability = 'air'), 'store.durability is "air". Expected'],
    [
      'a store in memory that has a directory',
      (c) => Object.assign(c.store, { durability: 'memory', directory: 'a' }),
      'store.directory is "a". Expected no directory where durability is memory',
    ],
    ['a missing section', (c) => delete c.plan, 'plan is missing'],
    ['a wrong kind', (c) => (c.node = '101'), 'node is "101". Expected a whole number from 1'],
    ['a fraction', (c) => (c.boot = 1.5), 'boot is 1.5. Expected a whole number of at least 1'],
    ['a bad word', (c) => (c.crypto = 'rot13'), 'Expected one of auto, noble, native'],
    ['an object for a list', (c) => (c.directory = {}), 'directory is {}. Expected a list'],
    ['a list for an object', (c) => (c.services = []), 'services is []. Expected an object'],
    ['a host name', (c) => (c.bind[0].host = 'localhost'), 'bind[0].host is "localhost"'],
    ['a port out of range', (c) => (c.bind[0].port = 65_536), 'bind[0].port is 65536'],
    ['too few addresses', (c) => c.bind.pop(), 'terminals is 2. Expected a whole number from 1'],
    [
      'more addresses than terminals may be',
      (c) => (c.bind = new Array(65).fill(c.bind[0])),
      'Expected a list of at most 64 items',
    ],
    ['a frame too small for a HELLO', (c) => (c.link.frameOctetsMax = 268), 'Max is 268'],
    [
      'a unit that makes too large a bundle',
      (c) => (c.services.sources[0].sizeOctets = 1_048_576),
      'sizeOctets is 1048576',
    ],
    [
      'a frame that its code does not fit',
      (c) => Object.assign(c.link, CODED, { frameOctetsMax: 1_023 }),
      'link.frameOctetsMax is 1023. Expected a multiple of 5 from 275 to 1115, for the code',
    ],
    [
      'a code over frames of variable length',
      (c) => Object.assign(c.link, CODED, { fixedLength: false }),
      'Expected fixedLength to be true as well',
    ],
    [
      'idle frames of variable length',
      (c) => (c.link.idleFrames = true),
      'link.idleFrames is true',
    ],
    ['an insert zone in them', (c) => (c.link.insertZoneOctets = 4), 'link.insertZoneOctets is 4'],
    ['all of the line for bulk', (c) => (c.link.bulkShare = 1), 'Expected a number from 0 to 0.9'],
    ['a green class that is none', (c) => (c.link.greenClasses = [4]), 'greenClasses[0] is 4'],
    ['a giant frame', (c) => (c.link.frameOctetsMax = 65_508), 'link.frameOctetsMax is 65508'],
    [
      'a contact that ends before it starts',
      (c) => (c.plan.contacts[0].endsAt = 0),
      'plan.contacts[0].endsAt is 0',
    ],
    ['a range the wrong way round', (c) => (c.plan.ranges[0].b = 101), 'plan.ranges[0].b is 101'],
    [
      'a bad endpoint',
      (c) => (c.services.sources[0].destination = 'http://x'),
      'services.sources[0].destination is "http://x". Expected an endpoint such as ipn:102.9',
    ],
    [
      'keys that serve too long',
      (c) => (c.security = { rekeyAfterUs: 600_000_001 }),
      'security.rekeyAfterUs is 600000001. Expected a whole number from 1000000 to 600000000',
    ],
    ['a suite of no name', (c) => (c.security = { suite: 'best' }), 'one of classical, hybrid'],
    [
      'two admission keys of one epoch',
      (c) => (c.credentials.admissionKeys[1].epoch = c.credentials.admissionKeys[0].epoch),
      'credentials.admissionKeys is not right. Expected one admission key for each epoch',
    ],
    ['an unknown key of security', (c) => (c.security = { rekey: 1 }), 'security.rekey is not'],
    ['a profile of no name', (c) => (c.bundles.strictness = 'lax'), 'one of strict, tolerant'],
    [
      'fragments too small for their blocks',
      (c) => (c.bundles.fragmentOctetsMax = 511),
      'bundles.fragmentOctetsMax is 511. Expected a whole number from 512 to 1048576',
    ],
    [
      'no set of fragments at all',
      (c) => (c.bundles.reassembly.setsMax = 0),
      'bundles.reassembly.setsMax is 0',
    ],
    [
      'a group that is a singleton',
      (c) => (c.bundles.groups.memberOf[1].group = 'ipn:8.1.0'),
      'bundles.groups.memberOf[1].group is "ipn:8.1.0". Expected a group, such as',
    ],
    [
      'groups of another code than theirs',
      (c) => (c.bundles.groups.memberOf[2].group = 'imc:7.1'),
      'bundles.groups.memberOf[2].group is "imc:7.1". Expected a group, such as',
    ],
    [
      'a scheme whose code others may get',
      (c) => (c.bundles.groups.imcScheme = 65_535),
      'bundles.groups.imcScheme is 65535. Expected 3, or a code for private use, from 65536 on',
    ],
    [
      'the group of statements again',
      (c) => (c.bundles.groups.statements = 'imc+65536:7.1'),
      'bundles.groups.memberOf[2].group is "imc+65536:7.1". Expected each group once',
    ],
    [
      'the number of the statement service',
      (c) => (c.services.sources[0].service = 61),
      'service 61 is used twice',
    ],
    [
      'an absence that ends as it begins',
      (c) => (c.services.sinkAbsences = [{ startsAt: 5, endsAt: 5 }]),
      'services.sinkAbsences[0].endsAt is 5. Expected a whole number of at least 6',
    ],
    [
      'a report of no name',
      (c) => (c.services.sources[0].reports = ['arrival']),
      'services.sources[0].reports[0] is "arrival". Expected one of reception, forwarding',
    ],
    [
      'a group twice',
      (c) => (c.bundles.groups.memberOf[1].group = 'dtn://all/~alerts'),
      'bundles.groups.memberOf[1].group is "dtn://all/~alerts". Expected each group once',
    ],
    [
      'an endpoint that is a group',
      (c) => (c.bundles.endpoints = [{ endpoint: 'dtn://all/~alerts', service: 9 }]),
      'bundles.endpoints[0].endpoint is "dtn://all/~alerts". Expected an endpoint of one node',
    ],
    [
      'an endpoint of nobody',
      (c) => (c.bundles.endpoints = [{ endpoint: 'ipn:0.0', service: 9 }]),
      'bundles.endpoints[0].endpoint is "ipn:0.0"',
    ],
    [
      'an endpoint that the numbers of nodes give to one of them',
      (c) => (c.bundles.endpoints = [{ endpoint: 'ipn:103.5', service: 9 }]),
      'bundles.endpoints[0].endpoint is "ipn:103.5". Expected an endpoint of one node',
    ],
    [
      'an endpoint twice',
      (c) => (c.bundles.endpoints = [1, 2].map((service) => ({ endpoint: 'ipn:7.1.1', service }))),
      'bundles.endpoints[1].endpoint is "ipn:7.1.1". Expected each endpoint once',
    ],
    [
      'a key unknown to bundles',
      (c) => (c.bundles.custody = true),
      'bundles.custody is not a known key. Expected strictness, statusReports',
    ],
    ['a bad class', (c) => (c.services.pings[0].trafficClass = 4), 'trafficClass is 4'],
    [
      'two services of one number',
      (c) => (c.services.sources[0].service = 9),
      'service 9 is used twice',
    ],
    [
      'a terminal that does not exist',
      (c) => (c.plan.contacts[0].fromTerminal = 2),
      'the contact with node 102 at 0 uses terminal 2 of 2',
    ],
    [
      'a neighbour without an address',
      (c) => c.directory.pop(),
      'the contact with node 102 at 0 leads to terminal 1, which has no address',
    ],
    [
      'a neighbour of its own spacecraft id',
      (c) => (c.directory[1].scid = 101),
      'the contact with node 102 at 0 joins two ends of one spacecraft id, 101',
    ],
    [
      'two contacts at once',
      (c) => (c.plan.contacts[2].startsAt = 5_000_000),
      'the contact with node 102 at 5000000 uses terminal 0 during another contact',
    ],
  ];
  it.each(mistakes)('refuses %s, with place and remedy', (_, spoil, told) => {
    const config: Editable = JSON.parse(JSON.stringify(sampleConfig()));
    spoil(config);
    const error = caught(() => parseNodeConfig(config));
    expect(error).toBeInstanceOf(ConfigError);
    expect(formatConfigError(error as ConfigError)).toContain(told);
    expect((error as ConfigError).remedy).not.toBe('');
  });

  const span = { node: 7, engine: 70, address: { host: '192.0.2.7', port: 1113 } };
  const spans: [string, object, string][] = [
    ['a neighbour of LTP in the directory', { neighbours: [{ ...span, node: 102 }] }, 'node 102'],
    ['one twice', { neighbours: [span, span] }, 'ltp.neighbours names node 7, which is there'],
    [
      'one with the engine of this node',
      { engine: 70, neighbours: [span] },
      'ltp.neighbours gives node 7 the engine of this node',
    ],
    [
      'segments too small for their heads',
      { neighbours: [{ ...span, segmentOctetsMax: 95 }] },
      'ltp.neighbours[0].segmentOctetsMax is 95. Expected a whole number from 96 to 65507',
    ],
    ['an engine 0', { engine: 0, neighbours: [] }, 'ltp.engine is 0. Expected a whole number'],
    [
      'a host by name',
      { neighbours: [{ ...span, address: { host: 'ion.example', port: 1113 } }] },
      'ltp.neighbours[0].address.host is "ion.example"',
    ],
  ];
  it.each(spans)('refuses %s', (_, ltp, told) => {
    const error = caught(() => parseNodeConfig({ ...sampleConfig(), ltp }));
    expect(formatConfigError(error as ConfigError)).toContain(told);
  });

  it('takes a contact with a neighbour of LTP, at its one address', () => {
    const config: Editable = JSON.parse(
      JSON.stringify({ ...sampleConfig(), ltp: { neighbours: [span] } }),
    );
    const [first] = config.plan.contacts;
    const contact = { ...first, from: 101, to: 7, fromTerminal: 1, toTerminal: 0 };
    config.plan.contacts = [contact];
    expect(parseNodeConfig(config).ltp).toEqual({ neighbours: [span] });
    contact.toTerminal = 1;
    const error = caught(() => parseNodeConfig(config));
    expect(formatConfigError(error as ConfigError)).toContain('leads to terminal 1, which has no');
  });

  it('takes a channel with everything that it may have', () => {
    const config: Editable = JSON.parse(JSON.stringify(sampleConfig()));
    const ocf = { ocf: true, idleFrames: true, insertZoneOctets: 3, bulkShare: 0.05, ltp: true };
    Object.assign(config.link, { vcfCountOctets: 7, greenClasses: [0, 3] });
    Object.assign(config.link, CODED, ocf, { frameOctetsMax: 1_115 });
    expect(parseNodeConfig(config).link).toEqual(config.link);
  });

  it('never shows a secret that is wrong', () => {
    const config: Editable = JSON.parse(JSON.stringify(sampleConfig()));
    const secret = config.credentials.identityPrivateKey;
    config.credentials.identityPrivateKey = `${secret}00`;
    const error = caught(() => parseNodeConfig(config));
    const told = formatConfigError(error as ConfigError);
    expect(told).toContain('credentials.identityPrivateKey is not right');
    expect(told).toContain('32 octets in hexadecimal');
    expect(told).not.toContain(secret.slice(0, 8));
  });

  it('never shows secrets that stand in the wrong place', () => {
    const config: Editable = JSON.parse(JSON.stringify(sampleConfig()));
    const secret = config.credentials.identityPrivateKey;
    for (const credentials of [
      secret,
      [secret],
      { ...config.credentials, rootPublicKeys: secret },
    ]) {
      const error = caught(() => parseNodeConfig({ ...config, credentials }));
      const told = formatConfigError(error as ConfigError);
      expect(told).toMatch(/^credentials(\.rootPublicKeys)? is not right\. Expected an? /);
      expect(told).not.toContain(secret.slice(0, 8));
    }
  });

  it('refuses what is no object at all', () => {
    for (const value of [null, 5, 'x', [], undefined]) {
      expect(() => parseNodeConfig(value)).toThrow(ConfigError);
    }
  });
});

describe('credentials as JSON', () => {
  it('come back as they were', () => {
    const { credentials } = sampleConfig();
    expect(encodeCredentials(decodeCredentials(credentials))).toEqual(credentials);
  });
});

const CODED = {
  fixedLength: true,
  coding: { reedSolomon: { correctableMax: 16, interleave: 5 }, randomizer: 'long' },
};

// biome-ignore lint/suspicious/noExplicitAny: tests spoil any place of it.
type Editable = any;

function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
