import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Eid,
  equalEid,
  formatEid,
  ipnEid,
  isLocalNode,
  isNullEid,
  NULL_EID,
  parseEid,
  readEid,
  writeEid,
} from '#protocol/bundle/eid.ts';
import { CborReader } from '#protocol/bytes/cbor-reader.ts';
import { CborWriter } from '#protocol/bytes/cbor-writer.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { eidVectors } from './vectors.ts';

const encodings = eidVectors().filter((vector) => vector.hex !== undefined);
const uris = eidVectors().filter((vector) => vector.hex === undefined);

/** Valid for a lenient receiver; RFC 9171 §4.1 lets a receiver discard what is not deterministic. */
const DISCARDED: Readonly<Record<string, string>> = {
  'eid-nonshortest-scheme': 'cbor.not-shortest',
};

/** URIs that have a shorter or more telling form, which RFC 9758 §4 asks for. */
const FORMATTED: Readonly<Record<string, string>> = { 'eid-localnode': 'ipn:!.1' };

/** Encodings that are written in another form; blocks are sent on as they came all the same. */
const REENCODED: Readonly<Record<string, string>> = {
  'eid-dtn-none-text': '820100',
  'eid-indefinite': '8201672f2f6e6f64652f',
};

test('every vector is an encoding or a URI', () => {
  expect(encodings.length).toBe(25);
  expect(uris.length).toBe(20);
});

test.each(encodings)('$id decodes as it should', ({ id, hex, uri, valid, isNull }) => {
  const eid = readEid(new CborReader(fromHex(hex!)));
  if (!valid || id in DISCARDED) {
    expect(eid).toBeInstanceOf(Fault);
    if (valid) expect((eid as Fault).key).toBe(DISCARDED[id]);
    return;
  }
  if (eid instanceof Fault) throw new Error(eid.key);
  expect(formatEid(eid)).toBe(FORMATTED[id] ?? uri);
  expect(isNullEid(eid)).toBe(isNull ?? uri === 'dtn:none');
  expect(isLocalNode(eid)).toBe(id === 'eid-localnode');
  expect(encode(eid)).toBe(REENCODED[id] ?? hex);
  expect(equalEid(parse(uri!), eid)).toBe(true);
});

test.each(uris)('$uri ($note) is valid: $valid', ({ uri, valid }) => {
  const eid = parseEid(uri!);
  if (!valid) {
    expect(eid).toBeInstanceOf(Fault);
    expect((eid as Fault).key).toBe('eid.uri');
  } else {
    expect(formatEid(eid as Eid)).toBe(uri);
  }
});

test.each([
  ['820100', '8202820000', true],
  ['8202820000', '820283000000', true],
  ['8202820001', '820100', false],
  ['8202821b000ee8680000006401', '8202831a000ee868186401', true],
  ['8202820101', '8202820102', false],
  ['8202820101', '8202820201', false],
  ['820283010101', '820283020101', false],
  ['8201662f2f666f6f2f', '8201692f2f666f6f2f626172', false],
  ['8201662f2f666f6f2f', '8202820101', false],
])('%s and %s name one endpoint: %s', (a, b, same) => {
  expect(equalEid(decode(a), decode(b))).toBe(same);
  expect(equalEid(decode(b), decode(a))).toBe(same);
});

test.each([
  [
    'an allocator above 2^53 − 1 in two elements',
    '8202821bffffffff0000000701',
    'ipn:4294967295.7.1',
  ],
  ['a group', '8203820701', 'imc:7.1'],
  ['a group under a code for private use', '821a00010000820701', 'imc+65536:7.1'],
  ['a service of 2^53 − 1', '820282011b001fffffffffffff', 'ipn:1.9007199254740991'],
])('%s is kept exactly', (_name, hex, uri) => {
  expect(formatEid(decode(hex))).toBe(uri);
  expect(encode(decode(hex))).toBe(hex);
});

test.each([
  ['a service above 2^53 − 1', '820282011b0020000000000000', 'cbor.integer-range'],
  ['a text with a line break', '8201662f2f666f0a2f', 'eid.dtn-text'],
  ['a text with an escape', '8201662f2f661b6f2f', 'eid.dtn-text'],
  ['an empty text', '820160', 'eid.dtn-text'],
  ['one item', '8102', 'eid.structure'],
  ['another scheme', '8204820701', 'eid.scheme'],
  ['a reserved scheme', '8219ffff820701', 'eid.scheme'],
  ['imc with three elements', '820383070102', 'eid.structure'],
])('%s is refused', (_name, hex, key) => {
  expect((readEid(new CborReader(fromHex(hex))) as Fault).key).toBe(key);
});

