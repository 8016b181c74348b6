import { beforeEach, describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { CborWriter } from '#protocol/bytes/cbor-writer.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { type Certificate, issueCertificate, ROLE } from '#protocol/membership/certificate.ts';
import { type KeyStatement, signKeyStatement } from '#protocol/membership/key-statement.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import { type ConstellationStatement, signStatement } from '#protocol/membership/statement.ts';
import { encodePayload } from '#protocol/session/payload.ts';
import { recheckPeer, verifyPeer } from '#protocol/session/peer-check.ts';
import { memberOf } from '../membership/members.ts';
import { TestRandom } from './endpoint.ts';
import { credentialsOf, VECTORS } from './link-handshake-vectors.ts';

const { curve } = nativeProvider;
const ISSUER = fromHex(VECTORS.issuer_private);
const PEER = VECTORS.responder;
const PEER_SEED = fromHex(PEER.identity_private);
const STATIC = fromHex(PEER.static_public);
const credentials = credentialsOf('initiator');
let membership: Membership;

beforeEach(() => {
  membership = memberOf(credentials, 12, nativeProvider, new TestRandom('peer check'));
});

describe('a peer', () => {
  it('that fits in all is known by its certificate', () => {
    const verified = check({});
    expect(verified).toEqual({
      peer: {
        eid: PEER.eid,
        certificateId: fromHex(PEER.cert_id),
        scids: [PEER.scid],
        certificate: expect.any(Uint8Array),
        boot: PEER.boot,
      },
      spi: 512,
      limbo: undefined,
    });
  });

  it.each<[string, Change]>([
    ['cbor', { payload: () => Uint8Array.of(0x87, 1) }],
    ['cbor', { payload: (octets) => Uint8Array.of(...octets, 0) }],
    ['cbor', { payload: (octets) => withCapabilities(octets, 0) }],
    ['cert-form', { certificate: { roles: ROLE.testEquipment } }],
    ['issuer-unknown', { issuerSeed: new Uint8Array(32).fill(1) }],
    ['cert-sig', { damageSignature: true }],
    ['constellation', { certificate: { constellationId: new Uint8Array(16) } }],
    ['revoked', { certificate: { id: fromHex('30579021eb28279c2bc4dc387d277e7c') } }],
    ['epoch-old', { certificate: { firstEpoch: 5, lastEpoch: 6 } }],
    ['scid-not-in-cert', { certificate: { scids: [515] } }],
    ['hks-sig', { signerSeed: new Uint8Array(32).fill(2) }],
    ['hks-sig', { signerId: new Uint8Array(16) }],
    ['constellation', { statement: { constellationId: new Uint8Array(16) } }],
    ['hks-key', { statement: { staticPublicKey: new Uint8Array(32) } }],
    ['epoch-old', { statement: { epoch: 5 } }],
    ['spi', { spi: 0 }],
    ['spi', { spi: 65535 }],
  ])('is refused as %s (LS-704)', (code, change) => {
    const fault = check(change);
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).code).toBe(code);
    expect(check({}), 'and the true one passes').not.toBeInstanceOf(Fault);
  });

  it('that presents my own certificate is refused as self', () => {
    const own = VECTORS.initiator;
    const seed = fromHex(own.identity_private);
    const id = fromHex(own.cert_id);
    const certificate = { id, publicKey: curve.ed25519Key(seed).publicKey };
    expect(check({ certificate, signerSeed: seed, signerId: id })).toHaveProperty('code', 'self');
  });

  it('A11: of an epoch to come is in limbo, with what to check again', () => {
    const ahead = { firstEpoch: 8, lastEpoch: 9 };
    const boot = PEER.boot + 9;
    expect(check({ certificate: ahead, statement: { boot } })).toMatchObject({
      peer: { boot },
      limbo: { payload: expect.any(Uint8Array), remoteStatic: STATIC },
    });
    expect(check({}), 'and its boot is not remembered yet').not.toBeInstanceOf(Fault);
    const stranger = { ...ahead, scids: [515] };
    expect(check({ certificate: stranger })).toHaveProperty('code', 'scid-not-in-cert');
    const foreign = { certificate: ahead, issuerSeed: new Uint8Array(32).fill(1) };
    expect(check(foreign)).toHaveProperty('code', 'issuer-unknown');
  });

  it('passes one epoch behind, and with a test certificate where those are allowed', () => {
    expect(check({ statement: { epoch: 6 } })).not.toBeInstanceOf(Fault);
    const change = { certificate: { roles: ROLE.testEquipment }, allowTestEquipment: true };
    expect(check(change)).not.toBeInstanceOf(Fault);
  });

  it('A10: is held to the newest boot that was seen', () => {
    expect(check({})).not.toBeInstanceOf(Fault);
    expect(check({ statement: { boot: PEER.boot - 1 } })).toHaveProperty('code', 'boot-old');
    const staticPublicKey = new Uint8Array(32).fill(7);
    const twin = { statement: { staticPublicKey }, remoteStatic: staticPublicKey };
    expect(check(twin)).toHaveProperty('code', 'hks-key');
    expect(
      check({ ...twin, statement: { staticPublicKey, boot: PEER.boot + 1 } }),
    ).not.toBeInstanceOf(Fault);
    expect(check({})).toHaveProperty('code', 'boot-old');
  });

  it('is held to the least boot of the constellation statement', () => {
    const { serial } = membership.statement;
    const leastBoots = new Map([[PEER.scid, PEER.boot + 1]]);
    const statement = { ...membership.statement, serial: serial + 1, leastBoots };
    membership.adopt(signStatement(statement, curve.ed25519Key(fromHex(VECTORS.root_private))));
    expect(check({})).toHaveProperty('code', 'boot-old');
    expect(check({ statement: { boot: PEER.boot + 1 } })).not.toBeInstanceOf(Fault);
  });
});

