import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { transitionTo } from '#protocol/association/association.ts';
import { AssociationTable, channelId } from '#protocol/association/association-table.ts';
import {
  KEY_ID,
  KEY_STATE,
  NO_NUMBER,
  NUMBER_LOW,
  NUMBER_SPENT,
  SA_BINDING,
  SA_EXISTS,
  SA_STATE,
  SA_TAKEN,
  SA_UNKNOWN,
  SPI,
} from '#protocol/association/faults.ts';
import { KeyInventory } from '#protocol/association/key-inventory.ts';
import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { StaticReceiveKey, StaticSendKey } from '#protocol/association/static-keys.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { Fault } from '#protocol/fault.ts';

describe('the life of an association', () => {
  const states: readonly ProvisionedState[] = ['null', 'unkeyed', 'keyed', 'operational'];
  const directives: Record<string, { from: ProvisionedState; to: ProvisionedState; id: number }> = {
    create: { from: 'null', to: 'unkeyed', id: 1 },
    rekey: { from: 'unkeyed', to: 'keyed', id: 6 },
    start: { from: 'keyed', to: 'operational', id: 11 },
    stop: { from: 'operational', to: 'keyed', id: 14 },
    expire: { from: 'keyed', to: 'unkeyed', id: 9 },
    delete: { from: 'unkeyed', to: 'null', id: 4 },
  };

  it.each(Object.entries(directives))('lets %s leave one state only', (name, { from, to, id }) => {
    for (const state of states) {
      const { table } = tableIn(state);
      const fault = direct(table, name);
      if (state === from) {
        expect(fault).toBeUndefined();
        expect(table.find(5)?.state ?? 'null').toBe(to);
        if (to !== 'null') expect(table.find(5)?.transition).toBe(id);
      } else {
        const expected = name === 'create' ? SA_EXISTS : state === 'null' ? SA_UNKNOWN : SA_STATE;
        expect(fault, `${name} in ${state}`).toBe(expected);
        expect(table.find(5)?.state ?? 'null').toBe(state);
      }
    }
    expect(transitionTo(from, to)).toBe(id);
  });
});

