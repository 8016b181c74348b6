/**
 * The bundle while a receiver works on it: blocks whose data is replaced, operations that are taken
 * off, blocks that go. A security block without operations goes too.
 *
 * Source: RFC 9172 §5.1.1, §5.1.2.
 */
import type { Bundle } from '../bundle/bundle.ts';
import type { CanonicalBlock } from '../bundle/canonical-block.ts';
import type { PrimaryBlock } from '../bundle/primary-block.ts';
import { encodeSecurityBlock, type SecurityBlock } from './security-block.ts';
import { isSecurity, type PlacedSecurityBlock, PRIMARY_NUMBER } from './security-blocks.ts';

/** Changes nothing of the bundle it began with. */
export class SecurityDraft {
  #primary: PrimaryBlock;
  /** In the order of the wire, as a map keeps it. Bounded by the blocks of a bundle. */
  readonly #blocks = new Map<number, CanonicalBlock>();
  /** The data of those security blocks that can be read. */
  readonly #contents = new Map<number, SecurityBlock>();

  constructor(bundle: Bundle) {
    this.#primary = bundle.primary;
    for (const block of bundle.blocks) this.#blocks.set(block.number, block);
  }

  get primary(): PrimaryBlock {
    return this.#primary;
  }

  /** The bundle as it stands; blocks that nobody touched are those it began with. */
  get bundle(): Bundle {
    return { primary: this.#primary, blocks: [...this.#blocks.values()] };
  }

  block(number: number): CanonicalBlock | undefined {
    return this.#blocks.get(number);
  }

  /** Whether the block of that number is there; the primary block always is. */
  has(number: number): boolean {
    return number === PRIMARY_NUMBER || this.#blocks.has(number);
  }

  /** Makes security blocks known, so that operations can be taken off them. */
  know(placed: readonly PlacedSecurityBlock[]): void {
    for (const { block, content } of placed) this.#contents.set(block.number, content);
  }

  /** What the security block of that number holds by now, if it is known and there. */
  content(number: number): SecurityBlock | undefined {
    return this.#contents.get(number);
  }

  /** Puts the plaintext in the place of the data. */
  replaceData(number: number, data: Uint8Array): void {
    const block = this.#blocks.get(number);
    if (block !== undefined) this.#blocks.set(number, { ...block, data, octets: undefined });
  }

  /** Takes off one operation, and its block with the last. */
  dropOperation(number: number, target: number): void {
    const block = this.#blocks.get(number);
    const content = this.#contents.get(number);
    if (block === undefined || content === undefined) return;
    const kept = content.targets.map((other) => other !== target);
    if (!kept.includes(false)) return;
    const targets = content.targets.filter((_, at) => kept[at]);
    if (targets.length === 0) {
      this.#blocks.delete(number);
      this.#contents.delete(number);
      return;
    }
    const rest = { ...content, targets, results: content.results.filter((_, at) => kept[at]) };
    this.#contents.set(number, rest);
    this.replaceData(number, encodeSecurityBlock(rest));
  }

  /** Takes out a block with all operations on it that can be read. */
  removeBlock(number: number): void {
    this.#blocks.delete(number);
    this.#contents.delete(number);
    for (const security of [...this.#contents.keys()]) this.dropOperation(security, number);
  }

  /**
   * Gives the primary block a CRC again when no security block is left, neither one that targets it
   * nor one that may bind its octets (RFC 9171 §4.3.1).
   */
  restorePrimaryCrc(): void {
    if (this.#primary.crcType !== 0) return;
    if ([...this.#blocks.values()].some(({ type }) => isSecurity(type))) return;
    this.#primary = { ...this.#primary, crcType: 2, octets: undefined };
  }
}
