import { readFileSync } from 'node:fs';
import { MarqueeError } from './errors.ts';

/**
 * The environment with what stands in files: `NAME_FILE` names the file that holds the value of `NAME`, as orchestrators of
 * containers hand secrets in. What is empty counts as not set, and a line break at the end of a file is no part of it.
 *
 * @throws MarqueeError CONFIG_INVALID if both are set, or the file cannot be read or is empty
 */
export function withFiles(
  env: Record<string, string | undefined>,
  names: readonly string[],
): Record<string, string | undefined> {
  const given = { ...env };
  for (const name of names) {
    const file = env[`${name}_FILE`];
    if (!file) continue;
    if (env[name]) {
      throw new MarqueeError('CONFIG_INVALID', `${name} and ${name}_FILE are both set. Set one of them.`);
    }
    const value = read(`${name}_FILE`, file).replace(/\r?\n$/, '');
    if (value === '') throw new MarqueeError('CONFIG_INVALID', `The file that ${name}_FILE names is empty.`);
    given[name] = value;
  }
  return given;
}

function read(variable: string, file: string): string {
  try {
    // As in config.ts: the bundler is not to guess which files may be meant.
    return readFileSync(/* turbopackIgnore: true */ file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    throw new MarqueeError('CONFIG_INVALID', `The file that ${variable} names cannot be read (${why}).`, { cause });
  }
}
