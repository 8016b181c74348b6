/** Every file of known answers of the link is read by tests, and what this suite can run is run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat, fromHex, toHex, utf8Encode } from '#protocol/bytes/octets.ts';
import { hkdfSha512, hmacSha512 } from '#protocol/crypto/hash.ts';
import { Fault } from '#protocol/fault.ts';
import { type CoseType, decodeObject, type SignedObject } from '#protocol/membership/cose.ts';
import { CERT_FORM } from '#protocol/membership/faults.ts';
import { HandshakeState } from '#protocol/session/noise.ts';
import { type HandshakePattern, KKPSK0, type Token, XX } from '#protocol/session/noise-patterns.ts';
import { decodeRekeyPayload, encodeRekeyPayload } from '#protocol/session/payload.ts';

interface NoiseVector {
  readonly id: string;
  readonly protocol_name: string;
  readonly init_prologue: string;
  readonly init_static?: string;
  readonly init_ephemeral: string;
  readonly init_remote_static?: string;
  readonly init_psks?: readonly string[];
  readonly resp_prologue: string;
  readonly resp_static?: string;
  readonly resp_ephemeral: string;
  readonly resp_remote_static?: string;
  readonly resp_psks?: readonly string[];
  readonly handshake_hash?: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const EXAMPLE = read('link-handshake');
const NOISE: readonly NoiseVector[] = read('noise').vectors;
const SUITE = '25519_AESGCM_SHA512';
/** All that the tokens in use can say and vectors are there for. */
const PATTERNS: readonly HandshakePattern[] = [
  XX,
  KKPSK0,
  pattern('NN', false, ['e'], ['e', 'ee']),
  pattern('KK', true, ['e', 'es', 'ss'], ['e', 'ee', 'se']),
  pattern('NNpsk0', false, ['psk', 'e'], ['e', 'ee']),
  pattern('NNpsk2', false, ['e'], ['e', 'ee', 'psk']),
  pattern('XXpsk3', false, ['e'], ['e', 'ee', 's', 'es'], ['s', 'se', 'psk']),
  pattern('KKpsk2', true, ['e', 'es', 'ss'], ['e', 'ee', 'se', 'psk']),
];

/** Of the link and its security: cases in each file, and the tests that read it: themselves or through a helper beside them. */
const FILES: Readonly<Record<string, readonly [number, ...string[]]>> = {
  'ccsds-aos': [9, 'protocol/frame/aos.test.ts', 'protocol/frame/aos-header-code.test.ts'],
  'ccsds-cop1': [23, 'protocol/cop1/cop1-vectors.ts'],
  'ccsds-crc': [13, 'protocol/bytes/crc.test.ts'],
  'ccsds-epp': [24, 'protocol/frame/encapsulation.test.ts'],
  'ccsds-sdls': [57, 'protocol/frame/sdls.test.ts', 'protocol/frame/sdls-vectors.ts'],
  'ccsds-sdls-ep': [38, 'protocol/extended-procedures/vectors.test.ts'],
  'ccsds-spp': [23, 'protocol/frame/space-packet.test.ts'],
  'ccsds-sync-coding': [25, 'protocol/coding/sync-coding-vectors.ts'],
  'ccsds-tc-cltu': [12, 'protocol/frame/tc.test.ts', 'protocol/frame/cltu.test.ts'],
  'ccsds-tm': [12, 'protocol/frame/tm.test.ts'],
  'ccsds-uslp': [25, 'protocol/frame/uslp.test.ts', 'protocol/frame/uslp-truncated.test.ts'],
  'link-handshake': [3, 'protocol/session/link-handshake-vectors.ts'],
  noise: [138, 'protocol/session/noise.test.ts', 'attacks/known-answers.test.ts'],
  'wycheproof/aes_gcm_test': [213, 'contracts/crypto-provider.ts'],
  'wycheproof/aes_wrap_test': [110, 'protocol/crypto/key-wrap.test.ts'],
  'wycheproof/ed25519_test': [151, 'contracts/crypto-provider.ts', 'attacks/encodings.test.ts'],
  'wycheproof/hkdf_sha512_test': [83, 'protocol/crypto/hash.test.ts'],
  'wycheproof/hmac_sha256_test': [174, 'protocol/crypto/hmac.test.ts'],
  'wycheproof/hmac_sha384_test': [174, 'protocol/crypto/hmac.test.ts'],
  'wycheproof/hmac_sha512_test': [174, 'protocol/crypto/hash.test.ts'],
  'wycheproof/mlkem_768_test': [193, 'contracts/crypto-provider.ts'],
  'wycheproof/x25519_test': [518, 'contracts/crypto-provider.ts'],
};

