/** Reads the Wycheproof cases of test/vectors/wycheproof, each with the fields of its group. */
import { readFileSync } from 'node:fs';

/** One case; octets are lower-case hexadecimal. Which fields it has depends on the file. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  /** The public key of the group, in signature files. */
  readonly pk?: string;
  readonly size?: number;
  readonly tagSize?: number;
  readonly key?: string;
  readonly iv?: string;
  readonly aad?: string;
  readonly msg?: string;
  readonly ct?: string;
  readonly tag?: string;
  readonly sig?: string;
  readonly public?: string;
  readonly private?: string;
  readonly shared?: string;
  readonly ikm?: string;
  readonly salt?: string;
  readonly info?: string;
  readonly okm?: string;
  readonly seed?: string;
  readonly ek?: string;
  readonly c?: string;
  readonly K?: string;
}

export function wycheproof(name: string): WycheproofCase[] {
  const file = new URL(`../vectors/wycheproof/${name}_test.json`, import.meta.url);
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8'));
  return testGroups.flatMap(({ tests, publicKey, tagSize }: WycheproofGroup) =>
    tests.map((test) => ({ ...test, tagSize, pk: publicKey?.pk })),
  );
}

interface WycheproofGroup {
  readonly tests: WycheproofCase[];
  readonly publicKey?: { readonly pk: string };
  readonly tagSize?: number;
}
