import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { channelId } from '#protocol/association/association-table.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import {
  decodeSpiNumber,
  decodeStatus,
  encodeRekey,
  encodeSpi,
  encodeSpiNumber,
  encodeStart,
  encodeStatus,
} from '#protocol/extended-procedures/association-procedures.ts';
import { decodeReport, encodeReport } from '#protocol/extended-procedures/frame-security-report.ts';
import {
  decodeChallengeReplies,
  decodeInventory,
  decodeUpload,
  encodeChallenges,
  encodeKeyList,
  encodeKeyRange,
  encodeUpload,
  openUpload,
} from '#protocol/extended-procedures/key-procedures.ts';
import { PROCEDURE_PARAMETERS } from '#protocol/extended-procedures/managed-parameters.ts';
import {
  decodePdu,
  encodeCommand,
  encodeReply,
  type Procedure,
  procedureOf,
} from '#protocol/extended-procedures/pdu.ts';
import { Fault } from '#protocol/fault.ts';
import { GCM_DEFINITION, Recipient, VIA } from './recipient.ts';

const { vectors, count } = JSON.parse(
  readFileSync(new URL('../../vectors/ccsds-sdls-ep.json', import.meta.url), 'utf8'),
) as { vectors: Vector[]; count: number };

/** What CryptoLib leaves behind the fields, and takes. */
const LENIENT = { ...PROCEDURE_PARAMETERS, trailingOctetsMax: 4 };

describe('ccsds-sdls-ep.json', () => {
  const commands = vectors.filter(({ id }) => id in OUTCOMES);
  const replies = vectors.filter(({ id }) => id in REPLIES);
  const reports = vectors.filter(({ kind }) => kind === 'fsr');

  it('is run to its last vector', () => {
    expect(commands.length + replies.length + reports.length).toBe(vectors.length);
    expect(vectors).toHaveLength(count);
  });

  it.each(commands.map((vector) => [vector.id, vector] as const))('%s', (id, vector) => {
    const recipient = new Recipient(id.startsWith('cl-') ? LENIENT : undefined);
    PREPARE[id]?.(recipient);
    const outcome = OUTCOMES[id]!;
    const came = recipient.command(pduOf(vector), id === 'cl-stop-sa-own' ? 0 : VIA);
    expect(came).toEqual(outcome);
    if (vector.tag === undefined) return;
    const decoded = decodePdu(pduOf(vector));
    if (decoded instanceof Fault) throw new Error(decoded.key);
    const { pdu } = decoded;
    expect(pdu.reply).toBe(false);
    expect([pdu.group, pdu.procedure]).toEqual([vector.tag.service_group, vector.tag.procedure_id]);
    expect(pdu.data.length * 8).toBe(vector.length_bits);
  });

  it.each(Object.entries(ENCODED))('%s is written octet for octet', (id, [procedure, encode]) => {
    const vector = vectors.find((candidate) => candidate.id === id)!;
    const data = encode(vector);
    const pdu = id.includes('reply')
      ? encodeReply(procedure, data)
      : encodeCommand(procedure, data);
    expect(toHex(pdu)).toBe(vector.pdu);
  });

  it.each(replies.map((vector) => [vector.id, vector] as const))('%s is read', (id, vector) => {
    const octets = pduOf(vector);
    const decoded = decodePdu(octets);
    if (decoded instanceof Fault) throw new Error(decoded.key);
    expect([decoded.pdu.reply, decoded.end]).toEqual([true, octets.length]);
    expect(procedureOf(decoded.pdu)).toBe(REPLIES[id]![0]);
    REPLIES[id]![1](decoded.pdu.data, vector);
    const { space_packet: packet } = vector;
    if (packet === undefined) return;
    // Behind a Space Packet header, whose length is not that of the packet, and four of PUS.
    expect(toHex(fromHex(packet).subarray(10))).toBe(vector.pdu);
  });

  it.each(reports.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const { fields, octets } = vector;
    const report = {
      alarm: fields!.alarm === 1,
      badSequence: fields!.bad_sequence === 1,
      badMac: fields!.bad_mac === 1,
      badAssociation: fields!.bad_sa === 1,
      spi: fields!.last_spi,
      sequenceLow: fields!.sequence_lsb,
    };
    expect(decodeReport(fromHex(octets!))).toEqual(report);
    expect(toHex(encodeReport(report))).toBe(octets);
  });

  it('gives up the keys that were uploaded', () => {
    for (const id of ['cl-otar', 'otar-a']) {
      const vector = vectors.find((candidate) => candidate.id === id)!;
      const upload = decodeUpload(pduOf(vector).subarray(3), LENIENT);
      if (upload instanceof Fault) throw new Error(upload.key);
      const entries = openUpload(upload, nativeProvider.aead.key(fromHex(vector.master_key!)));
      if (entries instanceof Fault) throw new Error(entries.key);
      const found = entries.map(({ keyId, key }) => ({ key_id: keyId, key: toHex(key) }));
      expect(found).toEqual(vector.keys);
    }
  });
});

