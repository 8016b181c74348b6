/**
 * Octets for what is soon gone, such as a frame on its way to a terminal: cut one after the other
 * from one larger array. An array of its own costs the platform a microsecond from its making to
 * its collection, about a fifth of what it takes to seal a frame.
 */

/**
 * Fresh octets, all zero, that nobody else has or will have. A view: as long as it lives, so do the
 * 64 KiB that it is cut from, so what is kept for long should be a copy.
 */
export function briefOctets(size: number): Uint8Array {
  if (size > PIECE_OCTETS_MAX) return new Uint8Array(size);
  if (used + size > slab.length) {
    slab = new Uint8Array(SLAB_OCTETS);
    used = 0;
  }
  const octets = slab.subarray(used, used + size);
  // The next piece starts at a whole word.
  used = (used + size + 7) & ~7;
  return octets;
}

const SLAB_OCTETS = 64 * 1024;
/** Of larger pieces a slab would hold too few. */
const PIECE_OCTETS_MAX = SLAB_OCTETS / 4;

let slab = new Uint8Array(0);
let used = 0;
