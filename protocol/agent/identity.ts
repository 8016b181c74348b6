/** By what the agent knows a bundle. Source: RFC 9171 §4.2.7. */
import { type Bundle, bundleId, encodeBundle, payloadOf } from '../bundle/bundle.ts';
import { isNullEid } from '../bundle/eid.ts';
import { toHex } from '../bytes/octets.ts';
import { sha256 } from '../crypto/hash.ts';

/**
 * The bundle's id. An anonymous one has no identity, so it is known by what it says: the copy that
 * a neighbour sends again says the same, and must not be delivered twice.
 */
export function identify({ primary, blocks }: Bundle): string {
  const payload = payloadOf({ primary, blocks });
  const id = bundleId(primary, payload.data.length);
  if (!isNullEid(primary.source)) return id;
  const content = sha256(encodeBundle({ primary, blocks: [payload] }));
  return `${id}@${toHex(content.subarray(0, CONTENT_OCTETS))}`;
}

/** Of a hash: two that differ never share so many. */
const CONTENT_OCTETS = 16;