describe('the files of known answers', () => {
  it('A44: are all named here, with all their cases, and read by the tests named', () => {
    const names = readdirSync('test/vectors', { recursive: true, encoding: 'utf8' })
      .map((name) => name.replace('.json', ''))
      .filter((name) => /^(noise|link-handshake|ccsds-.*|wycheproof.*_test)$/.test(name));
    expect(names.toSorted()).toEqual(Object.keys(FILES).toSorted());
    for (const [name, [count, ...tests]] of Object.entries(FILES)) {
      expect(casesIn(name), name).toBe(count);
      // Helpers add what several files have in common.
      const short = name
        .replace('wycheproof/', '')
        .replace('_test', '')
        .replace(/^(hmac_sha)\d+/, '$1');
      const strangers = tests.filter(
        (test) => !readFileSync(join('test', test), 'utf8').includes(short),
      );
      expect(strangers, name).toEqual([]);
    }
  });

  it('A44: of the worked example use every field', () => {
    const sources = readdirSync('test', { recursive: true, encoding: 'utf8' })
      .filter((name) => /^(protocol|attacks)\/.*\.ts$/.test(name))
      .map((name) => readFileSync(join('test', name), 'utf8').replaceAll(/^ {2}\w+: .*;$/gm, ''));
    const unused = [...fieldsIn(EXAMPLE)].filter(
      (field) => !sources.some((text) => new RegExp(`\\b${field}\\b`).test(text)),
    );
    expect(unused).toEqual([]);
  });
});

describe('the worked example', () => {
  it('A44: has in its signed objects what is signed, octet for octet', () => {
    for (const side of [EXAMPLE.initiator, EXAMPLE.responder]) {
      const certificate = signedIn(side.certificate, 'islk-cert');
      expect(toHex(certificate.payload)).toBe(side.certificate_payload);
      expect(toHex(certificate.signedOctets)).toBe(side.certificate_to_be_signed);
      const statement = signedIn(side.handshake_key_statement, 'islk-hks');
      expect(toHex(statement.payload)).toBe(side.handshake_key_statement_payload);
    }
    const statement = signedIn(EXAMPLE.constellation_statement, 'islk-rev');
    expect(toHex(statement.payload)).toBe(EXAMPLE.constellation_statement_payload);
  });

  it('A44: has payloads of a rekey that are read and written alike', () => {
    const { rekey_payload, rekey_reply_payload, rekey_initiator } = EXAMPLE.rekey_suite_1;
    expect(rekey_initiator).toBe('responder');
    for (const [text, side] of [
      [rekey_payload, 'responder'],
      [rekey_reply_payload, 'initiator'],
    ] as const) {
      const payload = decodeRekeyPayload(fromHex(text));
      if (payload instanceof Fault) throw new Error(payload.key);
      expect(payload).toEqual({
        spi: EXAMPLE[side].rekey_receive_spi,
        epoch: EXAMPLE.epoch,
        serial: EXAMPLE.statement_serial,
      });
      expect(toHex(encodeRekeyPayload(payload))).toBe(text);
    }
  });

  it.each(['full_handshake_suite_1', 'rekey_suite_1', 'full_handshake_suite_2'] as const)(
    'A44: has a PRK, and an exporter key, that follow from hash and split of %s',
    (name) => {
      const { handshake_hash, split, prk, exporter_demo } = EXAMPLE[name];
      const [hash, secret] = [fromHex(handshake_hash), concat(split.map(fromHex))];
      expect(toHex(hmacSha512(hash, secret))).toBe(prk);
      const exported = hkdfSha512(hash, secret, utf8Encode('ISLK1 exporter demo\0ctx'), 32);
      expect(toHex(exported)).toBe(exporter_demo);
    },
  );
});

