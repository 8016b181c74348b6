/** The formats of key agreement, and the keys of protected frames. */
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat, fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeControl, KEEPALIVE_MESSAGE } from '#protocol/link/link-control.ts';
import { decodeCertificate } from '#protocol/membership/certificate.ts';
import { verifyCertificate } from '#protocol/membership/certificate-check.ts';
import { decodeObject, verifyObject } from '#protocol/membership/cose.ts';
import { CERT_FORM } from '#protocol/membership/faults.ts';
import { decodeKeyStatement } from '#protocol/membership/key-statement.ts';
import { decodeStatement, verifyStatement } from '#protocol/membership/statement.ts';
import { ReceiveKey, SendKey } from '#protocol/session/keys.ts';
import { FINISH } from '#protocol/session/message-header.ts';
import { checkMac1, checkMac2, macKeyOf } from '#protocol/session/message-macs.ts';
import { decodeMessage, encodeMessage } from '#protocol/session/messages.ts';
import { HandshakeState } from '#protocol/session/noise.ts';
import { KKPSK0, XX } from '#protocol/session/noise-patterns.ts';
import {
  decodePayload,
  decodeRekeyPayload,
  encodePayload,
  encodeRekeyPayload,
} from '#protocol/session/payload.ts';
import { verifyPeer } from '#protocol/session/peer-check.ts';
import { CREDENTIALS, Endpoint, SCID_A, SCID_B } from '../../protocol/session/endpoint.ts';
import {
  accepted,
  decoder,
  favouring,
  promise,
  same,
  type Target,
  vectorOctets,
} from '../target.ts';

const { curve } = nativeProvider;
const NOTHING = new Uint8Array(0);
const KEY = new Uint8Array(32).fill(3);
const FIXED_FIELD = Uint8Array.of(1, 2, 3, 4);
const PAIR = curve.x25519Key(KEY);
const vectors = vectorOctets(['link-handshake'], 16);
const credentials = CREDENTIALS.b;
const [a, b] = [new Endpoint('a'), new Endpoint('b')];
const peer = CREDENTIALS.a;
const macKey = macKeyOf(credentials.admissionKeys[0]!.key, SCID_B);
const hks = a.membership.identity.keyStatement;
const certificates = favouring([peer.certificate, credentials.certificate], vectors);
const payloads = favouring([ownPayload()], vectors);
const header = {
  sourceScid: SCID_A,
  destinationScid: SCID_B,
  handshakeId: new Uint8Array(8).fill(6),
} as const;
const messages = favouring(
  ownMessages(),
  vectors.filter(({ length }) => length >= 20),
);

const judge = { credentials, statement: b.membership.statement, curve, scid: SCID_A };

