/** `orbweaver keys issue`: the credentials of one node. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BundleKey } from '#node/bundle-keys.ts';
import { ConfigError } from '#node/config-error.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { grantedTo } from '../../authority/bundle-grant.ts';
import type { Endorsement, IssuedCertificate } from '../../authority/contract.ts';
import { MODE, writeNewFile } from '../../authority/new-file.ts';
import { textOf } from '../arguments.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { tell } from './answer.ts';
import { formatRoles, readEpochs, readHex, readNodeEid, readRoles, readScids } from './flags.ts';
import { openAuthority } from './open.ts';

const EID = {
  type: 'string',
  value: 'EID',
  help: 'endpoint of the node, such as ipn:257.0',
} as const;
const SCID = { type: 'string', value: 'N,…', help: 'its spacecraft ids, 1 to 4' } as const;

/** Writes the credentials of a node to a file of its own. */
export const KEYS_ISSUE: Command = {
  name: 'keys issue',
  summary: 'Issue the credentials of one node',
  positionals: ['folder'],
  flags: {
    eid: EID,
    scid: SCID,
    role: { type: 'string', value: 'ROLE', help: 'satellite, ground, relay, test; satellite' },
    epochs: { type: 'string', value: 'A..B', help: 'when it is valid; this epoch and the next' },
    'public-key': { type: 'string', value: 'HEX', help: 'certify a key made on the device' },
    out: { type: 'string', value: 'FILE', help: 'ipn-257.0.credentials.json if not given' },
    json: { type: 'boolean', help: 'print JSON, without secrets' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `FILE is what the key "credentials" of a node's configuration names. It holds secrets, so
only its owner can read it, and it is never overwritten. With --public-key the private key stays on
the device, and FILE lacks "identityPrivateKey". Roles can be several: satellite,relay. Nodes with
the role test are accepted only by nodes that have it too, or that allow test equipment. Keys for
bundles that are meant for the node (keys bundle-key) go with the credentials.`,
  example: 'orbweaver keys issue authority --eid ipn:257.0 --scid 257 --out alpha.json',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { positionals, flags } = invocation;
  const [folder] = positionals as [string];
  const eid = readNodeEid(textOf(invocation, 'eid', EID));
  const scids = readScids(textOf(invocation, 'scid', SCID));
  const roles = readRoles(String(flags.role ?? 'satellite'));
  const key = flags['public-key'];
  const publicKey = key === undefined ? undefined : readHex('public-key', String(key), 32);
  const file = String(flags.out ?? `${eid.replaceAll(/[:/]+/g, '-')}.credentials.json`);
  // Before anything is issued that then has no place to go.
  if (existsSync(file)) throw new ConfigError('it exists already', { file, remedy: ANOTHER_FILE });
  if (!existsSync(dirname(file))) {
    throw new ConfigError('its folder does not exist', { file, remedy: 'Make the folder first' });
  }
  const authority = await openAuthority(folder, terminal);
  const { epoch } = authority.statement;
  const epochs =
    flags.epochs === undefined
      ? { first: epoch, last: epoch + 1 }
      : readEpochs(String(flags.epochs), epoch);
  const notBeforeS = Math.floor(Date.now() / 1_000);
  const node = { eid, scids, roles, epochs, notBeforeS };
  const credentials =
    publicKey === undefined ? authority.issue(node) : authority.endorse(node, publicKey);
  const bundleKeys = grantedTo(authority.bundleGrants, eid);
  writeNewFile(file, formatCredentials(credentials, bundleKeys), MODE.secret, ANOTHER_FILE);
  const { claims } = authority.certificates.at(-1) as IssuedCertificate;
  tell(
    {
      facts: [
        ['node', `${eid}, spacecraft ${scids.join(', ')}`],
        ['roles', formatRoles(roles)],
        ['certificate', toHex(claims.id)],
        ['valid', `epochs ${epochs.first} to ${epochs.last}; now is ${epoch}`],
        ...(bundleKeys.length === 0 ? [] : [['bundle keys', namesOf(bundleKeys)] as const]),
        ['credentials', `${file}, readable by you alone`],
        ...(epochs.first === epochs.last ? [['note', ONE_EPOCH] as const] : []),
      ],
      json: {
        ...{ eid, scids, roles, certificateId: toHex(claims.id), epochs, file },
        bundleKeys: bundleKeys.map(({ name }) => name),
      },
      next:
        publicKey === undefined
          ? `Next: name ${file} as "credentials" in the node's configuration.`
          : `Next: on the device, add "identityPrivateKey" to ${file}.`,
    },
    invocation,
    terminal,
  );
  return 0;
}

function namesOf(keys: readonly BundleKey[]): string {
  return keys.map(({ name }) => name).join(', ');
}

/** The JSON of a credentials file; without the private key where only the device has it. */
function formatCredentials(
  credentials: Endorsement & { identityPrivateKey?: Uint8Array },
  bundleKeys: readonly BundleKey[],
): string {
  const { identityPrivateKey = new Uint8Array(0) } = credentials;
  const { identityPrivateKey: key, ...json } = encodeCredentials({
    ...credentials,
    identityPrivateKey,
  });
  const whole = {
    ...json,
    ...(key === '' ? {} : { identityPrivateKey: key }),
    ...(bundleKeys.length === 0 ? {} : { bundleKeys }),
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

const ANOTHER_FILE = 'Name another file with --out';
const ONE_EPOCH = 'valid in one epoch only: the node cannot follow when the epoch advances';
