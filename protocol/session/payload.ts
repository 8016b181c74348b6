/**
 * What REPLY and FINISH carry under encryption.
 *
 *   [1, spi, caps, certificate, hks, epoch, serial]
 *
 * Source: link-security §6.4.
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import type { Fault } from '../fault.ts';
import { CBOR } from './faults.ts';
import { StrictReader } from './strict-reader.ts';

/** The fields; octets are views when decoded. */
export interface HandshakePayload {
  /** The SPI on which the sender wants to receive. */
  readonly spi: number;
  readonly certificate: Uint8Array;
  readonly keyStatement: Uint8Array;
  /** Epoch and serial of the newest constellation statement that the sender holds. */
  readonly epoch: number;
  readonly serial: number;
}

/** Fresh octets. */
export function encodePayload(payload: HandshakePayload): Uint8Array {
  const fields = new CborWriter(512).array(7).uint(FORM).uint(payload.spi).uint(CAPABILITIES);
  fields.bytes(payload.certificate).bytes(payload.keyStatement);
  return fields.uint(payload.epoch).uint(payload.serial).finish();
}

/** The fields, or `session.cbor`. A peer that cannot rekey is refused, as §6.4 asks. */
export function decodePayload(octets: Uint8Array): HandshakePayload | Fault {
  const reader = new StrictReader(octets, OCTETS_MAX, CBOR);
  reader.array(7);
  reader.key(FORM);
  const spi = reader.uint();
  reader.expect(reader.uint() % 2 === CAPABILITIES);
  const certificate = reader.anyOctets();
  const keyStatement = reader.anyOctets();
  const epoch = reader.uint();
  const serial = reader.uint();
  return reader.finish() ?? { spi, certificate, keyStatement, epoch, serial };
}

const OCTETS_MAX = 2048;
const FORM = 1;
/** Bit 0, rekey by KKpsk0, is set in this version; other bits are ignored. */
const CAPABILITIES = 1;
