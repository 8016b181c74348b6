/** One received operation and its key: does it hold? Source: RFC 9173 §3.8.2, §4.8.2. */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { AES_OCTETS, BCB_AES_GCM, decryptTarget, readBcbParameters } from './bcb-aes-gcm.ts';
import { BIB_HMAC_SHA2, readBibParameters, verifyTarget } from './bib-hmac-sha2.ts';
import type { CheckingKeys } from './key-ring.ts';
import type { SecurityItem } from './security-block.ts';
import type { PlacedSecurityBlock } from './security-blocks.ts';
import type { SecurityDraft } from './security-draft.ts';

/**
 * The plaintext, fresh, of the target of that number, which is there. Faults:
 * `bpsec.unknown-context`, those of `readBcbParameters`, `decryptTarget` and the key ring.
 */
export function decryptOperation(
  placed: PlacedSecurityBlock,
  number: number,
  draft: SecurityDraft,
  keys: CheckingKeys,
  keyName: string,
): Uint8Array | Fault {
  const { content, block: security } = placed;
  if (content.contextId !== BCB_AES_GCM) return UNKNOWN_CONTEXT;
  const parameters = readBcbParameters(content);
  if (parameters instanceof Fault) return parameters;
  const target = draft.block(number);
  assert(target !== undefined, 'a rule fits only blocks that are there');
  const { aesVariant, wrappedKey } = parameters;
  const operation = { primary: draft.primary, target, security };
  const results = resultsOf(placed, number);
  return keys.withAeadKey(keyName, wrappedKey, AES_OCTETS[aesVariant], (key) =>
    decryptTarget(key, parameters, operation, results),
  );
}

/**
 * Undefined if the code over the target of that number, which is there, holds. Faults: as above,
 * those of `readBibParameters`, `verifyTarget` and the key ring.
 */
export function verifyOperation(
  placed: PlacedSecurityBlock,
  number: number,
  draft: SecurityDraft,
  keys: CheckingKeys,
  keyName: string,
): Fault | undefined {
  const { content, block: security } = placed;
  if (content.contextId !== BIB_HMAC_SHA2) return UNKNOWN_CONTEXT;
  const parameters = readBibParameters(content);
  if (parameters instanceof Fault) return parameters;
  assert(draft.has(number), 'a rule fits only blocks that are there');
  const operation = { primary: draft.primary, target: draft.block(number), security };
  const results = resultsOf(placed, number);
  return keys.withMacKey(keyName, parameters.wrappedKey, (key) =>
    verifyTarget(key, parameters, operation, results),
  );
}

function resultsOf({ content }: PlacedSecurityBlock, target: number): readonly SecurityItem[] {
  return content.results[content.targets.indexOf(target)] ?? [];
}

/** An operation that nobody here understands (reason 13). */
export const UNKNOWN_CONTEXT = new Fault('bpsec', 'unknown-context', 'RFC 9172 5.1');
