/** A recipient with master key 5, keys of its configuration, and an association to command it by. */
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { AssociationTable, channelId } from '#protocol/association/association-table.ts';
import { KeyInventory } from '#protocol/association/key-inventory.ts';
import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { DynamicAssociations } from '#protocol/extended-procedures/association-commands.ts';
import type { ProcedureParameters } from '#protocol/extended-procedures/managed-parameters.ts';
import { SecurityUnit } from '#protocol/extended-procedures/security-unit.ts';

export const MASTER_KEY_ID = 5;
export const MASTER_KEY = fromHex(
  '480c9ea88ead2d557cdb2a59736078f08144aec002a894d5163b9cdd43c617c4',
);
/** The association that brings commands, and the key under it. */
export const VIA = 1;
export const VIA_KEY_ID = 150;
export const LOCAL_SCID = 101;
export const PEER_SCID = 7;
export const CHANNEL = channelId(12, PEER_SCID, 0, 1);

export const GCM_DEFINITION = {
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

export class Recipient {
  readonly keys = new KeyInventory();
  readonly ledger = NumberLedger.decode(undefined) as NumberLedger;
  readonly associations: AssociationTable;
  /** SPIs of handshake associations, with their last transitions. */
  readonly dynamic = new Map<number, number>();
  readonly ended: number[] = [];
  readonly unit: SecurityUnit;
  healthy = true;

  constructor(managed?: ProcedureParameters) {
    this.associations = new AssociationTable(
      LOCAL_SCID,
      this.keys,
      this.ledger,
      nativeProvider.aead,
    );
    this.keys.provide(MASTER_KEY_ID, MASTER_KEY);
    this.keys.provide(VIA_KEY_ID, new Uint8Array(32).fill(VIA_KEY_ID));
    this.associations.create(VIA, GCM_DEFINITION);
    this.associations.rekey(VIA, VIA_KEY_ID, new Uint8Array(12));
    this.associations.start(VIA, [CHANNEL]);
    const dynamic: DynamicAssociations = {
      transition: (spi) => this.dynamic.get(spi),
      end: (_now, spi) => {
        this.dynamic.delete(spi);
        this.ended.push(spi);
      },
    };
    this.unit = new SecurityUnit({
      keys: this.keys,
      associations: this.associations,
      dynamic,
      aead: nativeProvider.aead,
      random: new SeededRandom(1, 'recipient'),
      selfTest: () => this.healthy,
      ...(managed === undefined ? {} : { managed }),
    });
  }

  /** What comes of a packet: replies in hexadecimal, faults by key, `done` by procedure. */
  command(octets: Uint8Array, via = VIA): string[] {
    this.unit.receive(1_000, octets, via);
    const outcomes: string[] = [];
    for (let output = this.unit.poll(); output !== undefined; output = this.unit.poll()) {
      if (output.kind === 'reply') outcomes.push(toHex(output.octets));
      else outcomes.push(output.kind === 'done' ? output.procedure : output.fault.key);
    }
    return outcomes;
  }
}
