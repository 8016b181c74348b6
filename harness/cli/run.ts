/** The command line: finds the command, runs it, and turns what it throws into an exit code. */
import { ConfigError } from '#node/config-error.ts';
import { formatProblems } from '../scenario/scenario-error.ts';
import { suggestion } from '../scenario/suggestion.ts';
import { parseArguments } from './arguments.ts';
import type { Command, CommandGroup, Terminal } from './command.ts';
import { formatGroup, formatHelp, formatOverview } from './help.ts';

/**
 * Runs `orbweaver <args>` with one of `commands`. Exit code 0 or as the command says; 2 for what
 * the operator can mend; 3, with the stack, for a mistake of ours.
 */
export async function runCommandLine(
  args: readonly string[],
  commands: readonly (Command | CommandGroup)[],
  terminal: Terminal,
): Promise<number> {
  try {
    return await dispatch(args, commands, terminal);
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const line of formatProblems(error)) terminal.err.write(`${line}\n`);
      return EXIT_CONFIGURATION;
    }
    const story = error instanceof Error ? error.stack : String(error);
    terminal.err.write(`${story}\nThis is a mistake in Orbweaver, not in what you asked of it.\n`);
    return EXIT_OWN_ERROR;
  }
}

async function dispatch(
  [word, ...args]: readonly string[],
  commands: readonly (Command | CommandGroup)[],
  terminal: Terminal,
  group?: CommandGroup,
): Promise<number> {
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    const to = word === undefined ? terminal.err : terminal.out;
    to.write(group === undefined ? formatOverview(commands) : formatGroup(group));
    return word === undefined ? EXIT_CONFIGURATION : 0;
  }
  const name = group === undefined ? word : `${group.name} ${word}`;
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    const names = commands.map((each) => each.name);
    const meant = suggestion(name, names);
    const help = ['orbweaver', ...(group === undefined ? [] : [group.name]), '--help'].join(' ');
    throw new ConfigError(`${name} is not a command of orbweaver`, {
      expected: `one of ${names.join(', ')}`,
      remedy: meant === undefined ? `See ${help}` : `Perhaps ${meant} was meant`,
    });
  }
  if ('commands' in command) return dispatch(args, command.commands, terminal, command);
  if (args.includes('--help') || args.includes('-h')) {
    terminal.out.write(formatHelp(command));
    return 0;
  }
  return command.run(parseArguments(command, args), terminal);
}

/** Also what main.ts ends with when an error escapes every call. */
export const EXIT_OWN_ERROR = 3;
const EXIT_CONFIGURATION = 2;
