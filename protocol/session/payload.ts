/**
 * What the messages of the key agreement carry under encryption.
 *
 *   REPLY, FINISH        [1, spi, caps, certificate, hks, epoch, serial]
 *   REKEY, REKEY-REPLY   [1, spi, caps, epoch, serial]
 *
 * Source: link-security §6.4, §6.5.
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import type { Fault } from '../fault.ts';
import { CBOR } from '../membership/faults.ts';
import { StrictReader } from '../membership/strict-reader.ts';

/** The fields of a succession. */
export interface RekeyPayload {
  /** The SPI on which the sender wants to receive. */
  readonly spi: number;
  /** Epoch and serial of the newest constellation statement that the sender holds. */
  readonly epoch: number;
  readonly serial: number;
}

/** The fields of a first contact; octets are views when decoded. */
export interface HandshakePayload extends RekeyPayload {
  readonly certificate: Uint8Array;
  readonly keyStatement: Uint8Array;
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

/** Fresh octets. */
export function encodeRekeyPayload({ spi, epoch, serial }: RekeyPayload): Uint8Array {
  const fields = new CborWriter(32).array(5).uint(FORM).uint(spi).uint(CAPABILITIES);
  return fields.uint(epoch).uint(serial).finish();
}

/** The fields, or `session.cbor`. */
export function decodeRekeyPayload(octets: Uint8Array): RekeyPayload | Fault {
  const reader = new StrictReader(octets, OCTETS_MAX, CBOR);
  reader.array(5);
  reader.key(FORM);
  const spi = reader.uint();
  reader.expect(reader.uint() % 2 === CAPABILITIES);
  const epoch = reader.uint();
  const serial = reader.uint();
  return reader.finish() ?? { spi, epoch, serial };
}

const OCTETS_MAX = 2048;
const FORM = 1;
/** Bit 0, rekey by KKpsk0, is set in this version; other bits are ignored. */
const CAPABILITIES = 1;
