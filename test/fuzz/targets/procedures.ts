/** Commands and replies of the SDLS Extended Procedures. */
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { channelId } from '#protocol/association/association-table.ts';
import { concat } from '#protocol/bytes/octets.ts';
import { decodeReport, encodeReport } from '#protocol/extended-procedures/frame-security-report.ts';
import { ProcedureInitiator } from '#protocol/extended-procedures/initiator.ts';
import { decodePdu, encodePdu } from '#protocol/extended-procedures/pdu.ts';
import {
  GCM_DEFINITION,
  MASTER_KEY,
  MASTER_KEY_ID,
  PEER_SCID,
  Recipient,
} from '../../protocol/extended-procedures/recipient.ts';
import { accepted, decoder, promise, same, type Target, vectorOctets } from '../target.ts';

export const PROCEDURE_TARGETS: readonly Target[] = [
  {
    name: 'SecurityUnit.receive',
    covers: ['SecurityUnit.receive'],
    corpus: commands(),
    streak: 64,
    weight: 2,
    start: () => {
      const recipient = new Recipient();
      return (octets) => {
        const outcomes = recipient.command(octets);
        const via = recipient.associations.find(1);
        promise(via?.state === 'operational', 'no command takes its own way back');
        return outcomes.some((outcome) => !outcome.includes('.'));
      };
    },
  },
  {
    name: 'ProcedureInitiator.receive',
    covers: ['ProcedureInitiator.receive'],
    corpus: replies(),
    streak: 1,
    weight: 4,
    start: () => {
      const ground = asking();
      return (octets) => accepted(ground.receive(octets));
    },
  },
  decoder('decodePdu', vectorOctets(['ccsds-sdls-ep'], 3), (octets) =>
    accepted(decodePdu(octets), ({ pdu, end }) => same(encodePdu(pdu), octets.subarray(0, end))),
  ),
  decoder(
    'decodeReport',
    vectorOctets(['ccsds-sdls-ep'], 4).filter(({ length }) => length === 4),
    (octets) => {
      if (octets.length !== 4) return false;
      return accepted(decodeReport(octets), (report) => same(encodeReport(report), octets));
    },
  ),
];

/** What a ground station sends in the life of one key and one association. */
function commands(): Uint8Array[] {
  const ground = asking();
  const key = { keyId: 200, key: new Uint8Array(32).fill(200) };
  const number = new Uint8Array(12);
  const each = [
    ground.upload({ keyId: MASTER_KEY_ID, key: MASTER_KEY }, [key]),
    ground.verify([key]),
    ground.moveKeys('activate', [200]),
    ground.inventory(0, 65_535),
    ground.create({ spi: 9, definition: GCM_DEFINITION }),
    ground.rekey({ spi: 9, keyId: 200, number }),
    ground.start({ spi: 9, channels: [channelId(12, PEER_SCID, 0, 0)] }),
    ground.setNumber({ spi: 9, number }),
    ground.setWindow({ spi: 9, width: 5 }),
    ground.read('readNumber', 9),
    ground.read('status', 9),
    ...(['stop', 'expire', 'delete'] as const).map((how) => ground.end(how, 9)),
    ground.moveKeys('deactivate', [200]),
    ground.moveKeys('destroy', [200]),
    ...(['ping', 'logStatus', 'dumpLog', 'eraseLog', 'selfTest', 'resetAlarm'] as const).map(
      (what) => ground.monitor(what),
    ),
  ];
  return [...each, concat(each)];
}

/** What the recipient answers. */
function replies(): Uint8Array[] {
  const recipient = new Recipient();
  return commands()
    .flatMap((command) => recipient.command(command))
    .filter((outcome) => /^[89ab][0-9a-f]+$/.test(outcome))
    .map((hex) => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16)));
}

/** A ground station with one question of each kind open. */
function asking(): ProcedureInitiator {
  const ground = new ProcedureInitiator(nativeProvider.aead, new SeededRandom(2, 'ground'));
  ground.verify([{ keyId: 200, key: new Uint8Array(32).fill(200) }]);
  ground.inventory(0, 9);
  ground.read('status', 1);
  ground.read('readNumber', 1);
  for (const what of ['ping', 'logStatus', 'dumpLog', 'eraseLog', 'selfTest'] as const) {
    ground.monitor(what);
  }
  return ground;
}
