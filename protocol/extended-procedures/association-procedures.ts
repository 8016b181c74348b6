/**
 * The data of the PDUs that manage associations. All begin with the SPI, 2 octets; behind it:
 *
 *   create       | flags and widths 2 | MAC octets 1 | then, each behind its length:
 *                | encryption suite | IV | authentication suite | mask | number | window |
 *   rekey        | [encryption key id 2] | key id 2 | number |
 *   start        | channel id 4 |*
 *   set number   | number |         set window   | window |
 *   read number, stop, expire, delete, status    nothing
 *   replies      | number |   or   | id of the last transition 1 |
 *
 * The number is what the book calls ARSN or IV. Its length fields are taken to count octets, which
 * the book leaves open. Source: CCSDS 355.1-B-1 §5.5, annex D.
 */

import { assert } from '../assert.ts';
import type { AssociationDefinition } from '../association/association.ts';
import { type Suite, suiteFits } from '../association/protection.ts';
import { numberOctets } from '../association/static-keys.ts';
import { concat, toHex } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { LENGTH, VALUE } from './faults.ts';
import { FieldReader, uintOctets } from './fields.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

/** Channels in one Start SA. */
export const CHANNELS_MAX = 64;

/** The SPI alone; `procedures.length`. */
export function decodeSpi(
  data: Uint8Array,
  { trailingOctetsMax }: ProcedureParameters,
): number | Fault {
  const reader = new FieldReader(data, trailingOctetsMax);
  const spi = reader.uint(SPI_OCTETS);
  return reader.end ?? spi;
}

/** Fresh data of a command that holds nothing but the SPI. */
export function encodeSpi(spi: number): Uint8Array {
  return uintOctets(spi, SPI_OCTETS);
}

/** An association and a number, a view. */
export interface SpiNumber {
  readonly spi: number;
  readonly number: Uint8Array;
}

/** Set ARSN, and the reply to Read ARSN; `procedures.length`. */
export function decodeSpiNumber(
  data: Uint8Array,
  { trailingOctetsMax, numberOctets: width }: ProcedureParameters,
): SpiNumber | Fault {
  const reader = new FieldReader(data, trailingOctetsMax);
  const spi = reader.uint(SPI_OCTETS);
  const number = reader.octets(width);
  return reader.end ?? { spi, number };
}

/** Fresh data of an association and a number, which is right-justified. */
export function encodeSpiNumber({ spi, number }: SpiNumber, managed: ProcedureParameters) {
  return concat([encodeSpi(spi), justified(number, managed)]);
}

/** Which key an association gets, and from which number it counts. */
export interface Rekeying extends SpiNumber {
  readonly keyId: number;
}

/** Rekey SA; `procedures.length`, or `value` where two keys are named that are not one. */
export function decodeRekey(data: Uint8Array, managed: ProcedureParameters): Rekeying | Fault {
  const reader = new FieldReader(data, managed.trailingOctetsMax);
  const spi = reader.uint(SPI_OCTETS);
  const encryptionKeyId = reader.uint(managed.encryptionKeyIdOctets);
  const keyId = reader.uint(KEY_ID_OCTETS);
  const number = reader.octets(managed.numberOctets);
  if (reader.end !== undefined) return reader.end;
  if (managed.encryptionKeyIdOctets > 0 && encryptionKeyId !== keyId) return VALUE;
  return { spi, keyId, number };
}

/** Fresh data of Rekey SA. */
export function encodeRekey(rekeying: Rekeying, managed: ProcedureParameters): Uint8Array {
  const { spi, keyId, number } = rekeying;
  return concat([
    encodeSpi(spi),
    uintOctets(keyId, managed.encryptionKeyIdOctets),
    uintOctets(keyId, KEY_ID_OCTETS),
    justified(number, managed),
  ]);
}

/** Which channels an association is to serve, packed by `channelId`. */
export interface Starting {
  readonly spi: number;
  readonly channels: readonly number[];
}