test('a text of more than 1023 octets is refused, for ids of bundles are kept', () => {
  const dtn = (octets: number) => {
    const writer = new CborWriter().array(2).uint(1).text('/'.repeat(octets));
    return readEid(new CborReader(writer.finish()));
  };
  expect(dtn(1_023)).toMatchObject({ scheme: 'dtn' });
  expect((dtn(1_024) as Fault).key).toBe('eid.dtn-text');
});

test.each([
  'ipn:4294967296.1',
  'ipn:4294967296.1.1',
  'ipn:1.9007199254740992',
  'ipn:1.!.1',
  'ipn:-1.1',
  'dtn://node/a b',
  'imc:7',
  'imc+3.7:1',
  'imc+99:7.1',
  ' ipn:1.1',
])('%s is no URI of an endpoint', (text) => {
  expect((parseEid(text) as Fault).key).toBe('eid.uri');
});

test('an allocator sets an endpoint apart from the null endpoint and from this very node', () => {
  const nobody = parse('ipn:977000.0.0');
  const last = parse('ipn:977000.4294967295.1');
  expect(isNullEid(nobody)).toBe(false);
  expect(isLocalNode(last)).toBe(false);
  expect(formatEid(last)).toBe('ipn:977000.4294967295.1');
});

test('a URI with an allocator is written in three elements, others in two (RFC 9758 §6.1)', () => {
  expect(encode(parse('ipn:977000.100.1'))).toBe('8202831a000ee868186401');
  expect(encode(parse('ipn:0.100.1'))).toBe('820282186401');
});

test('ipnEid makes the endpoint that its URI names', () => {
  expect(ipnEid(101, 1001)).toEqual(parse('ipn:101.1001'));
  expect(() => ipnEid(2 ** 32, 1)).toThrow('32 bits');
  expect(() => ipnEid(1, -1)).toThrow('safe integer');
  expect(formatEid(NULL_EID)).toBe('dtn:none');
});

test('every endpoint reads back as it was written, from octets and from text', () => {
  fc.assert(
    fc.property(anyEid, (eid) => {
      expect(decode(encode(eid))).toEqual(eid);
      expect(equalEid(parse(formatEid(eid)), eid)).toBe(true);
    }),
  );
});

test('any octets give an endpoint that leaves as it came, or a fault', () => {
  const lead = fc.constantFrom(
    '8202',
    '820382',
    '821a00010000',
    '820282',
    '820283',
    '820165',
    '8201',
    '',
  );
  fc.assert(
    fc.property(lead, fc.uint8Array({ maxLength: 24 }), (start, rest) => {
      const reader = new CborReader(fromHex(start + toHex(rest)));
      const eid = readEid(reader);
      if (eid instanceof Fault || eid === NULL_EID || rest.includes(0x9f)) return;
      expect(encode(eid)).toBe(toHex(reader.octets.subarray(0, reader.offset)));
    }),
    { numRuns: 1000 },
  );
});

const word = fc.nat(0xffffffff);
const anyEid: fc.Arbitrary<Eid> = fc.oneof(
  fc.record({
    scheme: fc.constant('ipn'),
    allocator: word,
    node: word,
    service: fc.maxSafeNat(),
    items: fc.constantFrom(2, 3),
  }),
  fc.record({
    scheme: fc.constant('dtn'),
    ssp: fc.stringMatching(/^\/\/[a-z0-9._-]{1,12}\/[!-~]{0,12}$/),
  }),
  fc.record({
    scheme: fc.constant('imc'),
    code: fc.oneof(fc.constant(3), fc.integer({ min: 65_536, max: Number.MAX_SAFE_INTEGER })),
    group: fc.maxSafeNat(),
    service: fc.maxSafeNat(),
  }),
  fc.constant(NULL_EID),
);

function decode(hex: string): Eid {
  const reader = new CborReader(fromHex(hex));
  const eid = readEid(reader);
  if (eid instanceof Fault) throw new Error(eid.key);
  expect(reader.atEnd).toBe(true);
  return eid;
}

function encode(eid: Eid): string {
  const writer = new CborWriter();
  writeEid(writer, eid);
  return toHex(writer.finish());
}

function parse(text: string): Eid {
  const eid = parseEid(text);
  if (eid instanceof Fault) throw new Error(eid.key);
  return eid;
}
