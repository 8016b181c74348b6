/** The bundle vectors of test/vectors, typed; their schema is test/vectors/BUNDLE-VECTORS.md. */
import { readFileSync } from 'node:fs';

/** Integers above 2^53 − 1 are strings. */
type Integer = number | string;

export interface EidVector {
  readonly id: string;
  readonly hex?: string;
  readonly uri: string | null;
  readonly valid: boolean;
  readonly isNull?: boolean;
}

export interface BundleVector {
  readonly id: string;
  readonly hex: string;
  readonly decoded: { readonly primary: PrimaryVector; readonly blocks: readonly BlockVector[] };
  readonly expect: {
    readonly issues?: readonly string[];
    readonly rfc9171?: 'accept' | 'nonconformant';
    /** Of the malformed ones, and how firm the standard is about it. */
    readonly outcome?: 'delete' | 'discard';
    readonly reason?: number | null;
    readonly strictness?: string;
  };
}

export interface PrimaryVector {
  readonly flags: number;
  readonly crcType: number;
  readonly destination: string;
  readonly source: string;
  readonly reportTo: string;
  readonly creationTime: Integer;
  readonly sequence: Integer;
  readonly lifetime: Integer;
  readonly fragmentOffset?: number;
  readonly totalAduLength?: number;
  readonly hex: string;
}

export interface BlockVector {
  readonly type: number;
  readonly number: number;
  readonly flags: number;
  readonly crcType: number;
  readonly data: string;
  readonly previousNode?: string;
  readonly age?: number;
  readonly hopLimit?: number;
  readonly hopCount?: number;
}

export function eidVectors(): readonly EidVector[] {
  return load('eid');
}

export function bundleVectors(file: 'public' | 'derived' | 'malformed'): readonly BundleVector[] {
  return load(`bundles-${file}`);
}

export interface StatusReportVector {
  readonly id: string;
  readonly adminRecordHex: string;
  readonly bundleHex: string;
  /** Absent when the record is to be ignored. */
  readonly decoded?: {
    readonly statuses: Readonly<
      Record<
        'received' | 'forwarded' | 'delivered' | 'deleted',
        { readonly asserted: boolean; readonly time?: number }
      >
    >;
    readonly reason: number;
    readonly subjectSource: string;
    readonly subjectTimestamp: readonly number[];
    readonly fragmentOffset?: number;
    readonly fragmentLength?: number;
  };
}

export function statusReportVectors(): readonly StatusReportVector[] {
  return load('status-reports');
}

function load<T>(file: string): readonly T[] {
  const path = new URL(`../../vectors/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')).vectors;
}
