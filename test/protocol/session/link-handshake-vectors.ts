/** The worked example of link-security, made by an independent program. */
import { readFileSync } from 'node:fs';
import { fromHex } from '#protocol/bytes/octets.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';

interface Side {
  scid: number;
  eid: string;
  identity_private: string;
  identity_public: string;
  cert_id: string;
  boot: number;
  static_private: string;
  static_public: string;
  ephemeral_private: string;
  receive_spi: number;
  rekey_ephemeral_private: string;
  rekey_receive_spi: number;
  certificate: string;
  handshake_key_statement: string;
}

interface Association {
  spi: number;
  key: string;
  iv_fixed: string;
}

interface FirstContact {
  prologue: string;
  noise_message_1: string;
  hello: string;
  cookie_message: string;
  hello_with_cookie: string;
  reply_payload: string;
  noise_message_2: string;
  reply: string;
  finish_payload: string;
  noise_message_3: string;
  finish: string;
  handshake_hash: string;
  split: [string, string];
  i2r: Association;
  r2i: Association;
  resume_id: string;
  resume_psk: string;
  session_id: string;
}

interface LinkHandshakeVectors {
  constellation_id: string;
  admission_key: string;
  root_private: string;
  root_public: string;
  issuer_private: string;
  issuer_public: string;
  epoch: number;
  statement_serial: number;
  constellation_statement: string;
  initiator: Side;
  responder: Side;
  handshake_id: string;
  rekey_handshake_id: string;
  cookie_secret: string;
  cookie_port_name: string;
  cookie: string;
  full_handshake_suite_1: FirstContact;
  full_handshake_suite_2: FirstContact & {
    kem_keygen_seed_d_z: string;
    kem_encapsulation_seed_m: string;
    kem_shared: string;
  };
  rekey_suite_1: {
    prologue: string;
    noise_message_1: string;
    rekey: string;
    noise_message_2: string;
    rekey_reply: string;
    handshake_hash: string;
    split: [string, string];
    i2r: Association;
    r2i: Association;
    resume_id: string;
    resume_psk: string;
    session_id: string;
  };
  protected_frames_suite_1: {
    direction: 'i2r' | 'r2i';
    counter: number;
    iv: string;
    aad: string;
    tfdf: string;
    frame: string;
  }[];
}

export const VECTORS = JSON.parse(
  readFileSync('test/vectors/link-handshake.json', 'utf8'),
) as LinkHandshakeVectors;

/** What a side of the example was given before launch. */
export function credentialsOf(side: 'initiator' | 'responder'): Credentials {
  return {
    constellationId: fromHex(VECTORS.constellation_id),
    rootPublicKeys: [fromHex(VECTORS.root_public)],
    statement: fromHex(VECTORS.constellation_statement),
    identityPrivateKey: fromHex(VECTORS[side].identity_private),
    certificate: fromHex(VECTORS[side].certificate),
    admissionKeys: [{ epoch: VECTORS.epoch, key: fromHex(VECTORS.admission_key) }],
    allowTestEquipment: false,
  };
}
