/**
 * A vault in a directory of small files, one a record.
 *
 *   NAME.record    | "OWV1" 4 | CRC-32C of the octets 4, big-endian | the octets |
 *   NAME.new       a write that never came to its end; removed when the vault is opened
 *   NAME.aside     a record that could not be read, kept for people
 *
 * A write goes to a new file, which is flushed and renamed; the directory is flushed; the record is
 * read back. So whenever the machine stops, the old record is there or the new one, whole.
 *
 * Source: link-security §15, LS-1301, LS-1501.
 */
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { assert } from '#protocol/assert.ts';
import { crc32c } from '#protocol/bytes/crc.ts';
import { concat, equal, utf8Encode } from '#protocol/bytes/octets.ts';
import { ConfigError } from '../config-error.ts';
import type { Vault, VaultCompletion, VaultRecords } from '../ports.ts';
import { makeFolders } from './make-folders.ts';

/** A vault, what it held, and what it could not read. */
export interface OpenedVault {
  readonly vault: Vault;
  readonly records: VaultRecords;
  /** Records that are torn or foreign and have not been written anew, by name. */
  readonly setAside: readonly string[];
}

/** Opens the vault in `directory`, which is made if need be; throws ConfigError if that fails. */
export async function openFileVault(directory: string): Promise<OpenedVault> {
  try {
    makeFolders(directory, 0o700);
    return await readVault(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`the vault ${directory} cannot be opened (${code})`, {
      remedy: 'Give a directory that this user may read and write',
    });
  }
}

/**
 * The vault of a node that flies, unless it has lost the one record that nothing can stand in for;
 * others that are damaged are told to `warn`.
 */
export async function openFlightVault(
  directory: string,
  warn: (line: string) => void,
): Promise<OpenedVault> {
  const opened = await openFileVault(directory);
  for (const record of opened.setAside) {
    warn(`the record ${record} in ${directory} is damaged and was set aside`);
    if (record !== 'boot') continue;
    throw new ConfigError(`the last boot number of this node, in ${directory}, is lost`, {
      remedy: `Set boot above every boot it has had, then remove boot.aside from ${directory}`,
    });
  }
  return opened;
}

async function readVault(directory: string): Promise<OpenedVault> {
  const records = new Map<string, Uint8Array>();
  const setAside = new Set<string>();
  // Bounded by the files of the directory, which holds the records of one node.
  for (const file of (await readdir(directory)).sort()) {
    const [, name, kind] = /^([a-z][a-z0-9-]{0,63})\.(record|new|aside)$/.exec(file) ?? [];
    if (name === undefined) continue;
    const path = join(directory, file);
    if (kind === 'new') await rm(path);
    if (kind === 'aside') setAside.add(name);
    if (kind !== 'record') continue;
    const octets = decodeRecord(new Uint8Array(await readFile(path)));
    if (octets === undefined) {
      await rename(path, join(directory, `${name}.aside`));
      setAside.add(name);
    } else {
      records.set(name, octets);
      setAside.delete(name);
    }
  }
  return { vault: new FileVault(directory), records, setAside: [...setAside] };
}

/** Writes one record after the other; bounded by the writes that the node has not been told of. */
class FileVault implements Vault {
  readonly #directory: string;
  readonly #completed = new Subject<VaultCompletion>();
  #last: Promise<void> = Promise.resolve();

  readonly completed$ = this.#completed.asObservable();

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(record: string, octets: Uint8Array): void {
    assert(RECORD_NAME.test(record), 'a record has a lower-case name');
    assert(octets.length <= RECORD_OCTETS_MAX, 'a record is small');
    const file = encodeRecord(octets);
    this.#last = this.#last
      .then(() => this.#replace(record, file))
      .then(
        () => this.#completed.next({ kind: 'written', record }),
        () => this.#completed.next({ kind: 'write-failed', record }),
      );
  }

  async #replace(record: string, file: Uint8Array): Promise<void> {
    const path = join(this.#directory, `${record}.record`);
    const fresh = join(this.#directory, `${record}.new`);
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(file);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
    await flushDirectory(this.#directory);
    if (!equal(await readFile(path), file)) throw new Error('the record reads back otherwise');
  }
}

/** Some platforms cannot open a directory; on those a rename is as durable as it gets. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function encodeRecord(octets: Uint8Array): Uint8Array {
  const head = new Uint8Array(HEAD_OCTETS);
  head.set(MAGIC);
  new DataView(head.buffer).setUint32(MAGIC.length, crc32c(octets));
  return concat([head, octets]);
}

/** The octets of a record, or undefined when the file is not one. */
function decodeRecord(file: Uint8Array): Uint8Array | undefined {
  if (file.length < HEAD_OCTETS || file.length > HEAD_OCTETS + RECORD_OCTETS_MAX) return undefined;
  if (!equal(file.subarray(0, MAGIC.length), MAGIC)) return undefined;
  const crc = new DataView(file.buffer, file.byteOffset).getUint32(MAGIC.length);
  return crc === crc32c(file, HEAD_OCTETS) ? file.slice(HEAD_OCTETS) : undefined;
}

const MAGIC = utf8Encode('OWV1');
const HEAD_OCTETS = 8;
const RECORD_OCTETS_MAX = 1024 * 1024;
const RECORD_NAME = /^[a-z][a-z0-9-]{0,63}$/;
