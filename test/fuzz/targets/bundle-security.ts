/** Security blocks, and bundles that have them. */
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { fitsEndpoint, parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import { decodeSecurityBlock, encodeSecurityBlock } from '#protocol/bpsec/security-block.ts';
import { isSecurity } from '#protocol/bpsec/security-blocks.ts';
import { decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { parseEid } from '#protocol/bundle/eid.ts';
import { utf8Decode, utf8Encode } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { accepts, policy, ring } from '../../protocol/bpsec/bpsec.ts';
import { accepted, decoder, promise, same, type Target, vectorOctets } from '../target.ts';

const bundles = vectorOctets(['bpsec-rfc9173', 'bpsec-pics', 'bpsec-negative'], 60);
const blocks = bundles.flatMap((octets) => {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) return [];
  return bundle.blocks.filter(({ type }) => isSecurity(type)).map(({ data }) => data);
});
const patterns = ['*', 'ipn:100.*', 'ipn:[1-9,20].7', 'ipn:5.1.*', 'dtn://a/*', 'dtn:none'];
const probes = ['ipn:100.1', 'ipn:5.1.7', 'dtn://a/b', 'dtn:none'].map(parseEid);

const keys = ring();
const rules = policy(
  accepts('confidentiality', { key: 'aes256', onFailure: 'remove-block' }),
  accepts('integrity', { onFailure: 'remove-block' }),
);
const unwrapping = policy(accepts('confidentiality', { key: 'kek' }), accepts('integrity'));

function feedSecured(octets: Uint8Array): boolean {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) return false;
  const before = encodeBundle(bundle);
  let passed = false;
  for (const each of [rules, unwrapping]) {
    for (const atDestination of [true, false]) {
      const outcome = checkSecurity(bundle, each, keys, atDestination);
      same(encodeBundle(bundle), before);
      if (outcome.verdict === 'discard') continue;
      passed = true;
      const written = encodeBundle(outcome.bundle);
      promise(!(decodeBundle(written) instanceof Fault), 'what passes is a bundle');
      const types = outcome.bundle.blocks.map(({ type }) => type);
      const hidden = types.includes(BLOCK_TYPE.confidentiality);
      const whole = bundle.primary.fragment === undefined;
      promise(!(atDestination && whole && hidden), 'nothing is hidden at the destination');
    }
  }
  return passed;
}

export const BUNDLE_SECURITY_TARGETS: readonly Target[] = [
  decoder('decodeSecurityBlock', blocks, (octets) =>
    accepted(decodeSecurityBlock(octets), (block) => {
      const again = decodeSecurityBlock(encodeSecurityBlock(block));
      promise(!(again instanceof Fault), 'a security block written is one');
      same(encodeSecurityBlock(again as typeof block), encodeSecurityBlock(block));
    }),
  ),
  decoder(
    'checkSecurity',
    bundles,
    feedSecured,
    [
      'checkSecurity',
      'readSecurityBlocks',
      'readBibParameters',
      'readBcbParameters',
      'verifyOperation',
      'verifyTarget',
    ],
    2,
  ),
  decoder('parseEndpointPattern', patterns.map(utf8Encode), (octets) => {
    const text = utf8Decode(octets);
    if (text === undefined) return false;
    return accepted(parseEndpointPattern(text), (pattern) => {
      for (const eid of probes) if (!(eid instanceof Fault)) fitsEndpoint(pattern, eid);
    });
  }),
];
