/** `orbweaver keys bundle-key`: a key for the security of bundles. */
import { existsSync } from 'node:fs';
import { ConfigError } from '#node/config-error.ts';
import { BUNDLE_KEY_KINDS, type BundleGrant } from '../../authority/bundle-grant.ts';
import { MODE, writeNewFile } from '../../authority/new-file.ts';
import { textOf } from '../arguments.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { tell } from './answer.ts';
import { readKeyKind, readKeyName, readNodePattern } from './flags.ts';
import { openAuthority } from './open.ts';

const NAME = { type: 'string', value: 'NAME', help: 'by which rules name the key' } as const;

/** Makes a key that nodes are given with their credentials, or writes one to a file. */
export const KEYS_BUNDLE_KEY: Command = {
  name: 'keys bundle-key',
  summary: 'Make a key for the security of bundles',
  positionals: ['folder'],
  flags: {
    name: NAME,
    use: { type: 'string', value: 'USE', help: BUNDLE_KEY_KINDS.join(', ') },
    nodes: { type: 'string', value: 'PATTERN', help: 'who is given it, such as ipn:[257-258].*' },
    out: { type: 'string', value: 'FILE', help: 'write the key to a file of its own, too' },
    json: { type: 'boolean', help: 'print JSON, without secrets' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Credentials issued from now on to nodes whose endpoint fits PATTERN have the key, which
the rules in "bundleSecurity" of a node's configuration name. FILE is for a node that has
credentials, or for a device of another make; a configuration names it as "keys" of
"bundleSecurity". It holds a secret, so only its owner can read it, and it is never overwritten. A
key that is there already is only written to FILE; to renew one, make another of another name.`,
  example: 'orbweaver keys bundle-key authority --name x --use aes-256-gcm --nodes "ipn:257.*"',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { positionals, flags } = invocation;
  const [folder] = positionals as [string];
  const name = readKeyName(textOf(invocation, 'name', NAME));
  const file = flags.out === undefined ? undefined : String(flags.out);
  if (file !== undefined && existsSync(file)) {
    throw new ConfigError('it exists already', { file, remedy: ANOTHER_FILE });
  }
  const authority = await openAuthority(folder, terminal);
  const known = authority.bundleGrants.find((grant) => grant.name === name);
  const isWanted = known !== undefined && flags.use === undefined && flags.nodes === undefined;
  const grant =
    isWanted && file !== undefined
      ? known
      : authority.makeBundleKey(
          name,
          readKeyKind(String(flags.use ?? '')),
          readNodePattern(String(flags.nodes ?? '')),
        );
  if (file !== undefined) writeNewFile(file, textFor(grant), MODE.secret, ANOTHER_FILE);
  const { use, nodes, octets } = grant;
  const size = `${octets.length / 2} octets`;
  tell(
    {
      facts: [
        ['key', name],
        ['use', `${use}, ${size}`],
        ['nodes', nodes],
        ...(file === undefined ? [] : [['file', `${file}, readable by you alone`] as const]),
      ],
      json: {
        name,
        use,
        octets: octets.length / 2,
        nodes,
        ...(file === undefined ? {} : { file }),
      },
      next: 'Next: issue the credentials of these nodes, and name the key in their rules.',
    },
    invocation,
    terminal,
  );
  return 0;
}

/** A list of one key, as a configuration names it. */
function textFor({ name, use, octets }: BundleGrant): string {
  return `${JSON.stringify([{ name, use, octets }], undefined, 2)}\n`;
}

const ANOTHER_FILE = 'Name another file with --out';
