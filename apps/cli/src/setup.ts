import { loadConfig } from '@marquee/core/config';
import { engineNames, setUpEngines } from '@marquee/workers/engines';
import { createLogger } from '@marquee/workers/runtime/log';
import { EXIT } from './exit.ts';
import { print } from './print.ts';

/** `marquee setup`: creates what the configured engines need, or brings it up to date. */
export async function setup(): Promise<number> {
  const config = loadConfig(undefined, { LOG_LEVEL: 'warn' });
  await setUpEngines(config, createLogger(config));
  for (const [port, name] of Object.entries(engineNames(config))) print(`${port.padEnd(8)} ${name}: set up`);
  return EXIT.ok;
}
