import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { transitionTo } from '#protocol/association/association.ts';
import { channelId } from '#protocol/association/association-table.ts';
import { FRAME_AUTH, REPLAY, SA_UNKNOWN } from '#protocol/association/faults.ts';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { ProcedureInitiator } from '#protocol/extended-procedures/initiator.ts';
import { PROCEDURES, type Procedure } from '#protocol/extended-procedures/pdu.ts';
import { EVENT_TAGS, LOG_EVENTS_MAX } from '#protocol/extended-procedures/security-log.ts';
import { Fault } from '#protocol/fault.ts';
import {
  GCM_DEFINITION,
  LOCAL_SCID,
  MASTER_KEY,
  MASTER_KEY_ID,
  PEER_SCID,
  Recipient,
  VIA,
  VIA_KEY_ID,
} from './recipient.ts';

describe('a security unit', () => {
  it('takes a key, proves that it has it, and brings an association to life under it', () => {
    const { recipient, ground } = pair();
    const key = { keyId: 200, key: new Uint8Array(32).fill(0xc8) };
    const run = (octets: Uint8Array) => recipient.command(octets);
    const answered = (octets: Uint8Array) => ground.receive(fromHex(run(octets)[1]!));
    expect(run(ground.upload({ keyId: MASTER_KEY_ID, key: MASTER_KEY }, [key]))).toEqual(['otar']);
    expect(answered(ground.verify([key]))).toEqual({ procedure: 'verify', keyIds: [200] });
    expect(answered(ground.inventory(128, 65_535))).toEqual({
      procedure: 'inventory',
      entries: [
        { id: VIA_KEY_ID, state: 'active' },
        { id: 200, state: 'pre-active' },
      ],
    });
    expect(run(ground.moveKeys('activate', [200]))).toEqual(['activate']);
    const number = fromHex('000000000000000000000010');
    expect(run(ground.create({ spi: 9, definition: GCM_DEFINITION }))).toEqual(['create']);
    expect(run(ground.rekey({ spi: 9, keyId: 200, number }))).toEqual(['rekey']);
    expect(run(ground.start({ spi: 9, channels: [THEIRS] }))).toEqual(['start']);
    expect(run(ground.setWindow({ spi: 9, width: 5 }))).toEqual(['setWindow']);
    expect(answered(ground.read('readNumber', 9))).toEqual({
      procedure: 'readNumber',
      spi: 9,
      number,
    });
    expect(answered(ground.read('status', 9))).toMatchObject({ transition: 11 });
    expect(recipient.associations.opener(9, THEIRS)).not.toBeInstanceOf(Fault);
    for (const how of ['stop', 'expire', 'delete'] as const) {
      expect(run(ground.end(how, 9))).toEqual([how]);
    }
    expect(run(ground.read('status', 9))).toEqual(['session.sa-unknown']);
    expect(run(ground.moveKeys('deactivate', [200]))).toEqual(['deactivate']);
    expect(run(ground.moveKeys('destroy', [200]))).toEqual(['destroy']);
    expect(recipient.keys.find(200)?.octets).toEqual(new Uint8Array(32));
  });

  it('refuses what would change the association or the key that brings the command', () => {
    const { recipient, ground } = pair();
    const own = [
      ground.end('stop', VIA),
      ground.end('expire', VIA),
      ground.end('delete', VIA),
      ground.rekey({ spi: VIA, keyId: VIA_KEY_ID, number: new Uint8Array(12) }),
      ground.start({ spi: VIA, channels: [THEIRS] }),
      ground.setNumber({ spi: VIA, number: new Uint8Array(12) }),
      ground.setWindow({ spi: VIA, width: 1 }),
      ground.moveKeys('deactivate', [VIA_KEY_ID]),
      ground.moveKeys('destroy', [VIA_KEY_ID]),
      ground.upload({ keyId: MASTER_KEY_ID, key: MASTER_KEY }, [
        { keyId: VIA_KEY_ID, key: MASTER_KEY },
      ]),
    ];
    for (const command of own) expect(recipient.command(command)).toEqual(['procedures.own-spi']);
    expect(recipient.associations.find(VIA)?.state).toBe('operational');
    expect(recipient.command(ground.read('status', VIA))[0]).toBe('status');
  });

  it('believes nothing that nobody has authenticated', () => {
    const { recipient, ground } = pair();
    const { associations, keys } = recipient;
    keys.provide(160, new Uint8Array(32).fill(160));
    const fields = { ...GCM_DEFINITION.fields, macOctets: 0 };
    associations.create(2, { ...GCM_DEFINITION, suite: 'aes-256-ctr', fields });
    associations.rekey(2, 160, new Uint8Array(12));
    associations.start(2, [THEIRS]);
    for (const via of [2, 0, 77, 65_535]) {
      expect(recipient.command(ground.monitor('ping'), via)).toEqual([
        'procedures.unauthenticated',
      ]);
    }
  });

  it('lets ground end and ask of a handshake association, and nothing else', () => {
    const { recipient, ground } = pair();
    const spi = 0x1234;
    const number = new Uint8Array(12);
    const transition = transitionTo('keyed', 'operational');
    recipient.dynamic.set(spi, transition);
    for (const command of [
      ground.create({ spi, definition: GCM_DEFINITION }),
      ground.rekey({ spi, keyId: VIA_KEY_ID, number }),
      ground.start({ spi, channels: [THEIRS] }),
      ground.setNumber({ spi, number }),
      ground.setWindow({ spi, width: 9 }),
    ]) {
      expect(recipient.command(command)).toEqual(['procedures.dynamic']);
    }
    const [, reply] = recipient.command(ground.read('status', spi));
    expect(ground.receive(fromHex(reply!))).toEqual({ procedure: 'status', spi, transition });
    expect(recipient.ended).toEqual([]);
    for (const how of ['stop', 'expire', 'delete'] as const) {
      recipient.dynamic.set(spi, transition);
      expect(recipient.command(ground.end(how, spi))).toEqual([how]);
      expect(recipient.ended.pop()).toBe(spi);
    }
  });

  it('passes over a PDU that it does not know by its length, and takes the one behind', () => {
    const { recipient, ground } = pair();
    const unknown = fromHex('0f0010abcd');
    const mission = fromHex('41000812');
    expect(recipient.command(concat([unknown, mission, ground.monitor('ping')]))).toEqual([
      'procedures.unknown-procedure',
      'procedures.unknown-procedure',
      'ping',
      'b10000',
    ]);
    expect(recipient.command(fromHex('b10000'))).toEqual(['procedures.direction']);
    const many = concat(Array.from({ length: 65 }, () => fromHex('0f0000')));
    expect(recipient.command(many)).toHaveLength(65);
    expect(recipient.command(many).at(-1)).toBe('procedures.too-many');
  });

  it('says when its cryptography has gone bad', () => {
    const { recipient, ground } = pair();
    recipient.healthy = false;
    const [, reply] = recipient.command(ground.monitor('selfTest'));
    expect(ground.receive(fromHex(reply!))).toEqual({ procedure: 'selfTest', good: false });
  });

  it('goes on with the numbers of a key that is uploaded again', () => {
    const { recipient, ground } = pair();
    const { associations, ledger, keys } = recipient;
    const key = { keyId: 200, key: new Uint8Array(32).fill(0xc8) };
    const upload = () => ground.upload({ keyId: MASTER_KEY_ID, key: MASTER_KEY }, [key]);
    const live = () => {
      recipient.command(upload());
      keys.move([200], 'active');
      associations.create(9, GCM_DEFINITION);
      associations.rekey(9, 200, new Uint8Array(12));
      expect(associations.start(9, [OURS])).toBeUndefined();
    };
    live();
    ledger.poll();
    ledger.written();
    const out = new Uint8Array(40);
    for (let i = 0; i < 3; i++) {
      expect(associations.sealer([OURS])!.seal(new Uint8Array(12), NOTHING, out, 0, 12)).toBe(
        undefined,
      );
    }
    for (const how of ['stop', 'expire', 'delete'] as const) {
      recipient.command(ground.end(how, 9));
    }
    live();
    expect(toHex(associations.find(9)!.number)).toBe('000000000000000000000003');
  });

  it('answers any octets with values and faults', () => {
    fc.assert(
      fc.property(anyCommands(), (octets) => {
        const { recipient } = pair();
        recipient.command(octets);
      }),
      { numRuns: 500 },
    );
  });
});

