/**
 * A look at an LMDB data file before LMDB maps it. LMDB trusts its own pages, and one that is
 * damaged or missing would end the process by a signal, which no program can catch. So every page
 * that the latest transaction leads to is looked at; what the values say is not.
 *
 *   page | number 8 | transaction 8 | 2 | flags 2 | lower 2 | upper 2 | offsets 2 each … nodes |
 *   node | low 2 | high 2 | flags 2 | key size 2 | key | data, or the number of its own page 8 |
 *   head | page header | 0xBEEFC0DE 4 | version 4 | address 8 | map size 8 | two trees, of which
 *        | the first begins with the page size 4 | last page 8 | transaction 8 |
 *   tree | 4 | flags 2 | depth 2 | three counts of pages 24 | entries 8 | root 8 |
 *
 * Numbers are in the byte order of the machine; offsets count from the end of the page header, and
 * instead of `lower` and `upper` the first page of a long value has its count of pages. The heads
 * are on pages 0 and 1, and a commit replaces the older of the two.
 *
 * Source: LMDB, mdb.c.
 */
import { closeSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';

/**
 * Throws the system's error where LMDB could not have its files in `directory`, which it does not
 * survive: may they be written, and where it is to make them, is there room.
 */
export function tryLmdbFiles(directory: string): void {
  const sizes = [DATA_FILE, LOCK_FILE].map((name) => {
    const handle = openSync(join(directory, name), 'a+', 0o600);
    const { size } = fstatSync(handle);
    closeSync(handle);
    return size;
  });
  // A full disk is no reason against what is there already.
  if (!sizes.includes(0)) return;
  const trial = join(directory, 'trial');
  try {
    writeFileSync(trial, new Uint8Array(FIRST_OCTETS));
  } finally {
    rmSync(trial, { force: true });
  }
}

/** Whether LMDB may map the file: there is none, it is empty, or its pages hang together. */
export function isSoundLmdbFile(file: string): boolean {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  try {
    return fstatSync(handle).size === 0 || new Inspection(handle).isSound();
  } finally {
    closeSync(handle);
  }
}

interface Head {
  readonly pageOctets: number;
  readonly roots: readonly [number, number];
  readonly lastPage: number;
  readonly transaction: number;
}

/** Reads one page at a time. */
class Inspection {
  readonly #handle: number;
  #pageOctets = PAGE_OCTETS_MIN;
  #page = new DataView(new ArrayBuffer(PAGE_OCTETS_MIN));
  #lastPage = 0;
  /** Pages to look at. Bounded, with those looked at, by the pages of the file. */
  readonly #due: number[] = [];

  constructor(handle: number) {
    this.#handle = handle;
  }

  isSound(): boolean {
    const head = this.#readHead(0);
    const other = head === undefined ? undefined : this.#readHead(head.pageOctets);
    if (head === undefined || other?.pageOctets !== head.pageOctets) return false;
    const latest = other.transaction > head.transaction ? other : head;
    this.#pageOctets = head.pageOctets;
    this.#page = new DataView(new ArrayBuffer(head.pageOctets));
    this.#lastPage = latest.lastPage;
    for (const root of latest.roots) this.#lead(root);
    // No page has two that lead to it, so there are fewer looks than pages unless it is damaged.
    for (let looks = 0; looks <= latest.lastPage; looks++) {
      const number = this.#due.pop();
      if (number === undefined) return true;
      if (!this.#isSoundPage(number)) return false;
    }
    return false;
  }

  #readHead(at: number): Head | undefined {
    const head = new DataView(new ArrayBuffer(HEAD_OCTETS));
    if (readSync(this.#handle, head, 0, HEAD_OCTETS, at) < HEAD_OCTETS) return undefined;
    if (head.getUint32(PAGE_HEADER, LITTLE) !== MAGIC) return undefined;
    const pageOctets = head.getUint32(48, LITTLE);
    if (pageOctets < PAGE_OCTETS_MIN || pageOctets > PAGE_OCTETS_MAX) return undefined;
    return {
      pageOctets,
      roots: [uint64(head, 48 + TREE_ROOT), uint64(head, 96 + TREE_ROOT)],
      lastPage: uint64(head, 144),
      transaction: uint64(head, 152),
    };
  }

  #isSoundPage(number: number): boolean {
    if (!this.#load(number)) return false;
    const page = this.#page;
    const flags = page.getUint16(18, LITTLE);
    if (flags !== BRANCH && flags !== LEAF) return false;
    const count = page.getUint16(20, LITTLE) >> 1;
    const upper = page.getUint16(22, LITTLE);
    if (PAGE_HEADER + upper > this.#pageOctets || 2 * count > upper) return false;
    const long: [number, number][] = [];
    for (let index = 0; index < count; index++) {
      const offset = page.getUint16(PAGE_HEADER + 2 * index, LITTLE);
      if (offset < upper || !this.#isSoundNode(flags, PAGE_HEADER + offset, long)) return false;
    }
    return long.every(([first, octets]) => this.#isSoundLong(first, octets));
  }

  #isSoundNode(pageFlags: number, at: number, long: [number, number][]): boolean {
    const page = this.#page;
    const room = this.#pageOctets - at - NODE_HEADER;
    if (room < 0) return false;
    const low = page.getUint32(at, LITTLE);
    const flags = page.getUint16(at + 4, LITTLE);
    const keyOctets = page.getUint16(at + 6, LITTLE);
    if (pageFlags === BRANCH) return keyOctets <= room && this.#lead(low + flags * 2 ** 32);
    const data = at + NODE_HEADER + keyOctets;
    const inPage = (flags & BIG_DATA) !== 0 ? 8 : low;
    if (keyOctets + inPage > room) return false;
    if ((flags & BIG_DATA) !== 0) long.push([uint64(page, data), low]);
    if ((flags & SUB_DATA) === 0) return true;
    return low === TREE_OCTETS && this.#lead(uint64(page, data + TREE_ROOT));
  }

  /** A value that has pages of its own. */
  #isSoundLong(first: number, octets: number): boolean {
    if (!this.#load(first) || this.#page.getUint16(18, LITTLE) !== OVERFLOW) return false;
    const pages = this.#page.getUint32(20, LITTLE);
    if (pages * this.#pageOctets < PAGE_HEADER + octets) return false;
    const last = first + pages - 1;
    return last <= this.#lastPage && this.#load(last, false);
  }

  /** Reads a page whole; all but the later ones of a long value bear their number. */
  #load(number: number, numbered = true): boolean {
    if (number <= 1 || number > this.#lastPage) return false;
    const at = number * this.#pageOctets;
    const read = readSync(this.#handle, this.#page, 0, this.#pageOctets, at);
    return read === this.#pageOctets && (!numbered || uint64(this.#page, 0) === number);
  }

  /** Notes a page to look at; false when there are more than the file has. */
  #lead(root: number): boolean {
    if (root !== NO_PAGE) this.#due.push(root);
    return this.#due.length <= this.#lastPage;
  }
}

function uint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, LITTLE));
}

/** How LMDB names its files in a directory. */
export const DATA_FILE = 'data.mdb';
/** It is made anew where it is missing. */
export const LOCK_FILE = 'lock.mdb';
/** More than both take at first. */
const FIRST_OCTETS = 256 * 1024;

const LITTLE = endianness() === 'LE';
const MAGIC = 0xbeef_c0de;
const HEAD_OCTETS = 160;
const PAGE_HEADER = 24;
const NODE_HEADER = 8;
const TREE_OCTETS = 48;
const TREE_ROOT = 40;
const PAGE_OCTETS_MIN = 256;
const PAGE_OCTETS_MAX = 65_536;
const NO_PAGE = Number(2n ** 64n - 1n);
/** Of a page. */
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
/** Of a node. */
const BIG_DATA = 1;
const SUB_DATA = 2;
