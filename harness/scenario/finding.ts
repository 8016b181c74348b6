/** How the checks of a scenario tell what they find. */
import { suggestion } from './suggestion.ts';
import type { Path } from './yaml-source.ts';

/** Takes a finding: where, what is wrong, what to do, what would have been right. */
export type Report = (path: Path, what: string, remedy: string, expected?: string) => void;

/** What to do about a name that nobody has. */
export function remedyFor(name: string, names: readonly string[]): string {
  const meant = suggestion(name, names);
  return meant === undefined ? 'Correct the name' : `Perhaps ${meant} was meant`;
}

/** The names to choose from, or the first few of them. */
export function oneOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return `one of ${shown}${names.length > NAMES_SHOWN_MAX ? ', …' : ''}`;
}

const NAMES_SHOWN_MAX = 5;
