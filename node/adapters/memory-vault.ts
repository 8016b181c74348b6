/**
 * A vault in memory, for satellites whose restarts are simulated: the records of one vault open the
 * next. It answers in the same turn, or holds its writes back as a disk does, and can then be
 * asked what a power cut would leave.
 */
import { Subject } from 'rxjs';
import { assert } from '#protocol/assert.ts';
import type { Vault, VaultCompletion, VaultRecords } from '../ports.ts';

/**
 * When writes are made durable: in the same turn; one by one when `flush` is called; or so when the
 * owner's timer calls what it is given with each write.
 */
export type Flushing = 'prompt' | 'held' | ((flush: () => void) => void);

interface Write {
  readonly record: string;
  readonly octets: Uint8Array;
}

/** Bounded by the records of one node, and while held by the writes that nobody has flushed. */
export class MemoryVault implements Vault {
  readonly #durable: Map<string, Uint8Array>;
  readonly #flushing: Flushing;
  readonly #waiting: Write[] = [];
  readonly #completed = new Subject<VaultCompletion>();

  readonly completed$ = this.#completed.asObservable();

  /** Opens with the records that an earlier vault left; they are copied. */
  constructor(records: VaultRecords = new Map(), flushing: Flushing = 'prompt') {
    this.#durable = copyOf(records);
    this.#flushing = flushing;
  }

  /** What is durable: fresh copies. */
  get records(): VaultRecords {
    return copyOf(this.#durable);
  }

  /** Writes that are held back. */
  get waiting(): number {
    return this.#waiting.length;
  }

  write(record: string, octets: Uint8Array): void {
    this.#waiting.push({ record, octets: octets.slice() });
    if (this.#flushing === 'prompt') this.flush();
    else if (this.#flushing !== 'held') this.#flushing(() => this.flush());
  }

  /** Makes the oldest write durable, or has it fail, and answers it. */
  flush(outcome: VaultCompletion['kind'] = 'written'): void {
    const write = this.#waiting.shift();
    assert(write !== undefined, 'there is a write to flush');
    const { record, octets } = write;
    if (outcome === 'written') this.#durable.set(record, octets);
    this.#completed.next({ kind: outcome, record });
  }

  /**
   * What is found after a power cut at this moment, if the first `reached` of the writes that wait
   * had got to the disk all the same; fresh copies. Nothing is answered.
   */
  afterPowerCut(reached = 0): VaultRecords {
    const found = copyOf(this.#durable);
    for (const { record, octets } of this.#waiting.slice(0, reached)) {
      found.set(record, octets.slice());
    }
    return found;
  }
}

function copyOf(records: VaultRecords): Map<string, Uint8Array> {
  return new Map([...records].map(([record, octets]) => [record, octets.slice()]));
}