/** What comes of each command at a recipient that was prepared for it. */
const OUTCOMES: Record<string, readonly string[]> = {
  'cl-otar': ['otar'],
  'cl-otar-master-key-inactive': ['session.key-state'],
  'cl-inventory': ['inventory', '8700580003008400008500008601'],
  'cl-verify-command': [
    'verify',
    expect.stringMatching(/^8402e00084[89a-f][0-9a-f]{87}0086[89a-f][0-9a-f]{87}$/),
  ],
  'cl-deactivate-one-key': ['deactivate'],
  'cl-deactivate-ten-keys': ['deactivate'],
  'cl-deactivate-length-zero': ['deactivate'],
  'cl-read-arsn-4': ['readNumber', '9000700004000000000000000000000000'],
  'cl-set-arsn-6': ['setNumber'],
  'cl-stop-sa-6': ['stop'],
  'cl-stop-sa-own': ['procedures.own-spi'],
  'cl-mc-ping': ['ping', 'b10000'],
  'cl-mc-dump-log': ['dumpLog', 'b30000'],
  'cl-mc-self-test': ['selfTest', 'b5000800'],
  'otar-a': ['otar'],
  'otar-bad-mac-a': ['procedures.mac'],
  'activate-a': ['activate'],
  'deactivate-a': ['deactivate'],
  'verify-command-a': ['verify', expect.stringMatching(/^84017000c8[89a-f][0-9a-f]{87}$/)],
  'inventory-a': ['inventory', '870040000200c80000c901'],
  'start-sa-a': ['start'],
  'stop-sa-a': ['stop'],
  'rekey-sa-a': ['rekey'],
  'expire-sa-a': ['expire'],
  'set-arsn-a': ['setNumber'],
  'ping-a': ['ping', 'b10000'],
  'rej-length-not-octets': ['procedures.length'],
  'rej-unknown-procedure': ['procedures.unknown-procedure'],
};

const CL_MASTER = fromHex('000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f');

/** The state that the command expects. */
const PREPARE: Record<string, (recipient: Recipient) => void> = {
  'cl-otar': ({ keys }) => keys.provide(0, CL_MASTER),
  'cl-otar-master-key-inactive': ({ keys }) => {
    keys.provide(127, CL_MASTER);
    keys.find(127)!.enter('deactivated');
  },
  'cl-inventory': ({ keys }) => {
    for (const id of [132, 133, 134]) keys.store(id, keyOf(id));
    keys.move([134], 'active');
  },
  'cl-verify-command': ({ keys }) => {
    for (const id of [132, 134]) keys.store(id, keyOf(id));
  },
  'cl-deactivate-one-key': ({ keys }) => activeKeys(keys, [142]),
  'cl-deactivate-ten-keys': ({ keys }) =>
    activeKeys(keys, [128, 129, 130, 131, 132, 133, 134, 135, 136, 137]),
  'cl-read-arsn-4': ({ associations }) => associations.create(4, GCM_DEFINITION),
  'cl-set-arsn-6': (recipient) => keyed(recipient, 6),
  'cl-stop-sa-6': (recipient) => operational(recipient, 6),
  'cl-stop-sa-own': ({ dynamic }) => dynamic.set(0, 11),
  'activate-a': ({ keys }) => {
    for (const id of [200, 201]) keys.store(id, keyOf(id));
  },
  'deactivate-a': ({ keys }) => activeKeys(keys, [200]),
  'verify-command-a': ({ keys }) => keys.store(200, keyOf(200)),
  'inventory-a': ({ keys }) => {
    keys.store(200, keyOf(200));
    activeKeys(keys, [201]);
  },
  'start-sa-a': (recipient) => keyed(recipient, 5),
  'stop-sa-a': (recipient) => operational(recipient, 5),
  'rekey-sa-a': ({ keys, associations }) => {
    activeKeys(keys, [200]);
    associations.create(5, GCM_DEFINITION);
  },
  'expire-sa-a': (recipient) => keyed(recipient, 5),
  'set-arsn-a': (recipient) => keyed(recipient, 5),
};

type Check = (data: Uint8Array, vector: Vector) => void;

