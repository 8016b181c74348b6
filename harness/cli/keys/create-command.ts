/** `orbweaver keys create`: a new constellation and its authority. */
import { join } from 'node:path';
import { toHex } from '#protocol/bytes/octets.ts';
import { createAuthorityFolder, statementFile } from '../../authority/authority-folder.ts';
import { EPOCH_FIRST } from '../../authority/holdings.ts';
import { textOf } from '../arguments.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { tell } from './answer.ts';
import { readEpoch, readName } from './flags.ts';
import { authorityOptions } from './open.ts';

const NAME = { type: 'string', value: 'NAME', help: 'of the authority, for people' } as const;

/** Makes an authority in a new folder. */
export const KEYS_CREATE: Command = {
  name: 'keys create',
  summary: 'Make a constellation authority in a new folder',
  positionals: ['folder'],
  flags: {
    name: NAME,
    epoch: { type: 'string', value: 'N', help: `in which to begin; ${EPOCH_FIRST} if not given` },
    json: { type: 'boolean', help: 'print JSON' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Makes the constellation id, the root key, an issuer key, the admission keys of this epoch
and the next, and the first constellation statement. What is public lies in <folder>/public, what is
secret in <folder>/private, which only its owner can read. Nothing is ever overwritten. Keep a copy
of the folder: without its root key nothing can be revoked.`,
  example: 'orbweaver keys create authority --name "Example constellation"',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [folder] = invocation.positionals as [string];
  const name = readName(textOf(invocation, 'name', NAME));
  const { epoch: asked } = invocation.flags;
  const epoch = asked === undefined ? EPOCH_FIRST : readEpoch(String(asked));
  const options = await authorityOptions();
  const { statement, rootPublicKeys } = createAuthorityFolder(folder, { name, epoch }, options);
  const constellationId = toHex(statement.constellationId);
  const file = join(folder, statementFile(statement.serial));
  const { serial } = statement;
  const roots = rootPublicKeys.map(toHex);
  tell(
    {
      facts: [
        ['authority', `${name}, in ${folder}`],
        ['constellation', constellationId],
        ...roots.map((root) => ['root', root] as const),
        ['epoch', String(epoch)],
        ['statement', `serial ${serial}, ${file}`],
      ],
      json: { folder, name, constellationId, rootPublicKeys: roots, epoch, serial, file },
      next: `Next: orbweaver keys issue ${folder} --eid ipn:257.0 --scid 257`,
    },
    invocation,
    terminal,
  );
  return 0;
}
