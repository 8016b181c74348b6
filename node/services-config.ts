/** The part of a node's configuration about the applications on it. */
import type { ReportRequest } from '#protocol/agent/contract.ts';
import { parseEid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { ConfigError } from './config-error.ts';
import type { JsonCursor } from './json-cursor.ts';
import { ECHO_SERVICE } from './services/echo.ts';
import type { PingOptions } from './services/ping.ts';
import { STATEMENT_SERVICE } from './services/statements.ts';
import { type Absence, SINK_SERVICE } from './services/traffic-sink.ts';
import type { TrafficFlow } from './services/traffic-source.ts';

/** A traffic flow; the destination as a URI, such as `ipn:102.9`. */
export interface SourceConfig extends Omit<TrafficFlow, 'destination' | 'reports'> {
  readonly destination: string;
  /** Status reports that its bundles ask for; none when absent. */
  readonly reports?: readonly StatusName[];
}

/** What status reports tell of a bundle (RFC 9171 §6.1.1). */
export const STATUSES = ['reception', 'forwarding', 'delivery', 'deletion'] as const;

/** The name of one of them. */
export type StatusName = (typeof STATUSES)[number];

/** What a bundle is to ask for, with the time of each; undefined for nothing. */
export function reportRequestOf(names: readonly StatusName[] = []): ReportRequest | undefined {
  if (names.length === 0) return undefined;
  return { ...Object.fromEntries(names.map((name) => [name, true])), times: true };
}

/** The applications on a node. */
export interface ServicesConfig {
  readonly echo: boolean;
  readonly sink: boolean;
  /** When the sink is away, if ever. */
  readonly sinkAbsences?: readonly Absence[];
  readonly sources: readonly SourceConfig[];
  readonly pings?: readonly PingOptions[];
}

/** The highest number of a node or service. */
export const IPN_NUMBER_MAX = 0xffff_fffe;

/** Checks what a person wrote; throws ConfigError with the place and the remedy. */
export function readServices(cursor: JsonCursor): ServicesConfig {
  cursor.object(['echo', 'sink', 'sinkAbsences', 'sources', 'pings']);
  const absences = cursor.at('sinkAbsences');
  const pings = cursor.at('pings');
  const services: ServicesConfig = {
    echo: cursor.at('echo').boolean(),
    sink: cursor.at('sink').boolean(),
    ...(absences.present ? { sinkAbsences: absences.list(ABSENCES_MAX, readAbsence) } : {}),
    sources: cursor.at('sources').list(SERVICES_MAX, readSource),
    ...(pings.present ? { pings: pings.list(SERVICES_MAX, readPing) } : {}),
  };
  checkServices(services);
  return services;
}

function readAbsence(cursor: JsonCursor): Absence {
  cursor.object(['startsAt', 'endsAt']);
  const startsAt = cursor.at('startsAt').integer(0);
  return { startsAt, endsAt: cursor.at('endsAt').integer(startsAt + 1) };
}

function readSource(cursor: JsonCursor): SourceConfig {
  cursor.object([...BEAT_KEYS, 'destination', 'sizeOctets', 'reports']);
  const destination = cursor.at('destination');
  const reports = cursor.at('reports');
  if (parseEid(destination.text()) instanceof Fault) {
    throw destination.mistake('an endpoint such as ipn:102.9');
  }
  return {
    ...readBeat(cursor),
    destination: destination.text(),
    sizeOctets: cursor.at('sizeOctets').integer(0, ADU_OCTETS_MAX),
    ...(reports.present
      ? { reports: reports.list(STATUSES.length, (item) => item.oneOf(STATUSES)) }
      : {}),
  };
}

function readPing(cursor: JsonCursor): PingOptions {
  cursor.object([...BEAT_KEYS, 'node']);
  return { ...readBeat(cursor), node: cursor.at('node').integer(1, IPN_NUMBER_MAX) };
}

function readBeat(cursor: JsonCursor): Omit<PingOptions, 'node'> {
  return {
    service: cursor.at('service').integer(1, IPN_NUMBER_MAX),
    everyUs: cursor.at('everyUs').integer(1),
    startsAt: cursor.at('startsAt').integer(0),
    endsAt: cursor.at('endsAt').integer(0),
    lifetimeMs: cursor.at('lifetimeMs').integer(1),
    trafficClass: cursor.at('trafficClass').integer(0, 3) as TrafficClass,
  };
}

/** No two services share a number. */
function checkServices({ echo, sink, sources, pings = [] }: ServicesConfig): void {
  const own = [...(echo ? [ECHO_SERVICE] : []), ...(sink ? [SINK_SERVICE] : [])];
  const taken = new Set([STATEMENT_SERVICE, ...own]); // Bounded by SERVICES_MAX, twice.
  for (const { service } of [...sources, ...pings]) {
    if (taken.has(service)) {
      throw new ConfigError(`service ${service} is used twice`, {
        expected: 'a number of its own for each; echo, sink and statements have 7, 9 and 61',
        remedy: 'Give one of the two another number',
      });
    }
    taken.add(service);
  }
}

const BEAT_KEYS = ['service', 'everyUs', 'startsAt', 'endsAt', 'lifetimeMs', 'trafficClass'];

const SERVICES_MAX = 1_024;
/** They are looked through at every turn of a node. */
export const ABSENCES_MAX = 16;
/** The largest bundle a node takes has 1 MiB; this leaves its blocks 1 KiB. */
const ADU_OCTETS_MAX = 1_047_552;
