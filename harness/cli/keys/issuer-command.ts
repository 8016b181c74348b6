/** `orbweaver keys issuer`: a new issuer takes over. */
import type { Command, Invocation, Terminal } from '../command.ts';
import { tellStatement } from './answer.ts';
import { openAuthority } from './open.ts';

/** Lists a new issuer, which signs from the next epoch on. */
export const KEYS_ISSUER: Command = {
  name: 'keys issuer',
  summary: 'List a new issuer, which signs from the next epoch on',
  positionals: ['folder'],
  flags: {
    json: { type: 'boolean', help: 'print JSON' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Signs the next statement, which lists one issuer more. All nodes must know it before they
meet a certificate of its own, so it signs only when the epoch has advanced. The issuer before it is
listed until its last certificate has ended.`,
  example: 'orbweaver keys issuer authority',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [folder] = invocation.positionals as [string];
  const authority = await openAuthority(folder, terminal);
  const statement = authority.addIssuer();
  const then = ` The new issuer signs from epoch ${statement.epoch + 1} on.`;
  tellStatement(folder, statement, then, invocation, terminal);
  return 0;
}
