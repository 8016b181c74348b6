/**
 * Strictness profiles: what a decoder makes of a bundle that can be read, but that its sender
 * should not have sent so. The strict profile refuses it; the tolerant one takes it, for such
 * bundles are common: the examples of RFC 9173 Appendix A are of this kind. Either way the
 * deviation has a name by which it is counted.
 *
 * Source: RFC 9171 §4.1, which lets receivers choose; the clause of each rule stands beside it.
 */
import { Fault } from '../fault.ts';

/** How a node takes what its neighbours should not have sent. */
export type Strictness = 'strict' | 'tolerant';

/** Asked about each deviation: gives the fault to refuse the bundle by, or undefined to go on. */
export type Judge = (deviation: Fault) => Fault | undefined;

/** All that the tolerant profile forgives. */
export const DEVIATION = {
  /** The outer array has a definite length; the bundle leaves with an indefinite one. */
  framing: new Fault('bundle', 'framing', 'RFC 9171 4.1'),
  /** An integer or length is longer than it needs to be. */
  longHead: new Fault('bundle', 'long-head', 'RFC 9171 4.1'),
  /** The null endpoint is written as the text `none`. */
  textNone: new Fault('bundle', 'text-none', 'RFC 9171 4.2.5.1.1'),
  /** An endpoint of the dtn scheme lacks the node name or the slash behind it. */
  dtnForm: new Fault('bundle', 'dtn-form', 'RFC 9171 4.2.5.1.1'),
  /** The primary block has neither a CRC nor an integrity block that covers it. */
  primaryCrc: new Fault('bundle', 'primary-crc', 'RFC 9171 4.3.1'),
  /** The source has no clock, and the bundle carries no age. */
  ageMissing: new Fault('bundle', 'age-missing', 'RFC 9171 4.4.2'),
  /** An anonymous bundle may be fragmented, or asks for reports. */
  anonymousFlags: new Fault('bundle', 'anonymous-flags', 'RFC 9171 4.2.3, 4.2.4'),
  /** An administrative record asks for reports. */
  administrativeFlags: new Fault('bundle', 'administrative-flags', 'RFC 9171 4.2.3, 4.2.4'),
  /** A fragment reaches beyond the end of its whole. */
  fragmentRange: new Fault('bundle', 'fragment-range', 'RFC 9171 5.8'),
  /** A flag without a meaning is set; no profile refuses it, for receivers must ignore it. */
  unassignedFlags: new Fault('bundle', 'unassigned-flags', 'RFC 9171 4.2.3, 4.2.4'),
} as const;

/** The strict profile. */
export const refuse: Judge = (deviation) =>
  deviation === DEVIATION.unassignedFlags ? undefined : deviation;

/** The tolerant profile. */
export const tolerate: Judge = () => undefined;

/** The judge of a profile, which is tolerant unless it is named. */
export function profileOf(strictness: Strictness | undefined): Judge {
  return strictness === 'strict' ? refuse : tolerate;
}

/** The same judge, which tells of what it forgives. */
export function telling(judge: Judge, tell: (deviation: Fault) => void): Judge {
  return (deviation) => {
    const fault = judge(deviation);
    if (fault === undefined) tell(deviation);
    return fault;
  };
}
