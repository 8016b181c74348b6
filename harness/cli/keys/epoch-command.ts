/** `orbweaver keys epoch`: the next epoch begins. */
import { toHex } from '#protocol/bytes/octets.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { tellStatement } from './answer.ts';
import { openAuthority } from './open.ts';

/** Signs the statement that begins the next epoch. */
export const KEYS_EPOCH: Command = {
  name: 'keys epoch',
  summary: 'Begin the next epoch',
  positionals: ['folder'],
  flags: {
    json: { type: 'boolean', help: 'print JSON' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Signs the next statement, with the epoch after this one, and makes the admission key of
the epoch after that. Certificates overlap: issue new credentials while the old ones still hold, by
default for this epoch and the next. A node whose certificate ends before the epoch is shut out
until it is given new ones. Issuers whose last certificate has ended are listed no longer.`,
  example: 'orbweaver keys epoch authority',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [folder] = invocation.positionals as [string];
  const authority = await openAuthority(folder, terminal);
  const statement = authority.advanceEpoch();
  const { epoch } = statement;
  // Whoever holds nothing that is valid after this epoch.
  const last = new Map<string, number>(); // Bounded by the nodes certified.
  for (const { claims } of authority.certificates) {
    if (statement.revoked.has(toHex(claims.id))) continue;
    last.set(claims.subject, Math.max(claims.lastEpoch, last.get(claims.subject) ?? 0));
  }
  const ending = [...last].filter(([, until]) => until === epoch).map(([eid]) => eid);
  const due =
    ending.length === 0 ? '' : ` Then renew what ends with epoch ${epoch}: ${shown(ending)}.`;
  tellStatement(folder, statement, due, invocation, terminal);
  return 0;
}

function shown(eids: readonly string[]): string {
  const more = eids.length - EIDS_SHOWN_MAX;
  return eids.slice(0, EIDS_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const EIDS_SHOWN_MAX = 5;
