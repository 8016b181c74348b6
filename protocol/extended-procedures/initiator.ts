/**
 * The other side of the procedures, as a ground station has it: builds commands, and tells whether
 * a reply answers what was asked.
 *
 * Source: CCSDS 355.1-B-1 §5.
 */
import { assert } from '../assert.ts';
import { equalConstantTime } from '../bytes/octets.ts';
import type { Aead, Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import {
  decodeSpiNumber,
  decodeStatus,
  encodeRekey,
  encodeSpi,
  encodeSpiNumber,
  encodeStart,
  encodeWindow,
  type Rekeying,
  type SpiNumber,
  type Starting,
  type Status,
  type Window,
} from './association-procedures.ts';
import { type Creation, encodeCreate } from './create-association.ts';
import { DIRECTION, LENGTH, PROCEDURE, REPLY } from './faults.ts';
import {
  decodeChallengeReplies,
  decodeInventory,
  encodeChallenges,
  encodeKeyList,
  encodeKeyRange,
  encodeUpload,
  type InventoryEntry,
  type KeyEntry,
} from './key-procedures.ts';
import { PROCEDURE_PARAMETERS } from './managed-parameters.ts';
import { decodePdu, encodeCommand, type Procedure, procedureOf } from './pdu.ts';
import { decodeDump, decodeLogStatus, type LoggedEvent, type LogStatus } from './security-log.ts';

/** What a reply says. */
export type ProcedureReply =
  | { readonly procedure: 'verify'; readonly keyIds: readonly number[] }
  | { readonly procedure: 'inventory'; readonly entries: readonly InventoryEntry[] }
  | ({ readonly procedure: 'readNumber' } & SpiNumber)
  | ({ readonly procedure: 'status' } & Status)
  | { readonly procedure: 'ping' }
  | { readonly procedure: 'selfTest'; readonly good: boolean }
  | ({ readonly procedure: 'logStatus' | 'eraseLog' } & LogStatus)
  | { readonly procedure: 'dumpLog'; readonly events: readonly LoggedEvent[] };

/** One question of each procedure may be open; to ask again replaces it. */
export class ProcedureInitiator {
  readonly #aead: Aead;
  readonly #random: Random;
  readonly #managed = PROCEDURE_PARAMETERS;
  /** Bounded by the procedures. */
  readonly #asked = new Set<Procedure>();
  /** Keys under verification, with their challenges. Bounded by CHALLENGES_MAX. */
  #challenges: { readonly entry: KeyEntry; readonly challenge: Uint8Array }[] = [];

  constructor(aead: Aead, random: Random) {
    this.#aead = aead;
    this.#random = random;
  }

  /** Uploads keys (views) under a master key of 32 octets (a view). */
  upload(master: KeyEntry, entries: readonly KeyEntry[]): Uint8Array {
    const key = this.#aead.key(master.key);
    const data = encodeUpload(master.keyId, key, this.#random.octets(IV_OCTETS), entries);
    key.erase();
    return encodeCommand('otar', data);
  }

  /** Moves keys on in their life. */
  moveKeys(how: 'activate' | 'deactivate' | 'destroy', ids: readonly number[]): Uint8Array {
    return encodeCommand(how, encodeKeyList(ids));
  }

  /** Asks for proof of keys (kept until the reply). */
  verify(entries: readonly KeyEntry[]): Uint8Array {
    this.#challenges = entries.map((entry) => ({
      entry,
      challenge: this.#random.octets(CHALLENGE_OCTETS),
    }));
    const challenges = this.#challenges.map(({ entry, challenge }) => ({
      keyId: entry.keyId,
      challenge,
    }));
    return this.#ask('verify', encodeChallenges(challenges));
  }

  /** Asks which keys of a range there are. */
  inventory(first: number, last: number): Uint8Array {
    return this.#ask('inventory', encodeKeyRange(first, last));
  }

  create(creation: Creation): Uint8Array {
    return encodeCommand('create', encodeCreate(creation, this.#managed));
  }

  rekey(rekeying: Rekeying): Uint8Array {
    return encodeCommand('rekey', encodeRekey(rekeying, this.#managed));
  }

  start(starting: Starting): Uint8Array {
    return encodeCommand('start', encodeStart(starting));
  }

  /** Stops, expires or deletes an association. */
  end(how: 'stop' | 'expire' | 'delete', spi: number): Uint8Array {
    return encodeCommand(how, encodeSpi(spi));
  }

  setNumber(setting: SpiNumber): Uint8Array {
    return encodeCommand('setNumber', encodeSpiNumber(setting, this.#managed));
  }

  setWindow(window: Window): Uint8Array {
    return encodeCommand('setWindow', encodeWindow(window, this.#managed));
  }

  /** Asks an association for its number or its last transition. */
  read(what: 'readNumber' | 'status', spi: number): Uint8Array {
    return this.#ask(what, encodeSpi(spi));
  }

  /** Asks or tells what needs no data. */
  monitor(
    what: 'ping' | 'logStatus' | 'dumpLog' | 'eraseLog' | 'selfTest' | 'resetAlarm',
  ): Uint8Array {
    if (what === 'resetAlarm') return encodeCommand(what, NOTHING);
    return this.#ask(what, NOTHING);
  }

  /** What one PDU (a view) answers; or why it answers nothing that was asked. */
  receive(octets: Uint8Array): ProcedureReply | Fault {
    const decoded = decodePdu(octets);
    if (decoded instanceof Fault) return decoded;
    const { pdu, end } = decoded;
    if (end !== octets.length) return LENGTH;
    const procedure = procedureOf(pdu);
    if (procedure === undefined) return PROCEDURE;
    if (!pdu.reply) return DIRECTION;
    if (!this.#asked.delete(procedure)) return REPLY;
    return this.#read(procedure, pdu.data);
  }

  #read(procedure: Procedure, data: Uint8Array): ProcedureReply | Fault {
    switch (procedure) {
      case 'verify':
        return this.#checkProofs(data);
      case 'inventory': {
        const entries = decodeInventory(data, this.#managed);
        return entries instanceof Fault ? entries : { procedure, entries };
      }
      case 'readNumber': {
        const answer = decodeSpiNumber(data, this.#managed);
        return answer instanceof Fault ? answer : { procedure, ...answer };
      }
      case 'status': {
        const answer = decodeStatus(data);
        return answer instanceof Fault ? answer : { procedure, ...answer };
      }
      case 'dumpLog': {
        const events = decodeDump(data);
        return events instanceof Fault ? events : { procedure, events };
      }
      case 'logStatus':
      case 'eraseLog': {
        const status = decodeLogStatus(data, this.#managed);
        return status instanceof Fault ? status : { procedure, ...status };
      }
      case 'selfTest':
        return data.length === 1 ? { procedure, good: data[0]! >> 7 === 0 } : LENGTH;
      default:
        assert(procedure === 'ping', 'nothing else is asked');
        return data.length === 0 ? { procedure } : LENGTH;
    }
  }

  #checkProofs(data: Uint8Array): ProcedureReply | Fault {
    const replies = decodeChallengeReplies(data);
    if (replies instanceof Fault) return replies;
    const asked = this.#challenges;
    this.#challenges = [];
    if (replies.length !== asked.length) return REPLY;
    // Bounded by CHALLENGES_MAX.
    for (const [index, { keyId, iv, sealed }] of replies.entries()) {
      const { entry, challenge } = asked[index]!;
      const key = this.#aead.key(entry.key);
      const opened = key.open(iv, NOTHING, sealed);
      key.erase();
      const proven = opened instanceof Uint8Array && equalConstantTime(opened, challenge);
      if (keyId !== entry.keyId || !proven) return REPLY;
    }
    return { procedure: 'verify', keyIds: replies.map(({ keyId }) => keyId) };
  }

  #ask(procedure: Procedure, data: Uint8Array): Uint8Array {
    this.#asked.add(procedure);
    return encodeCommand(procedure, data);
  }
}

const IV_OCTETS = 12;
const CHALLENGE_OCTETS = 16;
const NOTHING = new Uint8Array(0);