describe('its log', () => {
  it('tells what was refused and what was done, and is erased', () => {
    const { recipient, ground } = pair();
    const ask = (what: 'logStatus' | 'dumpLog' | 'eraseLog') =>
      ground.receive(fromHex(recipient.command(ground.monitor(what)).at(-1)!));
    recipient.command(fromHex('0f0000'));
    recipient.command(ground.moveKeys('deactivate', []));
    recipient.unit.sample(2_000, 5, 0x2a, FRAME_AUTH);
    expect(ask('logStatus')).toMatchObject({ events: 3, room: LOG_EVENTS_MAX - 3 });
    expect(ask('dumpLog')).toEqual({
      procedure: 'dumpLog',
      events: [
        { tag: EVENT_TAGS['command refused'], value: fromHex('00000000000003e800010f') },
        { tag: EVENT_TAGS['command done'], value: fromHex('00000000000003e8000103') },
        { tag: EVENT_TAGS['bad MAC'], value: fromHex('00000000000007d0000500') },
      ],
    });
    expect(ask('eraseLog')).toMatchObject({ events: 0, room: LOG_EVENTS_MAX });
  });

  it('keeps what came first', () => {
    const { recipient, ground } = pair();
    for (let i = 0; i < LOG_EVENTS_MAX + 9; i++) recipient.unit.sample(i, 5, 0, FRAME_AUTH);
    const dump = ground.receive(fromHex(recipient.command(ground.monitor('dumpLog')).at(-1)!));
    if (dump instanceof Fault || dump.procedure !== 'dumpLog') throw new Error('no dump');
    expect(dump.events).toHaveLength(LOG_EVENTS_MAX);
    expect(toHex(dump.events[0]!.value)).toBe('0000000000000000000500');
  });
});