describe('the public Noise vectors', () => {
  const own = NOISE.filter(({ protocol_name }) => protocol_name.endsWith(SUITE));
  const run = own.flatMap((vector) => {
    const pattern = PATTERNS.find(({ name }) => vector.protocol_name === `Noise_${name}_${SUITE}`);
    return pattern === undefined ? [] : [{ id: vector.id, vector, pattern }];
  });

  it('A44: are run for this suite in every pattern that the tokens in use can say', () => {
    expect([NOISE.length, own.length, run.length]).toEqual([138, 23, 14]);
    const left = own.filter(({ id }) => !run.some((each) => each.id === id));
    // One static key known before, or several secrets: this stack has no use for either.
    for (const { protocol_name } of left) expect(protocol_name).toMatch(/_IK|psk\d\+psk/);
  });

  it.each(run)('A44: $id is met octet for octet by both sides', ({ vector, pattern }) => {
    const sides = (['init', 'resp'] as const).map((name) => stateOf(vector, pattern, name));
    const exchanged = pattern.messages.length;
    for (const [at, { payload, ciphertext }] of vector.messages.slice(0, exchanged).entries()) {
      const [writer, reader] = [sides[at % 2]!, sides[(at + 1) % 2]!];
      expect(toHex(octetsOf(writer.writeMessage(fromHex(payload))))).toBe(ciphertext);
      expect(toHex(octetsOf(reader.readMessage(fromHex(ciphertext))))).toBe(payload);
    }
    const [initiator, responder] = sides.map((side) => side.finish());
    expect(initiator).toEqual(responder);
    if (vector.handshake_hash !== undefined) {
      expect(toHex(initiator!.hash)).toBe(vector.handshake_hash);
    }
    const ciphers = initiator!.keys.map((key) => nativeProvider.aead.key(key));
    for (const [at, { payload, ciphertext }] of vector.messages.slice(exchanged).entries()) {
      // The parties take turns from the first message on, each with a nonce of its own.
      const turn = at + exchanged;
      const iv = new Uint8Array(12);
      iv[11] = at >> 1;
      const out = new Uint8Array(payload.length / 2 + 16);
      ciphers[turn % 2]!.seal(iv, NOTHING, fromHex(payload), out, 0);
      expect(toHex(out)).toBe(ciphertext);
    }
  });
});

function signedIn(text: string, type: CoseType): SignedObject {
  const object = decodeObject(fromHex(text), type, 16_384, CERT_FORM);
  if (object instanceof Fault) throw new Error(object.key);
  return object;
}

function pattern(name: string, staticsKnown: boolean, ...messages: Token[][]): HandshakePattern {
  return { name, keyAgreement: '25519', staticsKnown, messages };
}

function stateOf(
  vector: NoiseVector,
  pattern: HandshakePattern,
  name: 'init' | 'resp',
): HandshakeState {
  const remoteStatic = vector[`${name}_remote_static`];
  const psk = vector[`${name}_psks`]?.[0];
  return HandshakeState.initialize({
    provider: nativeProvider,
    pattern,
    initiator: name === 'init',
    prologue: fromHex(vector[`${name}_prologue`]),
    // Patterns without a static key never look at it.
    staticKey: keyPairOf(vector[`${name}_static`] ?? '07'.repeat(32)),
    ephemeralKey: keyPairOf(vector[`${name}_ephemeral`]),
    ...(remoteStatic === undefined ? {} : { remoteStatic: fromHex(remoteStatic) }),
    ...(psk === undefined ? {} : { psk: fromHex(psk) }),
  });
}

function keyPairOf(text: string) {
  return nativeProvider.curve.x25519Key(fromHex(text));
}

function octetsOf(result: Uint8Array | Fault): Uint8Array {
  if (result instanceof Fault) throw new Error(result.key);
  return result;
}

function read(name: string) {
  return JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));
}

function casesIn(name: string): number {
  const file = read(name);
  if (file.testGroups !== undefined) {
    return file.testGroups.reduce(
      (sum: number, group: { tests: [] }) => sum + group.tests.length,
      0,
    );
  }
  return (file.vectors ?? file.pairs ?? file.protected_frames_suite_1).length;
}

/** The names of all fields, at every depth. */
function fieldsIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((part) => [...fieldsIn(part)])]);
}

const NOTHING = new Uint8Array(0);