/** Start SA; `procedures.length`. */
export function decodeStart(
  data: Uint8Array,
  { trailingOctetsMax }: ProcedureParameters,
): Starting | Fault {
  const reader = new FieldReader(data, trailingOctetsMax % CHANNEL_OCTETS);
  const spi = reader.uint(SPI_OCTETS);
  const count = reader.itemsLeft(CHANNEL_OCTETS);
  if (count < 1 || count > CHANNELS_MAX) return LENGTH;
  const channels: number[] = [];
  // Bounded by CHANNELS_MAX.
  for (let i = 0; i < count; i++) channels.push(reader.uint(CHANNEL_OCTETS));
  return reader.end ?? { spi, channels };
}

/** Fresh data of Start SA. */
export function encodeStart({ spi, channels }: Starting): Uint8Array {
  assert(channels.length >= 1 && channels.length <= CHANNELS_MAX, 'a start names 1 to 64 channels');
  return concat([encodeSpi(spi), ...channels.map((id) => uintOctets(id, CHANNEL_OCTETS))]);
}

/** How far ahead the next number of an association may be. */
export interface Window {
  readonly spi: number;
  readonly width: number;
}

/** Set ARSN Window; `procedures.length`, or `value` for one that lets nothing in. */
export function decodeWindow(data: Uint8Array, managed: ProcedureParameters): Window | Fault {
  const reader = new FieldReader(data, managed.trailingOctetsMax);
  const spi = reader.uint(SPI_OCTETS);
  const width = reader.uint(managed.windowOctets);
  if (reader.end !== undefined) return reader.end;
  return width >= 1 ? { spi, width } : VALUE;
}

/** Fresh data of Set ARSN Window. */
export function encodeWindow({ spi, width }: Window, managed: ProcedureParameters): Uint8Array {
  return concat([encodeSpi(spi), uintOctets(width, managed.windowOctets)]);
}

/** The last transition of an association. */
export interface Status {
  readonly spi: number;
  /** Old state and new state, two bits each. */
  readonly transition: number;
}

/** The reply about a status; `procedures.length`. */
export function decodeStatus(data: Uint8Array): Status | Fault {
  const reader = new FieldReader(data, 0);
  const spi = reader.uint(SPI_OCTETS);
  const transition = reader.uint(1);
  return reader.end ?? { spi, transition };
}

/** Fresh data of the reply about a status. */
export function encodeStatus({ spi, transition }: Status): Uint8Array {
  return concat([encodeSpi(spi), Uint8Array.of(transition)]);
}

/** A new association as both ends want it. */
export interface Creation {
  readonly spi: number;
  readonly definition: AssociationDefinition;
}

/** Create SA; `procedures.length`, or `value` for what this node cannot be. */
export function decodeCreate(data: Uint8Array, managed: ProcedureParameters): Creation | Fault {
  const reader = new FieldReader(data, managed.trailingOctetsMax);
  const spi = reader.uint(SPI_OCTETS);
  const widths = reader.uint(2);
  const macOctets = reader.uint(1);
  const encryption = toHex(reader.octets(reader.uint(1)));
  const iv = reader.octets(reader.uint(1)).slice();
  const authentication = toHex(reader.octets(reader.uint(1)));
  const mask = reader.octets(reader.uint(managed.maskLengthOctets)).slice();
  reader.octets(reader.uint(1));
  const windowField = reader.octets(reader.uint(1));
  if (reader.end !== undefined) return reader.end;
  if (windowField.length > WINDOW_OCTETS_MAX) return VALUE;
  const windowWidth = new FieldReader(windowField, 0).uint(windowField.length);
  const suite = suiteOf(widths >> 14, encryption, authentication, managed);
  if (suite === undefined || windowWidth < 1) return VALUE;
  const unmasked = {
    ivOctets: (widths >> 8) & 63,
    sequenceNumberOctets: (widths >> 2) & 63,
    padLengthOctets: widths & 3,
    macOctets,
    mask: undefined,
  };
  const { ivOctets, sequenceNumberOctets, padLengthOctets } = unmasked;
  const headerOctets = SPI_OCTETS + ivOctets + sequenceNumberOctets + padLengthOctets;
  const securityOctets = headerOctets + macOctets;
  if (securityOctets < managed.securityOctetsMin) return VALUE;
  if (securityOctets > managed.securityOctetsMax) return VALUE;
  if (mask.length > 0 && mask.length !== managed.prefixOctets + headerOctets) return VALUE;
  const fields = { ...unmasked, mask: mask.length > 0 ? mask : managed.mask(unmasked) };
  const fixedIv = iv.subarray(0, Math.max(0, iv.length - fields.ivOctets));
  const definition = { suite, fields, fixedIv, windowWidth };
  return fits(definition) ? { spi, definition } : VALUE;
}

