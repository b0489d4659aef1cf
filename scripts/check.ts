import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { breaches } from './house-rules.ts';

/** `npm run check`: everything that can be said about the code without running it. All failures show at once. */
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);
const CODE = ['packages', 'workers', 'apps', 'bench', 'e2e', 'scripts', 'deploy'];
/** Packages of its own, which are there once `npm run aws:synth` or all tests were run, and always in CI. */
const HAS_AWS = existsSync(join(ROOT, 'deploy/aws/node_modules/aws-cdk-lib')) || process.env.REQUIRE_SERVICES === '1';

const STEPS: { name: string; run: () => Promise<string | null> }[] = [
  { name: 'format and lint', run: () => tool(bin('biome'), ['ci', '--error-on-warnings', '--colors=off', '.']) },
  { name: 'types', run: () => tool(bin('tsc'), ['--noEmit', '-p', 'tsconfig.json']) },
  { name: 'types of the site', run: () => tool(bin('tsc'), ['--noEmit', '-p', 'apps/web']) },
  { name: "types of the site's tests", run: () => tool(bin('tsc'), ['--noEmit', '-p', 'apps/web/test']) },
  ...(HAS_AWS
    ? [{ name: 'types of the house on AWS', run: () => tool(bin('tsc'), ['--noEmit', '-p', 'deploy/aws']) }]
    : []),
  { name: 'who imports whom', run: () => script('depcruise', ['--config', '.dependency-cruiser.mjs', ...CODE]) },
  { name: 'nothing unused', run: () => script('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'house rules', run: async () => breaches(ROOT).join('\n') || null },
];

const results = await Promise.all(
  STEPS.map(async ({ name, run }) => {
    const startedMs = performance.now();
    const failure = await run();
    process.stdout.write(
      `${failure === null ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)\n`,
    );
    return { name, failure };
  }),
);
const failed = results.filter((result) => result.failure !== null);
for (const { name, failure } of failed) process.stdout.write(`\n--- ${name}\n${failure}\n`);
process.exit(failed.length > 0 ? 1 : 0);

/** A tool written in JavaScript, run by this Node: what lies on the path may be older. */
function script(name: string, args: string[]): Promise<string | null> {
  return tool(process.execPath, [bin(name), ...args]);
}

/** @returns null if the tool was content, else what it printed */
function tool(command: string, args: string[]): Promise<string | null> {
  if (!existsSync(command)) return Promise.resolve(`${command} is not installed. Run "npm ci".`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += data.toString('utf8');
      });
    }
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? null : output.trim() || `${command} ended with ${code}`));
  });
}
