/** `orbweaver keys statement`: the constellation statement in force. */
import { join } from 'node:path';
import { statementFile } from '../../authority/authority-folder.ts';
import { MODE, replaceFile } from '../../authority/new-file.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { statementFacts, statementJson, tell } from './answer.ts';
import { openAuthority } from './open.ts';

/** Prints the newest statement, or writes it to where nodes find it. */
export const KEYS_STATEMENT: Command = {
  name: 'keys statement',
  summary: 'Print or write the constellation statement in force',
  positionals: ['folder'],
  flags: {
    out: { type: 'string', value: 'FILE', help: 'write its octets there, over what is there' },
    json: { type: 'boolean', help: 'print JSON' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `A statement is public: its signature protects it. A node takes one with a higher serial
than its own, ends the sessions that it forbids, and hands it on to its neighbours.`,
  example: 'orbweaver keys statement authority --out statement.cose',
  run,
};

async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [folder] = invocation.positionals as [string];
  const { out } = invocation.flags;
  const { statement } = await openAuthority(folder, terminal);
  const file = out === undefined ? join(folder, statementFile(statement.serial)) : String(out);
  if (out !== undefined) replaceFile(file, statement.octets, MODE.public);
  tell(
    {
      facts: [...statementFacts(statement), ['file', file]],
      json: { ...statementJson(statement), file },
      next: '',
    },
    invocation,
    terminal,
  );
  return 0;
}
