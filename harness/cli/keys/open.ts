/** Opens an authority's folder for a `keys` command. */
import { statSync } from 'node:fs';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { permissionWarning } from '#node/credentials-file.ts';
import type { Authority } from '../../authority/authority.ts';
import { openAuthorityFolder, privateFilesOf } from '../../authority/authority-folder.ts';
import type { AuthorityOptions } from '../../authority/contract.ts';
import type { Terminal } from '../command.ts';

/** What every authority of people works with: the system's randomness, real equipment. */
export async function authorityOptions(): Promise<AuthorityOptions> {
  const provider = await chooseCrypto('auto');
  return { provider, random: new OsRandom(), testEquipment: false };
}

/** The authority in `folder`; warns of private files that others can read. */
export async function openAuthority(folder: string, { err }: Terminal): Promise<Authority> {
  const authority = openAuthorityFolder(folder, await authorityOptions());
  for (const file of privateFilesOf(folder)) {
    const warning = permissionWarning(file, statSync(file).mode);
    if (warning !== undefined) err.write(`${warning}\n`);
  }
  return authority;
}