describe('an association table', () => {
  it('opens for an operational receiver on its channels, under an active key', () => {
    const { table, keys } = tableIn('operational');
    expect(table.opener(6, THEIRS)).toBe(SA_UNKNOWN);
    expect(table.opener(5, THEIRS + 1)).toBe(SA_BINDING);
    expect(table.opener(5, THEIRS)).toBeInstanceOf(StaticReceiveKey);
    keys.move([200], 'deactivated');
    expect(table.opener(5, THEIRS)).toBe(KEY_STATE);
    table.find(5)!.stop();
    expect(table.opener(5, THEIRS)).toBe(SA_STATE);
  });

  it('seals on its own channels, one association for each', () => {
    const { table, keys } = tableIn('keyed');
    expect(table.start(5, [OURS, THEIRS])).toBe(SA_BINDING);
    expect(table.start(5, [])).toBe(SA_BINDING);
    expect(table.sealer([OURS])).toBeUndefined();
    expect(table.start(5, [OURS])).toBeUndefined();
    expect(table.sealer([OURS])).toBeInstanceOf(StaticSendKey);
    expect(table.sealer([THEIRS])).toBeUndefined();
    table.create(6, DEFINITION);
    table.rekey(6, 201, ZERO);
    expect(table.start(6, [OURS + 1, OURS])).toBe(SA_TAKEN);
    keys.move([200], 'deactivated');
    expect(table.sealer([OURS])).toBeUndefined();
  });

  it('gives no key to two associations, nor the same octets under two ids', () => {
    const { table, keys } = tableIn('keyed');
    table.create(6, DEFINITION);
    expect(table.rekey(6, 200, ZERO)).toBe(SA_TAKEN);
    keys.store(202, new Uint8Array(32).fill(200));
    keys.move([202], 'active');
    expect(table.rekey(6, 202, ZERO)).toBe(SA_TAKEN);
    expect(table.rekey(6, 299, ZERO)).toBe(KEY_ID);
    keys.store(203, new Uint8Array(32).fill(3));
    expect(table.rekey(6, 203, ZERO)).toBe(KEY_STATE);
    expect(table.rekey(6, 201, new Uint8Array(13).fill(1))).toBe(NUMBER_SPENT);
    expect(table.rekey(6, 201, ZERO)).toBeUndefined();
  });

  it('holds the SPIs of static associations only', () => {
    const { table } = tableIn('null');
    for (const spi of [0, 256, 65_535]) expect(table.create(spi, DEFINITION)).toBe(SPI);
  });

  it('sets a number forward only, and goes on from it', () => {
    const { table } = tableIn('operational');
    const association = table.find(5)!;
    expect(association.setNumber(fromHex('64'))).toBeUndefined();
    expect(association.setNumber(fromHex('63'))).toBe(NUMBER_LOW);
    association.stop();
    expect(association.setNumber(fromHex('63'))).toBe(NUMBER_LOW);
    expect(association.setNumber(fromHex('65'))).toBeUndefined();
    table.start(5, [THEIRS]);
    expect(toHex(association.number)).toBe('000000000000000000000065');
    table.find(5)!.stop();
    table.find(5)!.expire();
    expect(association.setNumber(fromHex('70'))).toBe(SA_STATE);
  });

  it('never starts a key below the numbers that it has used', () => {
    const { table } = tableIn('operational');
    table.find(5)!.setNumber(fromHex('1000'));
    table.find(5)!.stop();
    table.find(5)!.expire();
    table.rekey(5, 200, ZERO);
    table.start(5, [THEIRS]);
    expect(toHex(table.find(5)!.number)).toBe('000000000000000000001000');
  });

  it('has no number where nothing is authenticated', () => {
    const { table } = tableIn('null');
    const fields = { ...DEFINITION.fields, macOctets: 0 };
    table.create(7, { ...DEFINITION, suite: 'aes-256-ctr', fields });
    expect(table.find(7)!.setNumber(ZERO)).toBe(NO_NUMBER);
    expect(table.find(7)!.setWindowWidth(9)).toBe(NO_NUMBER);
  });
});

type ProvisionedState = 'null' | 'unkeyed' | 'keyed' | 'operational';

const OURS = channelId(12, 101, 0, 0);
const THEIRS = channelId(12, 7, 0, 0);
const ZERO = new Uint8Array(12);

const DEFINITION = {
  suite: 'aes-256-gcm',
  fields: {
    ivOctets: 12,
    sequenceNumberOctets: 0,
    padLengthOctets: 0,
    macOctets: 16,
    mask: undefined,
  },
  windowWidth: 64,
} as const;

function direct(table: AssociationTable, directive: string): Fault | undefined {
  switch (directive) {
    case 'create':
      return table.create(5, DEFINITION);
    case 'rekey':
      return table.rekey(5, table.find(5)?.state === 'unkeyed' ? 200 : 201, ZERO);
    case 'start':
      return table.start(5, [THEIRS]);
    case 'stop':
      return table.find(5) === undefined ? SA_UNKNOWN : table.find(5)!.stop();
    case 'expire':
      return table.find(5) === undefined ? SA_UNKNOWN : table.find(5)!.expire();
    default:
      return table.delete(5);
  }
}

function tableIn(state: ProvisionedState) {
  const keys = new KeyInventory();
  keys.provide(200, new Uint8Array(32).fill(200));
  keys.provide(201, new Uint8Array(32).fill(201));
  const ledger = NumberLedger.decode(undefined) as NumberLedger;
  const table = new AssociationTable(101, keys, ledger, nativeProvider.aead);
  const reached = ['null', 'unkeyed', 'keyed', 'operational'].indexOf(state);
  for (const directive of ['create', 'rekey', 'start'].slice(0, reached)) direct(table, directive);
  expect(table.find(5)?.state ?? 'null').toBe(state);
  return { table, keys };
}
