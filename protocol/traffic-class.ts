/**
 * The four traffic classes. A waiting frame of a higher class leaves before any frame of a lower
 * one, at the next frame boundary, on every hop. The number is the rank, the USLP virtual channel
 * offset and the value carried in the bundle.
 */

/** 0 bulk, 1 normal, 2 expedited, 3 flash. */
export type TrafficClass = 0 | 1 | 2 | 3;

/** Names by rank. */
export const TRAFFIC_CLASSES = ['bulk', 'normal', 'expedited', 'flash'] as const;

/** The name people write for a traffic class. */
export type TrafficClassName = (typeof TRAFFIC_CLASSES)[number];

/** The rank of a class name. */
export function trafficClassOf(name: TrafficClassName): TrafficClass {
  return TRAFFIC_CLASSES.indexOf(name) as TrafficClass;
}
