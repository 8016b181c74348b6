/**
 * The security context BCB-AES-GCM: the data of each target is replaced by its ciphertext.
 * Source: RFC 9173 §4.
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import { concat } from '../bytes/octets.ts';
import type { AeadKey } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { type Operation, SCOPE, writeScope } from './scope.ts';
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
export const BCB_AES_GCM = 2;

/** A128GCM, A256GCM (§4.3.2). */
export type AesVariant = 1 | 3;

/** What the operations of one block share. */
export interface BcbParameters {
  /** 8 to 16 octets. */
  readonly iv: Uint8Array;
  readonly aesVariant: AesVariant;
  /** The key of these operations, wrapped; undefined when both ends know it already. */
  readonly wrappedKey: Uint8Array | undefined;
  /** See SCOPE. */
  readonly scopeFlags: number;
}

/** An operation on a target that is not the primary block, which no BCB may have. */
export type Encryption = Operation & { readonly target: NonNullable<Operation['target']> };

/** Octets of a key, by variant. */
export const AES_OCTETS = { 1: 16, 3: 32 } as const;

/**
 * What the block says, defaults filled in; IV and wrapped key are views. Faults: `bpsec.item`; also
 * `bpsec.bcb-parameter` for a variant that does not exist, and for no IV or one of a wrong length.
 */
export function readBcbParameters(content: SecurityBlock): BcbParameters | Fault {
  const items = content.parameters ?? [];
  const iv = bytesOf(items, PARAMETER.iv, undefined);
  if (iv instanceof Fault) return iv;
  const aesVariant = uintOf(items, PARAMETER.aesVariant, 3);
  if (aesVariant instanceof Fault) return aesVariant;
  const wrappedKey = bytesOf(items, PARAMETER.wrappedKey, undefined);
  if (wrappedKey instanceof Fault) return wrappedKey;
  const scopeFlags = uintOf(items, PARAMETER.scopeFlags, SCOPE.all);
  if (scopeFlags instanceof Fault) return scopeFlags;
  if (aesVariant !== 1 && aesVariant !== 3) return BCB_PARAMETER;
  if (iv === undefined || iv.length < 8 || iv.length > 16) return BCB_PARAMETER;
  return { iv, aesVariant, wrappedKey, scopeFlags };
}

/** The parameters as items; all are told, so that no peer needs the same defaults. */
export function bcbParameterItems(parameters: BcbParameters): SecurityItem[] {
  const { iv, aesVariant, wrappedKey, scopeFlags } = parameters;
  return [
    bytesItem(PARAMETER.iv, iv),
    uintItem(PARAMETER.aesVariant, aesVariant),
    ...bytesItems(PARAMETER.wrappedKey, wrappedKey),
    uintItem(PARAMETER.scopeFlags, scopeFlags),
  ];
}

/**
 * Encrypts the data of the target: what replaces it, fresh, and the result of the operation. The
 * tag is a result, or with `appended` follows the ciphertext (§4.4.2). That the IV of the
 * parameters is new under this key is the caller's duty (§4.3.1).
 */
export function encryptTarget(
  key: AeadKey,
  parameters: BcbParameters,
  operation: Encryption,
  appended: boolean,
): { data: Uint8Array; results: SecurityItem[] } {
  const { data: plaintext } = operation.target;
  const sealed = new Uint8Array(plaintext.length + TAG_OCTETS);
  key.seal(parameters.iv, aad(parameters.scopeFlags, operation), plaintext, sealed, 0);
  if (appended) return { data: sealed, results: [] };
  return {
    data: sealed.subarray(0, plaintext.length),
    results: [bytesItem(RESULT_TAG, sealed.subarray(plaintext.length))],
  };
}

/**
 * The data of the target before it was encrypted, fresh. A tag is a result or, if there is none, at
 * the end of the data. Faults: `bpsec.item`, `bpsec.tag-length`, and `crypto.tag`.
 */
export function decryptTarget(
  key: AeadKey,
  parameters: BcbParameters,
  operation: Encryption,
  results: readonly SecurityItem[],
): Uint8Array | Fault {
  const { data } = operation.target;
  const tag = bytesOf(results, RESULT_TAG, undefined);
  if (tag instanceof Fault) return tag;
  if (tag !== undefined && tag.length !== TAG_OCTETS) return TAG_LENGTH;
  const sealed = tag === undefined ? data : concat([data, tag]);
  return key.open(parameters.iv, aad(parameters.scopeFlags, operation), sealed);
}

/** The additional authenticated data, fresh (§4.7.2). */
export function aad(scopeFlags: number, operation: Encryption): Uint8Array {
  const writer = new CborWriter(128);
  writeScope(writer, scopeFlags, operation);
  return writer.finish();
}

const BCB_PARAMETER = new Fault('bpsec', 'bcb-parameter', 'RFC 9173 4.3');
const TAG_LENGTH = new Fault('bpsec', 'tag-length', 'RFC 9173 4.4.2');

const PARAMETER = { iv: 1, aesVariant: 2, wrappedKey: 3, scopeFlags: 4 } as const;
const RESULT_TAG = 1;
const TAG_OCTETS = 16;