export const SESSION_TARGETS: readonly Target[] = [
  decoder(
    'decodeMessage',
    messages,
    (octets) => {
      const addressed = octets.slice();
      if (addressed.length >= 20) {
        // To whom it belongs, and as long as it says: what is left to be wrong is further in.
        const view = new DataView(addressed.buffer);
        view.setUint16(4, addressed.length);
        view.setUint16(6, SCID_A);
        view.setUint16(8, SCID_B);
      }
      return [octets, addressed]
        .map((message) =>
          accepted(decodeMessage(message, SCID_B, SCID_A), (decoded) => {
            const written = encodeMessage(decoded, macKey);
            promise(written.length === message.length, 'a message is as long as it was');
            if (decoded.type === FINISH) same(written, message);
            else {
              promise(checkMac1(written, macKey) === undefined, 'its mac1 is good');
              checkMac1(message, macKey);
              if (message.length > 52) checkMac2(message, macKey);
            }
          }),
        )
        .includes(true);
    },
    ['decodeMessage', 'readHeader', 'checkMac1', 'checkMac2'],
    2,
  ),
  decoder('decodePayload', payloads, (octets) =>
    accepted(decodePayload(octets), (payload) => {
      const again = decodePayload(encodePayload(payload));
      promise(!(again instanceof Fault) && again.spi === payload.spi, 'a payload comes back');
    }),
  ),
  decoder(
    'decodeRekeyPayload',
    [encodeRekeyPayload({ spi: 700, epoch: 7, serial: 41 }), ...vectors],
    (octets) =>
      accepted(decodeRekeyPayload(octets), (payload) => {
        const again = decodeRekeyPayload(encodeRekeyPayload(payload));
        promise(!(again instanceof Fault) && again.spi === payload.spi, 'a payload comes back');
      }),
  ),
  decoder('decodeObject', certificates, (octets) =>
    accepted(decodeObject(octets, 'islk-cert', 1024, CERT_FORM), ({ payload }) =>
      promise(payload.length <= octets.length, 'the payload is part of it'),
    ),
  ),
  decoder('decodeCertificate', certificates, (octets) =>
    accepted(decodeCertificate(octets), ({ certificate }) => {
      promise(certificate.firstEpoch <= certificate.lastEpoch, 'epochs are in order');
      promise(certificate.scids.length <= 4, 'scids are few');
    }),
  ),
  decoder(
    'verifyCertificate',
    certificates,
    // Anything else that verified would be a forgery.
    (octets) => accepted(verifyCertificate(octets, judge), () => same(peer.certificate, octets)),
    ['verifyCertificate'],
    4,
  ),
  decoder('decodeKeyStatement', favouring([hks], vectors), (octets) =>
    accepted(decodeKeyStatement(octets), ({ statement }) =>
      promise(Number.isSafeInteger(statement.boot), 'a boot is a number'),
    ),
  ),
  decoder(
    'verifyStatement',
    favouring([credentials.statement], vectors),
    (octets) => {
      const { rootPublicKeys, constellationId } = credentials;
      const verified = verifyStatement(octets, rootPublicKeys, constellationId, curve);
      return accepted(verified, () => same(credentials.statement, octets));
    },
    ['verifyStatement'],
    4,
  ),
  decoder('decodeStatement', favouring([credentials.statement], vectors), (octets) =>
    accepted(decodeStatement(octets), ({ statement }) =>
      promise(statement.issuerPublicKeys.length <= 8, 'issuers are few'),
    ),
  ),
  decoder(
    'verifyPeer',
    payloads,
    (octets) => {
      const context = { credentials, membership: b.membership, curve, remoteScid: SCID_A };
      return accepted(verifyPeer(octets, a.membership.identity.staticKey.publicKey, context));
    },
    ['verifyPeer'],
    4,
  ),
  decoder(
    'verifyObject',
    certificates,
    (octets) => {
      const object = decodeObject(octets, 'islk-cert', 1024, CERT_FORM);
      if (object instanceof Fault) return false;
      const key = octets.length >= 32 ? octets.slice(0, 32) : new Uint8Array(32);
      return verifyObject(object, key, curve) || true;
    },
    ['verifyObject'],
    4,
  ),
  decoder(
    'HandshakeState.readMessage',
    [...messages.map((message) => message.subarray(20)), ...vectorOctets(['noise'], 32)],
    feedNoise,
    ['readMessage', 'readKeys', 'readPayload'].map((verb) => `HandshakeState.${verb}`),
    1,
  ),
  decoder('decodeControl', [KEEPALIVE_MESSAGE, ...controls()], (octets) =>
    accepted(decodeControl(octets), ({ kind }) =>
      promise(kind !== undefined, 'a message is of some kind'),
    ),
  ),
  {
    name: 'ReceiveKey.open',
    covers: ['ReceiveKey.open'],
    corpus: sealedFrames(),
    streak: 256,
    weight: 4,
    start: () => {
      const key = new ReceiveKey(300, nativeProvider.aead.key(KEY), FIXED_FIELD);
      const seen = new Set<string>();
      return (octets) => {
        if (octets.length < 12) return false;
        const iv = octets.subarray(0, 12);
        return accepted(key.open(iv, NOTHING, octets.subarray(12)), () => {
          promise(!seen.has(iv.join()), 'an IV is taken once');
          seen.add(iv.join());
        });
      };
    },
  },
];

function ownPayload(): Uint8Array {
  const { epoch, serial } = a.membership.statement;
  const { certificate } = peer;
  return encodePayload({ spi: 700, certificate, keyStatement: hks, epoch, serial });
}

/** The first message of either pattern, as the responder reads it, and the second of XX. */
function feedNoise(octets: Uint8Array): boolean {
  const prologue = NOTHING;
  const common = { provider: nativeProvider, prologue, staticKey: PAIR, ephemeralKey: PAIR };
  const responder = HandshakeState.initialize({ ...common, pattern: XX, initiator: false });
  const initiator = HandshakeState.initialize({ ...common, pattern: XX, initiator: true });
  initiator.writeMessage(NOTHING);
  const remoteStatic = PAIR.publicKey;
  const psk = KEY;
  const pattern = KKPSK0;
  const rekey = { ...common, pattern, initiator: false, remoteStatic, psk };
  return [responder, initiator, HandshakeState.initialize(rekey)]
    .map((state) => accepted(state.readMessage(octets)))
    .includes(true);
}

/** A first contact's messages and those around it. */
function ownMessages(): Uint8Array[] {
  const noise = new Uint8Array(32).fill(9);
  const long = new Uint8Array(400).fill(9);
  const sixteen = new Uint8Array(16).fill(1);
  const bodies = [
    { type: 1, noise },
    { type: 2, noise: long },
    { type: 3, noise: long },
    { type: 4, answeredMac1: sixteen, cookie: sixteen },
    { type: 5, resumeId: sixteen, noise: long },
    { type: 6, noise: long },
    { type: 7 },
  ] as const;
  return bodies.map((body) => encodeMessage({ ...header, suite: 1, ...body }, macKey));
}

function controls(): Uint8Array[] {
  return ['81 01', '820203', '83040718 29', '820344 01020304', '8163666f6f'].map((text) =>
    fromHex(text.replaceAll(' ', '')),
  );
}

function sealedFrames(): Uint8Array[] {
  const key = new SendKey(300, nativeProvider.aead.key(KEY), FIXED_FIELD);
  return Array.from({ length: 64 }, (_, count) => {
    const [iv, sealed] = [new Uint8Array(12), new Uint8Array(count + 17)];
    const whole = concat([iv, sealed]);
    promise(key.seal(NOTHING, new Uint8Array(count + 1), whole, 0, 12) === undefined, 'sealed');
    return whole;
  });
}
