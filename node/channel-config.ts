/** The managed parameters of a node's links, as a person writes them. */
import { type ChannelCoding, type ChannelOptions, frameSizes } from '#protocol/link/channel.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import type { JsonCursor } from './json-cursor.ts';

/** Reads and checks them; throws ConfigError with the place and the remedy. */
export function readChannel(cursor: JsonCursor): ChannelOptions {
  cursor.object(KEYS);
  const coding = cursor.at('coding');
  const options = {
    vcfCountOctets: octets(cursor.at('vcfCountOctets'), VCF_COUNT_OCTETS_MAX),
    fixedLength: flag(cursor.at('fixedLength')),
    idleFrames: flag(cursor.at('idleFrames')),
    insertZoneOctets: octets(cursor.at('insertZoneOctets'), INSERT_ZONE_OCTETS_MAX),
    ocf: flag(cursor.at('ocf')),
    bulkShare: share(cursor.at('bulkShare')),
    ltp: flag(cursor.at('ltp')),
    greenClasses: classes(cursor.at('greenClasses')),
    coding: coding.present ? readCoding(coding) : undefined,
  };
  checkLength(cursor, options);
  const { min, max, multipleOf } = frameSizes(options, DATAGRAM_OCTETS_MAX);
  const frame = cursor.at('frameOctetsMax');
  const frameOctetsMax = frame.integer(min, max);
  if (frameOctetsMax % multipleOf !== 0) {
    throw frame.mistake(`a multiple of ${multipleOf} from ${min} to ${max}, for the code`);
  }
  return { ...options, frameOctetsMax };
}

function readCoding(cursor: JsonCursor): ChannelCoding {
  cursor.object(['reedSolomon', 'randomizer']);
  const reedSolomon = cursor.at('reedSolomon');
  const randomizer = cursor.at('randomizer');
  return {
    reedSolomon: reedSolomon.present ? readReedSolomon(reedSolomon) : undefined,
    randomizer: randomizer.present ? randomizer.oneOf(['long', 'short']) : undefined,
  };
}

function readReedSolomon(cursor: JsonCursor): NonNullable<ChannelCoding['reedSolomon']> {
  cursor.object(['correctableMax', 'interleave']);
  return {
    correctableMax: cursor.at('correctableMax').oneOf([8, 16]),
    interleave: cursor.at('interleave').oneOf([1, 2, 3, 4, 5, 8]),
  };
}

/** What only frames of fixed length can have. */
function checkLength(cursor: JsonCursor, options: Omit<ChannelOptions, 'frameOctetsMax'>): void {
  if (options.fixedLength) return;
  const expected = 'fixedLength to be true as well';
  if (options.idleFrames) throw cursor.at('idleFrames').mistake(expected);
  if (options.insertZoneOctets) throw cursor.at('insertZoneOctets').mistake(expected);
  if (options.coding?.reedSolomon) throw cursor.at('coding').at('reedSolomon').mistake(expected);
}

const flag = (cursor: JsonCursor) => (cursor.present ? cursor.boolean() : undefined);
const octets = (cursor: JsonCursor, max: number) =>
  cursor.present ? cursor.integer(0, max) : undefined;
const classes = (cursor: JsonCursor) =>
  cursor.present ? cursor.list(4, (each) => each.integer(0, 3) as TrafficClass) : undefined;
const share = (cursor: JsonCursor) =>
  cursor.present ? cursor.number(0, BULK_SHARE_MAX) : undefined;

const KEYS = [
  'frameOctetsMax',
  'vcfCountOctets',
  'fixedLength',
  'idleFrames',
  'insertZoneOctets',
  'ocf',
  'bulkShare',
  'ltp',
  'greenClasses',
  'coding',
];

/** The most that UDP carries. */
export const DATAGRAM_OCTETS_MAX = 65_507;
/** What three bits can say. */
const VCF_COUNT_OCTETS_MAX = 7;
/** More than any insert service has been given. */
export const INSERT_ZONE_OCTETS_MAX = 1_024;
/** Bulk is promised a part of the line, and leaves some of it to everything else. */
export const BULK_SHARE_MAX = 0.9;
