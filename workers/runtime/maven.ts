import { askRepository, unpackZip } from './zip-archive.ts';

/**
 * Takes files out of an archive of a Maven repository, without running anything of it.
 *
 * @param archive path within the repository
 * @param paths   files within the archive
 * @returns where they are now, in the same order, below `folder`; what the archive does not hold is not there
 * @throws MarqueeError MODELS_DOWN if the repository does not give the archive
 */
export async function unpackFromMaven(
  mavenUrl: string,
  archive: string,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const name = archive.slice(archive.lastIndexOf('/') + 1);
  const remedy = 'MAVEN_URL names another repository.';
  const { bytes } = await askRepository(`${mavenUrl.replace(/\/$/, '')}/${archive}`, { name, remedy, signal });
  return unpackZip(bytes, paths, folder);
}
