import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Starts a production site on a data folder and a free port, in a process of its own.
 *
 * @param variables what it is told besides, or otherwise
 * @param options.script of this folder; default: a whole site, with workers unless `args` say otherwise
 * @param options.log    where its log goes: to the test's own output, or to whoever reads the child's `stderr`
 */
export function spawnSite(
  dataDir: string,
  variables: NodeJS.ProcessEnv = {},
  options: { script?: string; args?: string[]; log?: 'inherit' | 'pipe' } = {},
): ChildProcess {
  const { script = 'site.ts', args = [], log = 'inherit' } = options;
  return spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      MARQUEE_DATA: dataDir,
      PORT: '0',
      LOG_LEVEL: 'error',
      ...variables,
    },
    stdio: ['ignore', 'pipe', log],
  });
}

/** @returns where a site is that was just started, once it answers */
export function addressOf(site: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    site.once('exit', (code) => reject(new Error(`The site ended with ${code} before it listened.`)));
    site.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const line = text.split('\n').find((each) => each.startsWith('{"url"'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
}

/** Ends a site in order, if it was started and stands. */
export async function endSite(site: ChildProcess | undefined): Promise<void> {
  if (!site || site.exitCode !== null || site.signalCode !== null) return;
  const ended = new Promise((resolve) => site.once('exit', resolve));
  site.kill('SIGTERM');
  await ended;
}
