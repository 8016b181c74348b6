/**
 * Keeps a folder to one process for as long as that process lives, however it ends: two nodes at
 * one store would write over each other's bundles, and at one vault start with one boot number.
 *
 * The sign is a local socket that nobody talks to, named after the folder, which the system takes
 * away with the process. Only Linux has such names; elsewhere nothing is looked at.
 */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { ConfigError } from '../config-error.ts';
import { makeFolders } from './make-folders.ts';

/**
 * Claims the folder, which is made if need be, and gives it back when the result is called. Throws
 * ConfigError when another process has it, or the same one already.
 */
export async function claimFolder(folder: string): Promise<() => void> {
  if (process.platform !== 'linux') return () => {};
  const sign = createServer((caller) => caller.destroy()).unref();
  try {
    makeFolders(folder, 0o700);
    // Whatever name leads to it, it is the same folder.
    const { dev, ino } = statSync(folder, { bigint: true });
    // Filled up as old versions of Node do it, that all may mean the same.
    sign.listen(`\0orbweaver ${dev} ${ino}`.padEnd(NAME_OCTETS, '\0'));
    await once(sign, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isTaken = code === 'EADDRINUSE';
    throw new ConfigError(`the folder ${folder} ${isTaken ? 'is in use' : 'cannot be used'}`, {
      remedy: isTaken
        ? 'End the other node that runs there, or give this one a folder of its own'
        : `Give a folder that this user may read and write (${code})`,
    });
  }
  return () => void sign.close();
}

/** Of the name of a local socket on Linux. */
const NAME_OCTETS = 108;
