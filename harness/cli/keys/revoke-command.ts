/** `orbweaver keys revoke`: certificates are withdrawn. */
import { ConfigError } from '#node/config-error.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { Authority } from '../../authority/authority.ts';
import { suggestion } from '../../scenario/suggestion.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { tellStatement } from './answer.ts';
import { readHex, readLeastBoots, readNodeEid } from './flags.ts';
import { openAuthority } from './open.ts';

/** Signs the statement that withdraws certificates or old boots. */
export const KEYS_REVOKE: Command = {
  name: 'keys revoke',
  summary: 'Withdraw the certificates of a node',
  positionals: ['folder'],
  flags: {
    eid: {
      type: 'string',
      value: 'EID',
      help: 'the node, all of whose certificates are withdrawn',
    },
    certificate: { type: 'string', value: 'HEX', help: 'the id of one certificate' },
    'least-boot': { type: 'string', value: 'SCID=N', help: 'the least boot accepted from now on' },
    json: { type: 'boolean', help: 'print JSON' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Signs the next statement. It holds where it is known: hand it to one node that is in
contact with the others, and it spreads from neighbour to neighbour. --least-boot refuses what a
spacecraft has signed at earlier starts, such as a key that was read out of its memory.`,
  example: 'orbweaver keys revoke authority --eid ipn:258.0',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [folder] = invocation.positionals as [string];
  const { eid, certificate, 'least-boot': boots } = invocation.flags;
  if (eid === undefined && certificate === undefined && boots === undefined) {
    throw new ConfigError('nothing is named that is to be revoked', {
      expected: '--eid, --certificate or --least-boot',
      remedy: 'See orbweaver keys revoke --help',
    });
  }
  const node = eid === undefined ? undefined : readNodeEid(String(eid));
  const id =
    certificate === undefined ? undefined : toHex(readHex('certificate', String(certificate), 16));
  const leastBoots = boots === undefined ? new Map() : readLeastBoots(String(boots));
  const authority = await openAuthority(folder, terminal);
  const certificateIds = [
    ...(node === undefined ? [] : certificatesOf(node, authority)),
    ...(id === undefined ? [] : [checkKnown(id, authority)]),
  ];
  const statement = authority.revoke({ certificateIds, leastBoots });
  tellStatement(folder, statement, '', invocation, terminal);
  return 0;
}

/** Those of a node that still hold. */
function certificatesOf(eid: string, { certificates, statement }: Authority): string[] {
  const own = certificates.filter(({ claims }) => claims.subject === eid);
  const living = own
    .filter(({ claims }) => claims.lastEpoch >= statement.epoch)
    .map(({ claims }) => toHex(claims.id))
    .filter((id) => !statement.revoked.has(id));
  if (living.length > 0) return living;
  const eids = [...new Set(certificates.map(({ claims }) => claims.subject))];
  const meant = own.length > 0 ? undefined : suggestion(eid, eids);
  const what = own.length > 0 ? 'has no certificate that still holds' : 'has no certificate';
  throw new ConfigError(`${eid} ${what}`, {
    remedy: meant === undefined ? 'There is nothing to revoke' : `Perhaps ${meant} was meant`,
  });
}

function checkKnown(id: string, { certificates, statement }: Authority): string {
  if (statement.revoked.has(id)) {
    throw new ConfigError(`certificate ${id} is revoked already`, {
      remedy: 'There is nothing to do but to spread the statement',
    });
  }
  if (certificates.some(({ claims }) => toHex(claims.id) === id)) return id;
  throw new ConfigError(`certificate ${id} is none of this authority`, {
    expected: 'the id that orbweaver keys inspect shows',
    remedy: 'Correct --certificate, or name the node with --eid',
  });
}
