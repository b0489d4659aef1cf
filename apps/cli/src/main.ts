#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Before anything else is loaded: what is compiled once need not be compiled at the next start. A folder that cannot
// be written to is no obstacle.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/marquee', import.meta.url)));
const { run } = await import('./program.ts');
const code = await run(process.argv.slice(2));
// At once: nothing that is still open may keep the process.
process.exit(code);
