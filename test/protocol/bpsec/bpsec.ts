/** What the tests of bundle security share: vectors, bundles, rings and rules. */
import { readFileSync } from 'node:fs';
import { parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import { KeyRing } from '#protocol/bpsec/key-ring.ts';
import type {
  ReceivingRule,
  SealingRule,
  SecurityPolicy,
  SecurityRule,
  SigningRule,
} from '#protocol/bpsec/policy.ts';
import { type Bundle, decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import type { CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { type Eid, ipnEid, parseEid } from '#protocol/bundle/eid.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { Aead, Random } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';

/** One entry of a file of BPSec vectors; which fields it has depends on the file. */
export interface BpsecVector {
  readonly id: string;
  readonly keys: { readonly hmac?: string; readonly cek?: string; readonly kek?: string };
  readonly incoming: string;
  readonly outgoing: string | null;
  readonly hex: string;
  readonly originalBundle: string;
  readonly finalBundle: string;
  readonly asb?: string;
  readonly printed: Readonly<Record<string, string>>;
}

export function bpsecVectors(name: string): BpsecVector[] {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')).vectors;
}

export function bundleOf(hex: string): Bundle {
  return success(decodeBundle(fromHex(hex)));
}

export function hexOf(bundle: Bundle): string {
  return toHex(encodeBundle(bundle));
}

export function success<T>(value: T | Fault): T {
  if (value instanceof Fault) throw new Error(value.key);
  return value;
}

export function blockOf(bundle: Bundle, number: number): CanonicalBlock {
  const block = bundle.blocks.find((candidate) => candidate.number === number);
  if (block === undefined) throw new Error(`no block ${number}`);
  return block;
}

/** The keys of RFC 9173 Appendix A, and one of each kind that signs and encrypts of its own. */
export const KEYS = {
  hmac: '1a2b1a2b1a2b1a2b1a2b1a2b1a2b1a2b',
  aes128: '71776572747975696f70617364666768',
  aes256: '71776572747975696f7061736466676871776572747975696f70617364666768',
  kek: '6162636465666768696a6b6c6d6e6f70',
  other: '00112233445566778899aabbccddeeff',
} as const;

/** RFC 9173 A.3.5, put together from the blocks that A.3 prints. */
export const A3 = [
  '9f88070000820282010282028202018202820201820018281a000f4240',
  '850b030000585c8200020101820282030082820105820300',
  '828182015820cac6ce8e4c5dae57988b757e49a6dd1431dc04763541b2845098265bc817241b',
  '81820158203ed614c0d97f49b3633627779aa18a338d212bf3c92b97759d9739cd50725596',
  '850c04010058348101020182028202018382014c5477656c7665313231323132',
  '8202018204008181820150efa4b5ac0108e3816c5606479801bc04',
  '85070200004319012c',
  '85010100005823',
  '3a09c1e63fe23a7f66a59c7303837241e070b02619fc59c5214a22f08cd70795e73e9a',
  'ff',
].join('');

/** Octets that never come twice. */
export class Counting implements Random {
  #next = 1;

  octets(count: number): Uint8Array {
    const octets = new Uint8Array(count);
    new DataView(octets.buffer).setUint32(count - 4, this.#next++);
    return octets;
  }
}

export function ring(aead: Aead = nobleProvider.aead, random: Random = new Counting()): KeyRing {
  const keys = new KeyRing(aead, random);
  keys.add('hmac', 'hmac', fromHex(KEYS.hmac));
  keys.add('other-hmac', 'hmac', fromHex(KEYS.other));
  keys.add('aes128', 'aes-gcm', fromHex(KEYS.aes128));
  keys.add('aes256', 'aes-gcm', fromHex(KEYS.aes256));
  keys.add('other-aes', 'aes-gcm', fromHex(KEYS.other + KEYS.other));
  keys.add('kek', 'key-wrap', fromHex(KEYS.kek));
  return keys;
}

export const anyone = success(parseEndpointPattern('*'));

export const eid = (text: string): Eid => success(parseEid(text));

export const policy = (...rules: SecurityRule[]): SecurityPolicy => ({
  securitySource: ipnEid(2, 1),
  rules,
});

export const signs = (rule: Partial<SigningRule> = {}): SigningRule => ({
  role: 'source',
  service: 'integrity',
  source: anyone,
  destination: anyone,
  targets: ['payload'],
  key: 'hmac',
  onFailure: 'discard-bundle',
  shaVariant: 6,
  scopeFlags: 7,
  ...rule,
});

export const seals = (rule: Partial<SealingRule> = {}): SealingRule => ({
  role: 'source',
  service: 'confidentiality',
  source: anyone,
  destination: anyone,
  targets: ['payload'],
  key: 'aes256',
  onFailure: 'discard-bundle',
  aesVariant: 3,
  scopeFlags: 7,
  tagAppended: false,
  ...rule,
});

export const accepts = (
  service: ReceivingRule['service'],
  rule: Partial<ReceivingRule> = {},
): ReceivingRule => ({
  role: 'acceptor',
  service,
  source: anyone,
  destination: anyone,
  targets: ['payload', 'primary', 7, 11],
  key: service === 'integrity' ? 'hmac' : 'aes256',
  securitySource: anyone,
  required: false,
  onFailure: 'discard-bundle',
  ...rule,
});

export const verifies = (
  service: ReceivingRule['service'],
  rule: Partial<ReceivingRule> = {},
): ReceivingRule => accepts(service, { role: 'verifier', ...rule });
