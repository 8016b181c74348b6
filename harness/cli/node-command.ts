/** `orbweaver node`: one satellite in the foreground. */
import { runNode } from '#node/foreground.ts';
import type { Command } from './command.ts';

/** Runs one satellite from a configuration of its own. */
export const NODE: Command = {
  name: 'node',
  summary: 'Run one satellite in the foreground on real UDP sockets',
  positionals: ['config.json'],
  flags: {
    vault: {
      type: 'string',
      value: 'DIR',
      help: 'where it keeps what outlives a restart, its bundles too',
    },
    statement: {
      type: 'string',
      value: 'FILE',
      help: 'take the statement there, and every newer one put in its place',
    },
    applications: {
      type: 'string',
      value: 'FILE',
      help: 'a JavaScript module with applications for this node; see docs/applications.md',
    },
    json: { type: 'boolean', help: 'print JSON, one value a line' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Prints a line for everything that happens and a last one with its counters. The
configuration names the node, its terminals and credentials, the contact plan and where the
neighbours listen. Every start has a boot number of its own, which the vault keeps.
Bundles are kept in the vault, or in store.directory of the configuration; with
store.durability memory they are lost when the node ends. A folder is for one node at a time.
docs/node.md explains the configuration key by key.`,
  example: 'orbweaver node satellite-101.json',
  run: async ({ positionals, flags }) =>
    runNode([
      ...positionals,
      ...(flags.json === true ? ['--json'] : []),
      ...(flags.statement === undefined ? [] : ['--statement', String(flags.statement)]),
      ...(flags.applications === undefined ? [] : ['--applications', String(flags.applications)]),
      ...(flags.vault === undefined ? [] : ['--vault', String(flags.vault)]),
    ]),
};
