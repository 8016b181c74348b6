/**
 * Our own mistakes. An assertion that fails is never the peer's, the channel's or the operator's
 * doing, so it throws and the run stops; the harness prints the seed and the commit.
 */

/** Thrown when the program contradicts itself. Never caught except to print it and exit with 3. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Stops the run unless `condition` holds; stays on in flight. `message` states what must hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Marks a place that no input can reach, such as the default of an exhaustive switch. */
export function unreachable(message: string): never {
  throw new InvariantError(message);
}
