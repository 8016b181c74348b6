/**
 * The data of Create SA:
 *
 *   | SPI 2 | flags and widths 2 | MAC octets 1 | then, each behind its length:
 *   | encryption suite | IV | authentication suite | mask | number | window |
 *
 * The length fields are taken to count octets, which the book leaves open.
 *
 * Source: CCSDS 355.1-B-1 §5.5.1, annex D.
 */
import type { AssociationDefinition } from '../association/association.ts';
import { type Suite, suiteFits } from '../association/protection.ts';
import { numberOctets } from '../association/static-keys.ts';
import { concat, toHex } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { encodeSpi, SPI_OCTETS } from './association-procedures.ts';
import { VALUE } from './faults.ts';
import { FieldReader, uintOctets } from './fields.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

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

function prefixed(octets: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(octets.length), octets]);
}

/** Suites that take an IV, and how long it is. */
const IV_SUITES: Partial<Record<Suite, number>> = { 'aes-256-gcm': 12, 'aes-256-ctr': 12 };

const WINDOW_OCTETS_MAX = 6;
/** CCSDS 355.0-B-2 table 6-1. */
const SEQUENCE_OCTETS_MAX = 8;
const IV_OCTETS_MAX = 32;
const NOTHING = new Uint8Array(0);
