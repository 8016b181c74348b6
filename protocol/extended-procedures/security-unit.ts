/**
 * The recipient of the Extended Procedures: takes commands, carries them out, answers, and reports
 * on frames. It believes no command that came in a frame that nobody authenticated, nor one that
 * changes the association or the key that brought it.
 *
 *   receive ──▶ PDU, PDU, … ──▶ keys · associations · log ──▶ reply
 *   sample  ──▶ Frame Security Report, log
 *
 * What it learns lives in memory only: after a restart the node knows the keys and associations of
 * its configuration, and ground uploads the others anew. Numbers of keys outlive the restart in the
 * ledger, so that a key that comes back goes on where it was.
 *
 * Source: CCSDS 355.1-B-1 §4, 5; link-security §7, §15.
 */
import { assert } from '../assert.ts';
import type { AssociationTable } from '../association/association-table.ts';
import type { KeyInventory } from '../association/key-inventory.ts';
import type { Aead, Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import type { Deadline, Instant, Machine } from '../machine.ts';
import { AssociationCommands, type DynamicAssociations } from './association-commands.ts';
import { DIRECTION, LENGTH, PROCEDURE, TOO_MANY, UNAUTHENTICATED } from './faults.ts';
import { FieldReader } from './fields.ts';
import {
  type FrameSecurityReport,
  FrameSecurityReporter,
  verdictOf,
} from './frame-security-report.ts';
import { type Answer, KeyCommands } from './key-commands.ts';
import { PROCEDURE_PARAMETERS, type ProcedureParameters } from './managed-parameters.ts';
import { decodePdu, encodeReply, type Pdu, type Procedure, procedureOf } from './pdu.ts';
import { encodeLogStatus, SecurityLog } from './security-log.ts';

/** What the unit works on, all of one node. */
export interface SecurityUnitOptions {
  readonly keys: KeyInventory;
  readonly associations: AssociationTable;
  readonly dynamic: DynamicAssociations;
  readonly aead: Aead;
  readonly random: Random;
  /** Whether the cryptography of the node still gives its known answers. */
  readonly selfTest: () => boolean;
  readonly managed?: ProcedureParameters;
}

/** What the unit asks of its owner, or tells it. */
export type SecurityUnitOutput =
  /** One PDU for the peer that sent the command. */
  | { readonly kind: 'reply'; readonly octets: Uint8Array }
  /** A command was carried out. */
  | { readonly kind: 'done'; readonly procedure: Procedure }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** The machine. It needs no clock: `deadline` is never set. */
export class SecurityUnit implements Machine<SecurityUnitOutput> {
  readonly #options: SecurityUnitOptions;
  readonly #managed: ProcedureParameters;
  readonly #keys: KeyCommands;
  readonly #associations: AssociationCommands;
  readonly #reporter = new FrameSecurityReporter();
  readonly #log = new SecurityLog();
  /** Bounded by COMMANDS_MAX for each verb. */
  readonly #outputs = new Fifo<SecurityUnitOutput>();

  constructor(options: SecurityUnitOptions) {
    const { keys, associations, dynamic, aead, random } = options;
    const { managed = PROCEDURE_PARAMETERS } = options;
    this.#options = options;
    this.#managed = managed;
    this.#keys = new KeyCommands(keys, aead, random, managed);
    this.#associations = new AssociationCommands(associations, dynamic, managed);
  }

  /** The Frame Security Report as it stands. */
  get report(): FrameSecurityReport {
    return this.#reporter.report;
  }

  /**
   * A protected frame came under `spi`, with that low octet of its number: accepted, or refused
   * with `fault`.
   */
  sample(now: Instant, spi: number, sequenceLow: number, fault?: Fault): void {
    const verdict = fault && verdictOf(fault);
    if (fault !== undefined && verdict === undefined) return;
    this.#reporter.sample(spi, sequenceLow, verdict);
    if (verdict !== undefined) this.#log.note(now, verdict, spi, 0);
  }

  /** Takes the PDUs of one packet (a view) that came in a frame under `via`. */
  receive(now: Instant, octets: Uint8Array, via: number): void {
    if (!this.#authenticates(via)) {
      this.#refuse(now, UNAUTHENTICATED, via, 0);
      return;
    }
    let at = 0;
    // Bounded by COMMANDS_MAX.
    for (let count = 0; at < octets.length; count++) {
      const decoded = count < COMMANDS_MAX ? decodePdu(octets, at) : TOO_MANY;
      if (decoded instanceof Fault) {
        this.#refuse(now, decoded, via, octets[at]!);
        return;
      }
      this.#obey(now, decoded.pdu, octets[at]!, via);
      at = decoded.end;
    }
  }

  tick(_now: Instant): void {}

  poll(): SecurityUnitOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    return undefined;
  }

  /** Whether a command may be believed that came in a frame under `via`. */
  #authenticates(via: number): boolean {
    const { associations, dynamic } = this.#options;
    const association = associations.find(via);
    if (association === undefined) return dynamic.transition(via) !== undefined;
    return association.receiveKey !== undefined && association.definition.fields.macOctets > 0;
  }

  #obey(now: Instant, pdu: Pdu, tag: number, via: number): void {
    const procedure = procedureOf(pdu);
    if (procedure === undefined || pdu.reply) {
      this.#refuse(now, pdu.reply ? DIRECTION : PROCEDURE, via, tag);
      return;
    }
    const answer = this.#carryOut(now, procedure, pdu.data, via);
    if (answer instanceof Fault) {
      this.#refuse(now, answer, via, tag);
      return;
    }
    if (!READS.has(procedure)) this.#log.note(now, 'command done', via, tag);
    this.#outputs.push({ kind: 'done', procedure });
    if (answer !== undefined) {
      this.#outputs.push({ kind: 'reply', octets: encodeReply(procedure, answer) });
    }
  }

  #carryOut(now: Instant, procedure: Procedure, data: Uint8Array, via: number): Answer {
    const own = this.#options.associations.find(via)?.key;
    switch (procedure) {
      case 'otar':
        return this.#keys.upload(data, own);
      case 'activate':
        return this.#keys.move(data, 'active', own);
      case 'deactivate':
        return this.#keys.move(data, 'deactivated', own);
      case 'destroy':
        return this.#keys.move(data, 'destroyed', own);
      case 'verify':
        return this.#keys.verify(data);
      case 'inventory':
        return this.#keys.inventory(data);
      case 'ping':
      case 'logStatus':
      case 'dumpLog':
      case 'eraseLog':
      case 'selfTest':
      case 'resetAlarm':
        return this.#monitor(procedure, data);
      default:
        return this.#associations.carryOut(now, procedure, data, via);
    }
  }

  /** The commands of monitoring and control hold no data. */
  #monitor(
    procedure: 'ping' | 'logStatus' | 'dumpLog' | 'eraseLog' | 'selfTest' | 'resetAlarm',
    data: Uint8Array,
  ): Answer {
    if (new FieldReader(data, this.#managed.trailingOctetsMax).end !== undefined) return LENGTH;
    switch (procedure) {
      case 'ping':
        return new Uint8Array(0);
      case 'dumpLog':
        return this.#log.dump();
      case 'selfTest':
        return Uint8Array.of(this.#options.selfTest() ? 0 : SELF_TEST_BAD);
      case 'resetAlarm':
        this.#reporter.resetAlarm();
        return undefined;
      case 'eraseLog':
        this.#log.erase();
        return encodeLogStatus(this.#log.status, this.#managed);
      case 'logStatus':
        return encodeLogStatus(this.#log.status, this.#managed);
    }
  }

  #refuse(now: Instant, fault: Fault, via: number, tag: number): void {
    assert(tag >= 0 && tag <= 0xff, 'a tag is one octet');
    this.#log.note(now, 'command refused', via, tag);
    this.#outputs.push({ kind: 'fault', fault });
  }
}

/** PDUs of one packet. */
const COMMANDS_MAX = 64;

/** The first bit of a self-test reply. */
const SELF_TEST_BAD = 0x80;

/** Commands that change nothing are not noted, so a log that is only read stays as it is. */
const READS: ReadonlySet<Procedure> = new Set<Procedure>([
  'verify',
  'inventory',
  'readNumber',
  'status',
  'ping',
  'logStatus',
  'dumpLog',
  'eraseLog',
  'selfTest',
]);