describe('its Frame Security Report', () => {
  it('shows the last frame, and the alarm until it is reset', () => {
    const { recipient, ground } = pair();
    const { unit } = recipient;
    const clean = { alarm: false, badSequence: false, badMac: false, badAssociation: false };
    unit.sample(1, 5, 42);
    expect(unit.report).toEqual({ ...clean, spi: 5, sequenceLow: 42 });
    unit.sample(2, 5, 43, FRAME_AUTH);
    expect(unit.report).toMatchObject({ alarm: true, badMac: true });
    unit.sample(3, 5, 41, REPLAY);
    expect(unit.report).toMatchObject({ badMac: false, badSequence: true });
    unit.sample(4, 99, 1, SA_UNKNOWN);
    expect(unit.report).toMatchObject({ badAssociation: true, badSequence: false, spi: 99 });
    unit.sample(5, 5, 44);
    expect(unit.report).toEqual({ ...clean, alarm: true, spi: 5, sequenceLow: 44 });
    recipient.command(ground.monitor('resetAlarm'));
    expect(unit.report).toEqual({ ...clean, spi: 5, sequenceLow: 44 });
  });
});

const NOTHING = new Uint8Array(0);
const THEIRS = channelId(12, PEER_SCID, 0, 0);
const OURS = channelId(12, LOCAL_SCID, 0, 0);

function pair() {
  const ground = new ProcedureInitiator(nativeProvider.aead, new SeededRandom(2, 'ground'));
  return { recipient: new Recipient(), ground };
}

/** Tags that are known, lengths that fit, and data that may mean something. */
function anyCommands() {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.uint8Array({ maxLength: 60 }).map((rest) => concat([Uint8Array.of(0, 9), rest])),
  );
  const command = fc
    .tuple(fc.constantFrom(...(Object.keys(PROCEDURES) as Procedure[])), data)
    .map(([procedure, octets]) => {
      const bits = octets.length * 8;
      return concat([Uint8Array.of(PROCEDURES[procedure], bits >> 8, bits), octets]);
    });
  return fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(command, { maxLength: 5 }).map(concat),
  );
}
