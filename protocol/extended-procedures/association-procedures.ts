/**
 * The data of the PDUs that manage associations, but for Create SA (create-association.ts). All
 * begin with the SPI, 2 octets; behind it:
 *
 *   rekey        | [encryption key id 2] | key id 2 | number |
 *   start        | channel id 4 |*
 *   set number   | number |         set window   | window |
 *   read number, stop, expire, delete, status    nothing
 *   replies      | number |   or   | id of the last transition 1 |
 *
 * The number is what the book calls ARSN or IV. Source: CCSDS 355.1-B-1 §5.5, annex D.
 */
import { assert } from '../assert.ts';
import { concat } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { LENGTH, VALUE } from './faults.ts';
import { FieldReader, uintOctets } from './fields.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

/** Channels in one Start SA. */
export const CHANNELS_MAX = 64;
/** Octets of the SPI, at the head of the data. */
export const SPI_OCTETS = 2;

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

function justified(number: Uint8Array, { numberOctets: width }: ProcedureParameters): Uint8Array {
  const field = new Uint8Array(width);
  field.set(
    number.subarray(Math.max(0, number.length - width)),
    Math.max(0, width - number.length),
  );
  return field;
}

const KEY_ID_OCTETS = 2;
const CHANNEL_OCTETS = 4;
