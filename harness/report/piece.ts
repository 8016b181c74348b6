/**
 * What the id of a bundle says of it: which unit it belongs to, that is which bundle a source sent,
 * and which piece of that it is.
 *
 *   ipn:1.1000-77-3                 the unit itself, whole
 *   ipn:1.1000-77-3+4096+1024       a fragment: 1,024 octets from 4,096 on
 *   ipn:1.1000-77-3 to 7            a copy for a group, on its way to node 7
 *   ipn:1.1000-77-3+4096+1024 to 7  a copy of a fragment
 *   dtn:none-77-3@9f0c…             an anonymous one, known by a hash of what it says
 */

/** An id, taken apart. */
export interface Piece {
  /** The id that the unit had at its source. */
  readonly unit: string;
  /** The octets of a fragment, as the id writes them; empty for the whole. */
  readonly range: string;
  /** Whom a copy is for, as the id writes it; empty for what is no copy. */
  readonly target: string;
}

/** Takes an id apart. */
export function pieceOf(id: string): Piece {
  const { index = id.length, groups = {} } = PARTS.exec(id) ?? {};
  const { range = '', target = '' } = groups;
  return { unit: id.slice(0, index), range, target };
}

/** Whether a piece of one range could be cut out of that of another. */
export function covers(whole: string, part: string): boolean {
  if (whole === part) return false;
  if (whole === '') return true;
  const [, offset = 0, length = 0] = whole.split('+').map(Number);
  const [, from = 0, count = 0] = part.split('+').map(Number);
  return part !== '' && offset <= from && from + count <= offset + length;
}

const PARTS = /(?<range>\+\d+\+\d+)?(?<target> to \d+)?$/;