describe('a peer that passed once', () => {
  it.each<[string | undefined, Partial<ConstellationStatement>]>([
    [undefined, {}],
    ['revoked', { revoked: new Set([PEER.cert_id]) }],
    ['issuer-unknown', { issuerPublicKeys: [new Uint8Array(32)] }],
    ['epoch-old', { epoch: 10 }],
    ['boot-old', { leastBoots: new Map([[PEER.scid, PEER.boot + 1]]) }],
    [undefined, { leastBoots: new Map([[PEER.scid, PEER.boot]]) }],
  ])('A12: is found %s when the constellation says so later', (code, change) => {
    const verified = check({});
    if (verified instanceof Fault) throw new Error(verified.key);
    const { serial } = membership.statement;
    const statement = { ...membership.statement, serial: serial + 1, ...change };
    membership.adopt(signStatement(statement, curve.ed25519Key(fromHex(VECTORS.root_private))));
    const context = { credentials, membership, curve, remoteScid: PEER.scid };
    const verdict = recheckPeer(verified.peer, context);
    expect(verdict?.code).toBe(code);
  });
});

interface Change {
  readonly certificate?: Partial<Certificate>;
  readonly issuerSeed?: Uint8Array;
  readonly damageSignature?: boolean;
  readonly statement?: Partial<KeyStatement>;
  readonly signerSeed?: Uint8Array;
  readonly signerId?: Uint8Array;
  readonly remoteStatic?: Uint8Array;
  readonly spi?: number;
  readonly payload?: (octets: Uint8Array) => Uint8Array;
  readonly allowTestEquipment?: boolean;
}

/** Checks the worked example's responder with something changed and everything signed anew. */
function check(change: Change) {
  const claims: Certificate = {
    issuer: 'demo-authority',
    subject: PEER.eid,
    expiresAtS: 0,
    notBeforeS: 0,
    id: fromHex(PEER.cert_id),
    publicKey: fromHex(PEER.identity_public),
    constellationId: credentials.constellationId,
    scids: [PEER.scid],
    firstEpoch: 6,
    lastEpoch: 9,
    roles: ROLE.satellite,
    ...change.certificate,
  };
  const certificate = issueCertificate(claims, curve.ed25519Key(change.issuerSeed ?? ISSUER));
  if (change.damageSignature) certificate[certificate.length - 1]! ^= 1;
  const statement: KeyStatement = {
    constellationId: credentials.constellationId,
    staticPublicKey: STATIC,
    epoch: VECTORS.epoch,
    boot: PEER.boot,
    ...change.statement,
  };
  const signerId = change.signerId ?? claims.id;
  const signerSeed = change.signerSeed ?? PEER_SEED;
  const keyStatement = signKeyStatement(statement, signerId, curve.ed25519Key(signerSeed));
  const news = { epoch: VECTORS.epoch, serial: VECTORS.statement_serial };
  const payload = encodePayload({ spi: change.spi ?? 512, certificate, keyStatement, ...news });
  const allowTestEquipment = change.allowTestEquipment ?? false;
  return verifyPeer(change.payload?.(payload) ?? payload, change.remoteStatic ?? STATIC, {
    credentials: { ...credentials, allowTestEquipment },
    membership,
    curve,
    remoteScid: PEER.scid,
  });
}

/** The capabilities follow the SPI 512, which takes three octets. */
function withCapabilities(payload: Uint8Array, capabilities: number): Uint8Array {
  const head = new CborWriter().array(7).uint(1).uint(512).finish();
  const changed = payload.slice();
  expect(changed.subarray(0, head.length)).toEqual(head);
  changed[head.length] = capabilities;
  return changed;
}
