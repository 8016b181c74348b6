/** Applications of the operator's own: a JavaScript module that is given the running node. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../config-error.ts';
import type { Satellite } from '../satellite.ts';

/** What the module exports by default: it registers applications, and returns. */
export type ApplicationModule = (node: Satellite) => void;

/** Loads the module; throws ConfigError when it is not there or exports no function. */
export async function loadApplications(file: string): Promise<ApplicationModule> {
  const { href } = pathToFileURL(resolve(file));
  const { default: applications } = await import(href).catch((error: Error) => {
    throw new ConfigError(`it cannot be loaded (${error.message})`, {
      file,
      expected: EXPECTED,
      remedy: 'Correct it, or the path',
    });
  });
  if (typeof applications === 'function') return applications;
  throw new ConfigError('it exports no function by default', {
    file,
    expected: EXPECTED,
    remedy: 'Add export default',
  });
}

const EXPECTED = 'a JavaScript module, as docs/applications.md shows it';
