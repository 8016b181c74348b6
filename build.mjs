// Bundles the entry points into dist/: a bundled node process starts four times faster and takes
// half the private memory of an unbundled one (docs/decisions/0003-bundled-entry-points.md).

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entryPoints = {
  orbweaver: 'harness/cli/main.ts',
  node: 'node/main.ts',
  'bench/main': 'bench/main.ts',
  'bench/far-end': 'bench/far-end.ts',
  'bench/allocations': 'bench/allocations.ts',
  'test/fuzz': 'test/fuzz/main.ts',
  'test/iv': 'test/iv/main.ts',
};

/**
 * LMDB's library is bundled without its encoder and its cache, which stores of octets do not use:
 * loaded from its own files it takes a process 2 MB more. Its binary stays where it is, in a
 * package for the platform, and is found by the loader that the library brings.
 */
const lmdb = {
  name: 'lmdb',
  setup({ onResolve, onLoad }) {
    const without = { namespace: 'lmdb', filter: /^msgpackr$|^weak-lru-cache$/ };
    const loader = { namespace: 'lmdb-binary', filter: /^node-gyp-build-optional-packages$/ };
    for (const { namespace, filter } of [without, loader]) {
      onResolve({ filter }, ({ path }) => ({ path, namespace }));
    }
    onLoad(without, () => ({
      contents: 'export const Encoder = undefined, WeakLRUCache = Encoder;',
    }));
    onLoad(loader, () => ({
      contents: `
        import { createRequire } from 'node:module';
        import { dirname } from 'node:path';
        const library = createRequire(import.meta.url).resolve('lmdb');
        const load = createRequire(library)('node-gyp-build-optional-packages');
        export default () => load(dirname(dirname(library)));`,
    }));
  },
};

const common = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  // Every process keeps the text of what it loads.
  minifyWhitespace: true,
  logLevel: 'warning',
  plugins: [lmdb],
  // Its CommonJS form, which the platform would choose, cannot be trimmed to what is used.
  alias: { rxjs: fileURLToPath(new URL('node_modules/rxjs/dist/esm/index.js', import.meta.url)) },
};

await rm('dist', { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: Object.fromEntries(
      Object.entries(entryPoints).filter(([, source]) => existsSync(source)),
    ),
    format: 'esm',
    splitting: true,
    // CommonJS packages inside an ES module bundle look for `require`.
    banner: {
      js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
    },
  }),
  // A fleet starts it once for each of its processes, and one script starts sooner than modules.
  build({
    ...common,
    entryPoints: { host: 'harness/fleet/host.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__here' },
    banner: { js: "const __here=require('node:url').pathToFileURL(__filename).href;" },
    // What it loads later it requires, so that Node never sets up its loader of modules.
    supported: { 'dynamic-import': false },
  }),
]);
