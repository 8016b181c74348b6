/** `orbweaver keys statement`: the constellation statement in force. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '#node/config-error.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeStatement } from '#protocol/membership/statement.ts';
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
    out: { type: 'string', value: 'FILE', help: 'write its octets there, over an older one' },
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
  if (out !== undefined) {
    checkReplaceable(file);
    replaceFile(file, statement.octets, MODE.public);
  }
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

/** A slip of the pen must not cost a file that cannot be made again, such as credentials. */
function checkReplaceable(file: string): void {
  if (!existsSync(file) || !(decodeStatement(readFileSync(file)) instanceof Fault)) return;
  throw new ConfigError('it exists already and is no constellation statement', {
    file,
    remedy: 'Name another file with --out',
  });
}
