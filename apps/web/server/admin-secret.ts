import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';

const FILE_NAME = 'admin-secret';
const SECRET_BYTES = 15;

/**
 * The set-up token, and what the site signs with: the configured secret, else one made at first start and kept in the
 * data folder (readable by its owner alone).
 *
 * @returns `isNew` true for the one call that made it, so that it is printed once
 * @throws MarqueeError CONFIG_INVALID if the kept secret is too short to be one
 */
export async function adminSecret(config: Config): Promise<{ secret: string; isNew: boolean }> {
  if (config.adminSecret !== null) return { secret: config.adminSecret, isNew: false };
  const file = join(config.dataDir, FILE_NAME);
  const kept = await read(file);
  if (kept !== null) return { secret: kept, isNew: false };

  await mkdir(config.dataDir, { recursive: true });
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600 });
  try {
    // A link fails if another process was first, and a reader never sees half a file.
    await link(draft, file);
    return { secret, isNew: true };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    return { secret: (await read(file)) ?? secret, isNew: false };
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(file: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
  const secret = text.trim();
  if (secret.length < 12) {
    throw new MarqueeError(
      'CONFIG_INVALID',
      `The admin secret in ${file} is shorter than 12 characters. Delete the file and start again to get a new one.`,
    );
  }
  return secret;
}
