/**
 * Carries out directives to associations. Those agreed by handshake are not for ground to make or
 * to key: they can be ended and asked for their status, and nothing else.
 *
 * Source: CCSDS 355.1-B-1 §5.5; link-security §7.
 */
import type { AssociationTable } from '../association/association-table.ts';
import { SA_UNKNOWN } from '../association/faults.ts';
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import {
  decodeRekey,
  decodeSpi,
  decodeSpiNumber,
  decodeStart,
  decodeWindow,
  encodeSpiNumber,
  encodeStatus,
  type Status,
} from './association-procedures.ts';
import { decodeCreate } from './create-association.ts';
import { DYNAMIC, LENGTH, OWN_SPI } from './faults.ts';
import type { Answer } from './key-commands.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

/** The directives. */
export type Directive =
  | 'create'
  | 'rekey'
  | 'start'
  | 'stop'
  | 'expire'
  | 'delete'
  | 'setNumber'
  | 'setWindow'
  | 'readNumber'
  | 'status';

/** The associations that handshakes have agreed. */
export interface DynamicAssociations {
  /** The number of the last transition of that association, or undefined when it is none. */
  transition(spi: number): number | undefined;
  /** Ends it: its keys are erased. */
  end(now: Instant, spi: number): void;
}

/** Over the associations of one node. */
export class AssociationCommands {
  readonly #table: AssociationTable;
  readonly #dynamic: DynamicAssociations;
  readonly #managed: ProcedureParameters;

  constructor(table: AssociationTable, dynamic: DynamicAssociations, managed: ProcedureParameters) {
    this.#table = table;
    this.#dynamic = dynamic;
    this.#managed = managed;
  }

  /** Carries one out. `via` is the SPI of the frame that brought it. */
  carryOut(now: Instant, directive: Directive, data: Uint8Array, via: number): Answer {
    if (data.length < 2) return LENGTH;
    const spi = (data[0]! << 8) | data[1]!;
    const changes = directive !== 'readNumber' && directive !== 'status';
    if (spi === via && changes) return OWN_SPI;
    const transition = this.#dynamic.transition(spi);
    if (transition !== undefined) return this.#toDynamic(now, directive, data, { spi, transition });
    return this.#toStatic(directive, data);
  }

  #toDynamic(now: Instant, directive: Directive, data: Uint8Array, status: Status): Answer {
    const length = decodeSpi(data, this.#managed);
    switch (directive) {
      case 'stop':
      case 'expire':
      case 'delete':
        if (length instanceof Fault) return length;
        this.#dynamic.end(now, status.spi);
        return undefined;
      case 'status':
        return length instanceof Fault ? length : encodeStatus(status);
      default:
        return DYNAMIC;
    }
  }

  #toStatic(directive: Directive, data: Uint8Array): Answer {
    switch (directive) {
      case 'create': {
        const creation = decodeCreate(data, this.#managed);
        if (creation instanceof Fault) return creation;
        return this.#table.create(creation.spi, creation.definition);
      }
      case 'rekey': {
        const rekeying = decodeRekey(data, this.#managed);
        if (rekeying instanceof Fault) return rekeying;
        return this.#table.rekey(rekeying.spi, rekeying.keyId, rekeying.number);
      }
      case 'start': {
        const starting = decodeStart(data, this.#managed);
        if (starting instanceof Fault) return starting;
        return this.#table.start(starting.spi, starting.channels);
      }
      case 'setNumber': {
        const setting = decodeSpiNumber(data, this.#managed);
        if (setting instanceof Fault) return setting;
        const association = this.#table.find(setting.spi);
        return association === undefined ? SA_UNKNOWN : association.setNumber(setting.number);
      }
      case 'setWindow': {
        const window = decodeWindow(data, this.#managed);
        if (window instanceof Fault) return window;
        const association = this.#table.find(window.spi);
        return association === undefined ? SA_UNKNOWN : association.setWindowWidth(window.width);
      }
      default:
        return this.#toExisting(directive, data);
    }
  }

  /** The directives that hold nothing but the SPI. */
  #toExisting(
    directive: 'stop' | 'expire' | 'delete' | 'readNumber' | 'status',
    data: Uint8Array,
  ): Answer {
    const spi = decodeSpi(data, this.#managed);
    if (spi instanceof Fault) return spi;
    const association = this.#table.find(spi);
    if (association === undefined) return SA_UNKNOWN;
    switch (directive) {
      case 'stop':
        return association.stop();
      case 'expire':
        return association.expire();
      case 'delete':
        return this.#table.delete(spi);
      case 'readNumber':
        return encodeSpiNumber({ spi, number: association.number }, this.#managed);
      case 'status':
        return encodeStatus({ spi, transition: association.transition });
    }
  }
}
