import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './manifests.ts';

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** Packages with the schemas of what clusters do not know by themselves. */
const CUSTOM: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda/keda.sh',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/monitoring.coreos.com',
  'external-secrets.io': '@kubernetes-models/external-secrets/external-secrets.io',
};

/** Where the schema of a kind is: made from the OpenAPI description of Kubernetes, or of the custom resource. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [null, apiVersion];
  if (group === null) return `kubernetes-models/${version}/${kind}`;
  return `${CUSTOM[group as string] ?? `kubernetes-models/${group}`}/${version}/${kind}`;
}

function title({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

/** Checks types, formats, choices and what must not be missing. @returns a sentence for each breach */
export async function schemaBreaches(manifests: Manifest[]): Promise<string[]> {
  const breaches: string[] = [];
  for (const manifest of manifests) {
    const module = (await import(moduleOf(manifest))) as Record<string, new (data: Manifest) => { validate(): void }>;
    const Model = module[manifest.kind];
    if (!Model) throw new Error(`There is no schema of ${manifest.apiVersion} ${manifest.kind}.`);
    try {
      new Model(manifest).validate();
    } catch (error) {
      breaches.push(`${title(manifest)}: ${(error as Error).message}`);
    }
  }
  return breaches;
}

/**
 * Checks for fields that no schema knows, which a cluster takes and drops. The schemas' own checks let them pass, so the
 * compiler reads each manifest as a literal of its type. @returns what the compiler says
 */
export async function unknownFields(manifests: Manifest[]): Promise<string[]> {
  // Below the repository, so that packages are found.
  const cache = join(ROOT, 'node_modules/.cache/marquee');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'manifests-'));
  try {
    const lines = manifests.map(
      (each, i) => `import type { I${each.kind} as T${i} } from '${moduleOf(each)}';
/* ${title(each)} */ export const m${i}: T${i} = ${JSON.stringify(each)};`,
    );
    await writeFile(join(folder, 'manifests.ts'), lines.join('\n'));
    const options = { module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: [] };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['manifests.ts'] }),
    );
    const said = await compile(folder);
    return said.split('\n').filter((line) => /error TS/.test(line));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function compile(folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else if (error !== null && !stdout.includes('error TS')) reject(new Error(stdout + stderr));
      else resolve(stdout);
    });
  });
}