/** Fresh data of Create SA, for a definition that the managed parameters can name. */
export function encodeCreate(creation: Creation, managed: ProcedureParameters): Uint8Array {
  const { spi, definition } = creation;
  const { suite, fields, fixedIv = NOTHING, windowWidth } = definition;
  const [encryption, authentication] = namesOf(suite, managed);
  const flags = (suite in IV_SUITES ? 2 : 0) | (fields.macOctets > 0 ? 1 : 0);
  const widths =
    (flags << 14) |
    (fields.ivOctets << 8) |
    (fields.sequenceNumberOctets << 2) |
    fields.padLengthOctets;
  const mask = fields.mask ?? NOTHING;
  return concat([
    encodeSpi(spi),
    uintOctets(widths, 2),
    Uint8Array.of(fields.macOctets),
    prefixed(encryption),
    prefixed(concat([fixedIv, new Uint8Array(fields.ivOctets)])),
    prefixed(authentication),
    uintOctets(mask.length, managed.maskLengthOctets),
    mask,
    prefixed(new Uint8Array(numberOctets(fields))),
    prefixed(uintOctets(windowWidth, managed.windowOctets)),
  ]);
}

/** Flags: encryption, authentication. Both at once is one algorithm here. */
function suiteOf(
  flags: number,
  encryption: string,
  authentication: string,
  managed: ProcedureParameters,
): Suite | undefined {
  const cipher = managed.encryptionSuites[encryption];
  if (flags === 0b11) return cipher;
  if (flags === 0b10) return cipher && 'aes-256-ctr';
  return flags === 0b01 ? managed.authenticationSuites[authentication] : undefined;
}

function namesOf(suite: Suite, managed: ProcedureParameters): [Uint8Array, Uint8Array] {
  const names = suite in IV_SUITES ? managed.encryptionSuites : managed.authenticationSuites;
  const cipher = suite === 'aes-256-ctr' ? 'aes-256-gcm' : suite;
  const [name = ''] = Object.entries(names).find(([, named]) => named === cipher) ?? [];
  const octets = Uint8Array.from(name.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return suite in IV_SUITES ? [octets, NOTHING] : [NOTHING, octets];
}

/** Whether the fields give the suite a MAC, and every frame an IV and a number of its own. */
function fits({ suite, fields, fixedIv = NOTHING }: AssociationDefinition): boolean {
  const { ivOctets, sequenceNumberOctets, macOctets } = fields;
  const algorithmIvOctets = IV_SUITES[suite] ?? 0;
  if (!suiteFits(suite, macOctets) || numberOctets(fields) < 1) return false;
  if (sequenceNumberOctets === 1 || sequenceNumberOctets > SEQUENCE_OCTETS_MAX) return false;
  if (algorithmIvOctets === 0) return ivOctets <= IV_OCTETS_MAX;
  return (
    ivOctets >= Math.max(1, sequenceNumberOctets) &&
    ivOctets <= algorithmIvOctets &&
    fixedIv.length <= algorithmIvOctets - ivOctets
  );
}

function justified(number: Uint8Array, { numberOctets: width }: ProcedureParameters): Uint8Array {
  const field = new Uint8Array(width);
  field.set(
    number.subarray(Math.max(0, number.length - width)),
    Math.max(0, width - number.length),
  );
  return field;
}

function prefixed(octets: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(octets.length), octets]);
}

/** Suites that take an IV, and how long it is. */
const IV_SUITES: Partial<Record<Suite, number>> = { 'aes-256-gcm': 12, 'aes-256-ctr': 12 };

const SPI_OCTETS = 2;
const KEY_ID_OCTETS = 2;
const CHANNEL_OCTETS = 4;
const WINDOW_OCTETS_MAX = 6;
/** CCSDS 355.0-B-2 table 6-1. */
const SEQUENCE_OCTETS_MAX = 8;
const IV_OCTETS_MAX = 32;
const NOTHING = new Uint8Array(0);
