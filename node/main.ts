/** Entry point of dist/node.js: what `orbweaver node` does, without the rest of the program. */
import { runNode } from './foreground.ts';

process.exitCode = await runNode(process.argv.slice(2));
