import { describe, expect, it } from 'vitest';
import { keyRingOf } from '#node/bundle-keys.ts';
import { readBundleSecurity } from '#node/bundle-security-config.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { bundleOf, Counting, hexOf, success } from '../protocol/bpsec/bpsec.ts';

const NODE = ipnEid(5, 0);

describe('the security of bundles in a configuration', () => {
  it('makes a policy and a ring with which a bundle is secured and opened again', () => {
    const { keys, policy } = read(() => {});
    expect(policy.securitySource).toEqual(NODE);
    const ring = () => keyRingOf(keys, nobleProvider.aead, new Counting());
    const secured = success(applySecurity(bundleOf(PLAIN), policy, ring()));
    expect(secured.blocks.map(({ type }) => type)).toEqual([12, 12, 11, 1]);
    const outcome = checkSecurity(bundleOf(hexOf(secured)), policy, ring(), true);
    if (outcome.verdict === 'discard') throw new Error(outcome.fault.key);
    expect(hexOf(outcome.bundle)).toBe(PLAIN);
  });

  it('fills in what is left out', () => {
    const { rules } = read(({ rules }) => {
      for (const rule of rules) for (const key of OPTIONAL) delete rule[key];
      rules[0].anyKeyLength = true;
    }).policy;
    expect(rules.map((rule) => ({ ...rule, source: 0, destination: 0 }))).toMatchObject([
      { shaVariant: 6, scopeFlags: 7 },
      { aesVariant: 3, scopeFlags: 7, tagAppended: false },
      { onFailure: 'discard-bundle', required: false, securitySource: { kind: 'any' } },
      { onFailure: 'discard-bundle', required: false },
    ]);
  });

  it('takes what is written', () => {
    const { policy } = read((security) => {
      security.securitySource = 'ipn:5.9';
      security.rules[0].scope = ['primary', 'securityHeader'];
      security.rules[0].targets = ['primary', 7];
    });
    expect(policy.securitySource).toEqual(ipnEid(5, 9));
    expect(policy.rules[0]).toMatchObject({ scopeFlags: 5, targets: ['primary', 7] });
  });

  const mistakes: [string, (security: Editable) => void, string][] = [
    ['an unknown key', (s) => (s.color = 1), 'color is not a known key'],
    ['a name twice', (s) => (s.keys[1].name = 'mac'), 'keys[1].name is not right'],
    ['a use that nobody knows', (s) => (s.keys[0].use = 'rsa'), 'keys[0].use is not right'],
    ['an AES key of 24 octets', (s) => (s.keys[1].octets = SECRET.slice(16)), '16 or 32 octets'],
    ['no octets', (s) => (s.keys[0].octets = ''), 'keys[0].octets is not right'],
    ['a role that nobody has', (s) => (s.rules[0].role = 'judge'), 'rules[0].role is "judge"'],
    ['a key that is not there', (s) => (s.rules[0].key = 'lost'), 'the name of one of the keys'],
    ['a key of another use', (s) => (s.rules[1].key = 'mac'), 'whose use is aes-gcm or key-wrap'],
    ['a key of another length', (s) => (s.rules[1].variant = 'aes-128-gcm'), 'a key of 16 octets'],
    ['a short code key', (s) => (s.rules[0].variant = 'hmac-sha512'), 'a key of 64 octets'],
    ['a variant of the other', (s) => (s.rules[0].variant = 'aes-256-gcm'), 'one of hmac-sha256'],
    ['an encrypted primary', (s) => s.rules[1].targets.push('primary'), 'rules[1].targets[1]'],
    ['an encrypted BCB', (s) => s.rules[1].targets.push(12), 'that a BCB may target'],
    ['a signed BIB', (s) => s.rules[0].targets.push(11), 'that a BIB may target'],
    ['a payload by number', (s) => s.rules[0].targets.push(1), 'a whole number from 2 to 255'],
    ['no target', (s) => (s.rules[0].targets = []), 'at least one'],
    ['a pattern of nothing', (s) => (s.rules[0].source = 'ipn:*'), 'a pattern such as'],
    ['ciphertext kept', (s) => (s.rules[2].onFailure = 'keep'), 'one of discard-bundle, remove'],
    ['a source that requires', (s) => (s.rules[0].required = true), 'rules[0].required is not a'],
    ['a receiver with a scope', (s) => (s.rules[2].scope = []), 'rules[2].scope is not a known'],
    ['a null security source', (s) => (s.securitySource = 'dtn:none'), 'such as ipn:5.0'],
  ];

  it.each(mistakes)('is refused with %s', (_, spoil, words) => {
    const text = messageOf(() => read(spoil));
    expect(text).toContain(words);
    expect(text).not.toContain('c8c8');
  });
});

const SECRET = 'c8'.repeat(32);
const PLAIN = '9f88070000820282010282028202018202820201820018281a000f424085010100004568656c6c6fff';
const OPTIONAL = ['variant', 'scope', 'tagAppended', 'required', 'onFailure', 'securitySource'];

function read(change: (security: Editable) => void) {
  const ends = { source: 'ipn:2.*', destination: 'ipn:[1-9].2' };
  const both = () => ({ ...ends, targets: ['payload'] });
  const security = {
    keys: [
      { name: 'mac', use: 'hmac', octets: SECRET },
      { name: 'seal', use: 'aes-gcm', octets: SECRET },
      { name: 'wrap', use: 'key-wrap', octets: 'c9'.repeat(16) },
    ],
    rules: [
      { ...both(), role: 'source', service: 'integrity', key: 'mac', variant: 'hmac-sha256' },
      { ...both(), role: 'source', service: 'confidentiality', key: 'seal', tagAppended: true },
      { ...both(), role: 'acceptor', service: 'confidentiality', key: 'seal', required: true },
      { ...both(), role: 'acceptor', service: 'integrity', key: 'mac', onFailure: 'remove-block' },
    ],
  };
  change(security);
  return readBundleSecurity(new JsonCursor(security), NODE);
}

// biome-ignore lint/suspicious/noExplicitAny: what a person writes may be anything.
type Editable = any;

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  throw new Error('no mistake was found');
}
