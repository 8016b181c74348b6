/**
 * The security context BIB-HMAC-SHA2: a message authentication code over each target.
 * Source: RFC 9173 §3.
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import { equalConstantTime } from '../bytes/octets.ts';
import { hmacOf } from '../crypto/hmac.ts';
import { Fault } from '../fault.ts';
import { type Operation, primaryOctets, SCOPE, writeScope } from './scope.ts';
import {
  bytesItem,
  bytesItems,
  bytesOf,
  type SecurityBlock,
  type SecurityItem,
  uintItem,
  uintOf,
} from './security-block.ts';

/** The context's number (RFC 9173 §5.1). */
export const BIB_HMAC_SHA2 = 1;

/** HMAC 256/256, HMAC 384/384, HMAC 512/512 (§3.3.1). */
export type ShaVariant = 5 | 6 | 7;

/** What the operations of one block share. */
export interface BibParameters {
  readonly shaVariant: ShaVariant;
  /** The key of these operations, wrapped; undefined when both ends know it already. */
  readonly wrappedKey: Uint8Array | undefined;
  /** See SCOPE. */
  readonly scopeFlags: number;
}

/** Octets of the code, and so of a key, by variant (§3.5). */
export const SHA_OCTETS = { 5: 32, 6: 48, 7: 64 } as const;

/**
 * What the block says, defaults filled in; the wrapped key is a view. Faults: `bpsec.item`, and
 * `bpsec.bib-parameter` for a variant that does not exist.
 */
export function readBibParameters(content: SecurityBlock): BibParameters | Fault {
  const items = content.parameters ?? [];
  const shaVariant = uintOf(items, PARAMETER.shaVariant, 6);
  if (shaVariant instanceof Fault) return shaVariant;
  const wrappedKey = bytesOf(items, PARAMETER.wrappedKey, undefined);
  if (wrappedKey instanceof Fault) return wrappedKey;
  const scopeFlags = uintOf(items, PARAMETER.scopeFlags, SCOPE.all);
  if (scopeFlags instanceof Fault) return scopeFlags;
  if (shaVariant !== 5 && shaVariant !== 6 && shaVariant !== 7) return BIB_PARAMETER;
  return { shaVariant, wrappedKey, scopeFlags };
}

/** The parameters as items; all are told, so that no peer needs the same defaults. */
export function bibParameterItems(parameters: BibParameters): SecurityItem[] {
  const { shaVariant, wrappedKey, scopeFlags } = parameters;
  return [
    uintItem(PARAMETER.shaVariant, shaVariant),
    ...bytesItems(PARAMETER.wrappedKey, wrappedKey),
    uintItem(PARAMETER.scopeFlags, scopeFlags),
  ];
}

/** The result of one operation. */
export function signTarget(
  key: Uint8Array,
  parameters: BibParameters,
  operation: Operation,
): SecurityItem[] {
  return [bytesItem(RESULT_MAC, mac(key, parameters, operation))];
}

/** Undefined if the code holds; else `bpsec.mac`, which no truncated code escapes (§3.4). */
export function verifyTarget(
  key: Uint8Array,
  parameters: BibParameters,
  operation: Operation,
  results: readonly SecurityItem[],
): Fault | undefined {
  const received = bytesOf(results, RESULT_MAC, undefined);
  if (received instanceof Fault) return received;
  if (received === undefined) return MAC;
  return equalConstantTime(received, mac(key, parameters, operation)) ? undefined : MAC;
}

/**
 * The integrity-protected plaintext in two parts, the target's content last, so that a long payload
 * is not copied (§3.7).
 */
export function ippt(scopeFlags: number, operation: Operation): [Uint8Array, Uint8Array] {
  const { primary, target } = operation;
  const content = target === undefined ? primaryOctets(primary) : target.data;
  const writer = new CborWriter(128);
  writeScope(writer, scopeFlags, operation);
  writer.bytesHead(content.length);
  return [writer.finish(), content];
}

function mac(key: Uint8Array, parameters: BibParameters, operation: Operation): Uint8Array {
  return hmacOf(HMAC[parameters.shaVariant], key, ippt(parameters.scopeFlags, operation));
}

const MAC = new Fault('bpsec', 'mac', 'RFC 9172 5.1.2');
const BIB_PARAMETER = new Fault('bpsec', 'bib-parameter', 'RFC 9173 3.3');

const HMAC = { 5: 'hmac-sha256', 6: 'hmac-sha384', 7: 'hmac-sha512' } as const;

const PARAMETER = { shaVariant: 1, wrappedKey: 2, scopeFlags: 3 } as const;
const RESULT_MAC = 1;
