/** Help, made from the commands themselves. */
import type { Command, CommandGroup } from './command.ts';

/** What `orbweaver --help` prints. */
export function formatOverview(commands: readonly (Command | CommandGroup)[]): string {
  return `Orbweaver emulates the flight software of communication satellites, and meshes of them.

${listOf(commands)}

Every command has --help with an example. Exit codes: 0 all objectives held, 1 an objective
failed, 2 the command line or a file is wrong, 3 Orbweaver is.

Example: orbweaver up scenarios/pair.yaml
`;
}

/** What `orbweaver <group> --help` prints. */
export function formatGroup({ summary, commands, notes, example }: CommandGroup): string {
  return `${summary}.

${listOf(commands)}

${notes}

Example: ${example}
`;
}

/** What `orbweaver <command> --help` prints. */
export function formatHelp(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, { value, help }]) => ({
    flag: value === undefined ? `--${name}` : `--${name} ${value}`,
    help,
  }));
  const width = Math.max(...flags.map(({ flag }) => flag.length));
  const lines = flags.map(({ flag, help }) => `  ${flag.padEnd(width)}  ${help}`);
  const notes = command.notes === '' ? '' : `\n${command.notes}\n`;
  return `${usage(command)} [flags]

${command.summary}.

${lines.join('\n')}
${notes}
Example: ${command.example}
`;
}

function listOf(commands: readonly (Command | CommandGroup)[]): string {
  const width = Math.max(...commands.map((command) => usage(command).length));
  return commands
    .map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`)
    .join('\n');
}

function usage(command: Command | CommandGroup): string {
  const { name, positionals } = 'commands' in command ? { ...command, ...ANY } : command;
  return ['orbweaver', name, ...positionals.map((positional) => `<${positional}>`)].join(' ');
}

const ANY = { positionals: ['command'] };
