/** The command line: finds the command, runs it, and turns what it throws into an exit code. */
import { ConfigError } from '#node/config-error.ts';
import { formatProblems } from '../scenario/scenario-error.ts';
import { suggestion } from '../scenario/suggestion.ts';
import { parseArguments } from './arguments.ts';
import type { Command, Terminal } from './command.ts';
import { formatHelp, formatOverview } from './help.ts';

/**
 * Runs `orbweaver <args>` with one of `commands`. Exit code 0 or as the command says; 2 for what
 * the operator can mend; 3, with the stack, for a mistake of ours.
 */
export async function runCommandLine(
  args: readonly string[],
  commands: readonly Command[],
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
  [name, ...args]: readonly string[],
  commands: readonly Command[],
  terminal: Terminal,
): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const to = name === undefined ? terminal.err : terminal.out;
    to.write(formatOverview(commands));
    return name === undefined ? EXIT_CONFIGURATION : 0;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    const names = commands.map((each) => each.name);
    const meant = suggestion(name, names);
    throw new ConfigError(`${name} is not a command of orbweaver`, {
      expected: `one of ${names.join(', ')}`,
      remedy: meant === undefined ? 'See orbweaver --help' : `Perhaps ${meant} was meant`,
    });
  }
  if (args.includes('--help') || args.includes('-h')) {
    terminal.out.write(formatHelp(command));
    return 0;
  }
  return command.run(parseArguments(command, args), terminal);
}

/** Also what main.ts ends with when an error escapes every call. */
export const EXIT_OWN_ERROR = 3;
const EXIT_CONFIGURATION = 2;
