/** CBOR, endpoint ids, bundles, channel coding and control words. */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { checkCrc, readCrcType, readFlags } from '#protocol/bundle/block-items.ts';
import {
  type Bundle,
  bundleId,
  decodeBundle,
  decodePrimary,
  encodeBundle,
  payloadOf,
} from '#protocol/bundle/bundle.ts';
import { readCanonicalBlock, writeCanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import {
  type Eid,
  equalEid,
  formatEid,
  parseEid,
  readEid,
  writeEid,
} from '#protocol/bundle/eid.ts';
import {
  decodeBundleAge,
  decodeHopCount,
  decodePreviousNode,
  decodeTrafficClass,
  encodeBundleAge,
  encodeHopCount,
  encodePreviousNode,
  encodeTrafficClass,
} from '#protocol/bundle/extension-blocks.ts';
import { mayFragment, splitBundle } from '#protocol/bundle/fragment.ts';
import { readPrimaryBlock, writePrimaryBlock } from '#protocol/bundle/primary-block.ts';
import { decodeStatusReport, encodeStatusReport } from '#protocol/bundle/status-report.ts';
import { refuse } from '#protocol/bundle/strictness.ts';
import { CborReader } from '#protocol/bytes/cbor-reader.ts';
import { CborWriter } from '#protocol/bytes/cbor-writer.ts';
import { fromHex, utf8Decode, utf8Encode } from '#protocol/bytes/octets.ts';
import { decodeBlock, encodeBlock, overheadOctets } from '#protocol/coding/coded-block.ts';
import { decodeReedSolomon, isDataLength, parityOctets } from '#protocol/coding/reed-solomon.ts';
import { decodeClcw, encodeClcw } from '#protocol/cop1/clcw.ts';
import { Fault } from '#protocol/fault.ts';
import {
  accepted,
  decoder,
  favouring,
  promise,
  same,
  type Target,
  vectorOctets,
} from '../target.ts';

const bundles = vectorOctets(['bundles-public', 'bundles-derived', 'bundles-malformed'], 8);
const eids = vectorOctets(['eid']);
const eidTexts = texts(JSON.parse(readFileSync('test/vectors/eid.json', 'utf8')));
const clcws = vectorOctets(['ccsds-cop1']).filter(({ length }) => length === 4);
const cbor = [...bundles, ...eids, ...vectorOctets(['link-handshake'], 2)];

/** Every method of the cursor, chosen by the octets themselves. */
function wander(octets: Uint8Array): boolean {
  const reader = new CborReader(octets);
  let fault = false;
  // Each turn reads an item or ends the walk.
  for (let turn = 0; turn < octets.length && !reader.atEnd && !fault; turn++) {
    const before = reader.offset;
    const result = step(reader, octets[(turn * 7) % octets.length]!);
    fault = result instanceof Fault;
    promise(fault || reader.offset > before || result === false, 'the cursor moves on');
    promise(fault || reader.offset <= octets.length, 'the cursor stays inside');
    if (result === false) return false;
  }
  return !fault;
}

function step(reader: CborReader, choice: number): unknown {
  switch (choice % 11) {
    case 0:
      return reader.uint();
    case 1:
      return reader.uint64();
    case 2:
      return reader.int();
    case 3:
      return reader.bytes();
    case 4:
      return reader.text();
    case 5: {
      const value = reader.boolean();
      return value instanceof Fault ? value : 1;
    }
    case 6:
      return reader.arrayHead(true);
    case 7:
      return reader.mapHead();
    case 8:
      return reader.tag();
    case 9:
      return reader.takeBreak() || reader.skip();
    default:
      return reader.skip();
  }
}

function feedBundle(octets: Uint8Array): boolean {
  const primary = decodePrimary(octets);
  return accepted(decodeBundle(octets), (bundle) => {
    promise(!(primary instanceof Fault), 'a bundle has a primary block');
    const written = encodeBundle(bundle);
    if (!(decodeBundle(octets, refuse) instanceof Fault)) same(written, octets);
    // Without the octets as they came, the same bundle in canonical form.
    const fresh = encodeBundle(withoutOctets(bundle));
    promise(!(decodeBundle(fresh) instanceof Fault), 'a bundle rewritten is a bundle');
    const parts = mayFragment(bundle) ? (splitBundle(bundle, 300) ?? []) : [];
    for (const part of parts) {
      promise(!(decodeBundle(encodeBundle(part)) instanceof Fault), 'a part is a bundle');
    }
    promise(bundleId(bundle.primary, payloadOf(bundle).data.length).length > 0, 'it has a name');
  });
}

function withoutOctets({ primary, blocks }: Bundle): Bundle {
  const bare = blocks.map((block) => ({ ...block, octets: undefined }));
  return { primary: { ...primary, octets: undefined }, blocks: bare };
}

/** What a function that reads from a cursor takes, written again. */
function feedReader<T>(
  read: (reader: CborReader) => T | Fault,
  write: (writer: CborWriter, value: T) => void,
) {
  return (octets: Uint8Array): boolean => {
    const reader = new CborReader(octets);
    return accepted(read(reader), (value) => {
      const writer = new CborWriter();
      write(writer, value);
      same(writer.finish(), octets.subarray(0, reader.offset));
    });
  };
}

const CODINGS = [
  { reedSolomon: undefined, randomizer: undefined, markerBitErrorsMax: 0 },
  { reedSolomon: undefined, randomizer: 'long', markerBitErrorsMax: 2 },
  { reedSolomon: { correctableMax: 16, interleave: 1 }, randomizer: 'long', markerBitErrorsMax: 4 },
  { reedSolomon: { correctableMax: 8, interleave: 3 }, randomizer: 'short', markerBitErrorsMax: 0 },
  {
    reedSolomon: { correctableMax: 16, interleave: 5 },
    randomizer: undefined,
    markerBitErrorsMax: 0,
  },
] as const;

const PLAIN_CODE = { ...CODINGS[2], randomizer: undefined };
const reports = vectorOctetsOf('status-reports', 'adminRecordHex');
const frame = Uint8Array.from({ length: 120 }, (_, at) => at * 7);
const blocks = [
  ...vectorOctets(['ccsds-sync-coding'], 4),
  ...CODINGS.map((coding) => encodeBlock(frame, coding)),
];

/** One field of every vector of a file. */
function vectorOctetsOf(file: string, field: string): Uint8Array[] {
  const { vectors } = JSON.parse(readFileSync(`test/vectors/${file}.json`, 'utf8'));
  return vectors.map((vector: Record<string, string>) => fromHex(vector[field]!));
}

export const FORMAT_TARGETS: readonly Target[] = [
  decoder('CborReader', cbor, wander, ['CborReader'], 16),
  decoder('decodeBundle', bundles, feedBundle, [
    'decodeBundle',
    'readBundle',
    'decodePrimary',
    'checkSenderRules',
  ]),
  decoder('decodeStatusReport', reports, (octets) =>
    accepted(decodeStatusReport(octets), (report) => {
      const again = decodeStatusReport(encodeStatusReport(report));
      promise(!(again instanceof Fault), 'a report written is a report');
    }),
  ),
  decoder(
    'readPrimaryBlock',
    bundles.map((octets) => octets.subarray(1)),
    (octets) => {
      const reader = new CborReader(octets);
      return accepted(readPrimaryBlock(reader), (primary) => {
        const writer = new CborWriter();
        writePrimaryBlock(writer, primary);
        same(writer.finish(), octets.subarray(0, reader.offset));
      });
    },
  ),
  decoder(
    'readCanonicalBlock',
    canonicalBlocks(),
    feedReader(readCanonicalBlock, writeCanonicalBlock),
  ),
  decoder(
    'block items',
    canonicalBlocks(),
    (octets) => {
      accepted(readFlags(new CborReader(octets)));
      accepted(readCrcType(new CborReader(octets)));
      // Where the CRC of a block is: its last item.
      return ([1, 2] as const).some((crcType) => {
        const at = Math.max(0, octets.length - 1 - 2 * crcType);
        return checkCrc(new CborReader(octets, at), 0, crcType) === undefined;
      });
    },
    ['readFlags', 'readCrcType', 'checkCrc'],
  ),
  decoder('readEid', [...eids, fromHex('8202820101')], (octets) => {
    const reader = new CborReader(octets);
    return accepted(readEid(reader), (eid) => {
      const writer = new CborWriter();
      writeEid(writer, eid);
      const again = readEid(new CborReader(writer.finish()));
      promise(!(again instanceof Fault) && equalEid(again, eid), 'an endpoint id comes back');
      promise(formatEid(again as Eid) === formatEid(eid), 'and has one text');
    });
  }),
  decoder('parseEid', eidTexts.map(utf8Encode), (octets) => {
    const text = utf8Decode(octets);
    if (text === undefined) return false;
    return accepted(parseEid(text), (eid) => {
      const again = parseEid(formatEid(eid));
      promise(!(again instanceof Fault) && equalEid(again, eid), 'a text means one endpoint id');
    });
  }),
  decoder(
    'decodePreviousNode',
    eids,
    (octets) => accepted(decodePreviousNode(octets), (node) => encodePreviousNode(node)),
    ['decodePreviousNode', 'readPreviousNode'],
  ),
  decoder(
    'decodeBundleAge',
    [encodeBundleAge(5), encodeBundleAge(2 ** 40)],
    (octets) => readsBack(octets, decodeBundleAge, encodeBundleAge),
    ['decodeBundleAge', 'readBundleAge'],
  ),
  decoder(
    'decodeHopCount',
    [encodeHopCount({ limit: 30, count: 2 })],
    (octets) => readsBack(octets, decodeHopCount, encodeHopCount),
    ['decodeHopCount', 'readHopCount'],
  ),
  decoder('decodeTrafficClass', [encodeTrafficClass(3), encodeTrafficClass(0)], (octets) =>
    readsBack(octets, decodeTrafficClass, encodeTrafficClass),
  ),
  decoder(
    'decodeBlock',
    blocks,
    (octets) => {
      let any = false;
      for (const coding of CODINGS) {
        const overhead = overheadOctets(coding);
        const decoded = decodeBlock(octets, coding);
        any =
          accepted(decoded, (block) => {
            promise(block.frame.length === octets.length - overhead, 'the frame is what is left');
            const again = decodeBlock(encodeBlock(block.frame, coding), coding);
            promise(
              !(again instanceof Fault) && again.correctedSymbols === 0,
              'corrected for good',
            );
          }) || any;
      }
      return any;
    },
    ['decodeBlock'],
    2,
  ),
  decoder(
    'decodeReedSolomon',
    favouring([encodeBlock(frame, PLAIN_CODE).subarray(4)], blocks),
    (octets) => {
      const code = { correctableMax: 16, interleave: 1 } as const;
      if (!isDataLength(octets.length - parityOctets(code), code)) return false;
      const block = octets.slice();
      return accepted(decodeReedSolomon(block, code), (count) => {
        const different = block.reduce((sum, octet, at) => sum + (octet === octets[at] ? 0 : 1), 0);
        promise(count === different, 'it counts what it corrects');
      });
    },
    ['decodeReedSolomon'],
    2,
  ),
  decoder('decodeClcw', clcws, (octets) =>
    accepted(decodeClcw(octets), (clcw) => same(encodeClcw(clcw), octets)),
  ),
];

function canonicalBlocks(): Uint8Array[] {
  return bundles.flatMap((octets) => {
    const bundle = decodeBundle(octets);
    if (bundle instanceof Fault) return [];
    return bundle.blocks.flatMap((block) => (block.octets === undefined ? [] : [block.octets]));
  });
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return /^(ipn|dtn):/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** A value may come with heads that are too long; written, it is as short as can be, and the same. */
function readsBack<T>(
  octets: Uint8Array,
  decode: (octets: Uint8Array) => T | Fault,
  encode: (value: T) => Uint8Array,
): boolean {
  return accepted(decode(octets), (value) => {
    const written = encode(value);
    promise(written.length <= octets.length, 'what is written is no longer than what was read');
    promise(isDeepStrictEqual(decode(written), value), 'what is written reads as the same');
  });
}