const REPLIES: Record<string, readonly [Procedure, Check]> = {
  'cl-verify-reply': ['verify', expectProofs],
  'verify-reply-a': ['verify', expectProofs],
  'inventory-reply-a': [
    'inventory',
    (data) =>
      expect(decodeInventory(data, PROCEDURE_PARAMETERS)).toEqual([
        { id: 200, state: 'active' },
        { id: 201, state: 'active' },
      ]),
  ],
  'read-arsn-reply-a': [
    'readNumber',
    (data) =>
      expect(decodeSpiNumber(data, PROCEDURE_PARAMETERS)).toEqual({
        spi: 5,
        number: fromHex('0000000000000000000003e9'),
      }),
  ],
  'sa-status-reply-a': [
    'status',
    (data) => expect(decodeStatus(data)).toEqual({ spi: 5, transition: 0x0b }),
  ],
  'ping-reply-a': ['ping', (data) => expect(data).toHaveLength(0)],
  'self-test-reply-a': ['selfTest', (data) => expect(data).toEqual(Uint8Array.of(0))],
};

const ENCODED: Record<string, readonly [Procedure, (vector: Vector) => Uint8Array]> = {
  'otar-a': [
    'otar',
    ({ master_key_id, master_key, iv, keys }) =>
      encodeUpload(
        master_key_id!,
        nativeProvider.aead.key(fromHex(master_key!)),
        fromHex(iv!),
        keys!.map(({ key_id, key }) => ({ keyId: key_id, key: fromHex(key) })),
      ),
  ],
  'activate-a': ['activate', ({ key_ids }) => encodeKeyList(key_ids!)],
  'verify-command-a': [
    'verify',
    ({ entries }) =>
      encodeChallenges(
        entries!.map(({ key_id, challenge }) => ({
          keyId: key_id,
          challenge: fromHex(challenge!),
        })),
      ),
  ],
  'inventory-a': ['inventory', () => encodeKeyRange(200, 201)],
  'start-sa-a': ['start', () => encodeStart({ spi: 5, channels: [channelId(12, 291, 3, 2)] })],
  'stop-sa-a': ['stop', () => encodeSpi(5)],
  'rekey-sa-a': [
    'rekey',
    () => encodeRekey({ spi: 5, keyId: 200, number: Uint8Array.of(1) }, PROCEDURE_PARAMETERS),
  ],
  'set-arsn-a': [
    'setNumber',
    () => encodeSpiNumber({ spi: 5, number: Uint8Array.of(3, 0xe8) }, PROCEDURE_PARAMETERS),
  ],
  'sa-status-reply-a': ['status', () => encodeStatus({ spi: 5, transition: 11 })],
};

function expectProofs(data: Uint8Array, { entries }: Vector): void {
  const proofs = decodeChallengeReplies(data);
  if (proofs instanceof Fault) throw new Error(proofs.key);
  const opened = proofs.map(({ keyId, iv, sealed }, index) => {
    const key = nativeProvider.aead.key(fromHex(entries![index]!.key!));
    const challenge = key.open(iv, new Uint8Array(0), sealed) as Uint8Array;
    return { key_id: keyId, challenge: toHex(challenge) };
  });
  expect(opened).toEqual(entries!.map(({ key_id, challenge }) => ({ key_id, challenge })));
}

function keyed({ keys, associations }: Recipient, spi: number): void {
  activeKeys(keys, [210]);
  associations.create(spi, GCM_DEFINITION);
  expect(associations.rekey(spi, 210, new Uint8Array(12))).toBeUndefined();
}

function operational(recipient: Recipient, spi: number): void {
  keyed(recipient, spi);
  expect(recipient.associations.start(spi, [channelId(12, 291, 3, 2)])).toBeUndefined();
}

function activeKeys(keys: Recipient['keys'], ids: readonly number[]): void {
  for (const id of ids) keys.store(id, keyOf(id));
  expect(keys.move(ids, 'active')).toBeUndefined();
}

function keyOf(id: number): Uint8Array {
  return new Uint8Array(32).fill(id);
}

function pduOf({ pdu }: Vector): Uint8Array {
  return fromHex(pdu!);
}

interface Vector {
  readonly id: string;
  readonly kind: 'pdu' | 'fsr';
  readonly pdu?: string;
  readonly space_packet?: string;
  readonly length_bits?: number;
  readonly tag?: { readonly service_group: number; readonly procedure_id: number };
  readonly master_key_id?: number;
  readonly master_key?: string;
  readonly iv?: string;
  readonly keys?: readonly { readonly key_id: number; readonly key: string }[];
  readonly key_ids?: readonly number[];
  readonly entries?: readonly {
    readonly key_id: number;
    readonly key?: string;
    readonly challenge?: string;
  }[];
  readonly octets?: string;
  readonly fields?: {
    readonly alarm: number;
    readonly bad_sequence: number;
    readonly bad_mac: number;
    readonly bad_sa: number;
    readonly last_spi: number;
    readonly sequence_lsb: number;
  };
}
