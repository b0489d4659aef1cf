import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fetchKubectl, hasKubectl } from '../../../scripts/kubectl.ts';

const run = promisify(execFile);
const KUBERNETES = dirname(dirname(fileURLToPath(import.meta.url)));
export const OVERLAYS = ['rabbitmq', 'sqs', 'small'] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** Any object of a cluster. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: schemas are checked elsewhere; tests read what they expect to be there
  [field: string]: any;
}

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
}

/** The one container of a pod, as far as tests read it. */
export interface Container {
  image: string;
  args?: string[];
  env?: Variable[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: unknown }[];
  securityContext: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  [field: string]: any;
}

/**
 * Declares tests of what kustomize makes of the manifests. Without kubectl they are skipped by name; where everything is
 * required it is fetched.
 */
export function describeRendered(title: string, declare: () => void): void {
  if (hasKubectl() || process.env.REQUIRE_SERVICES === '1') {
    describe(title, declare);
    return;
  }
  describe.skipIf(true)(title, () => it('needs kubectl: "npm run kubectl -- version --client" fetches it', () => {}));
}

const rendered = new Map<Overlay, Promise<Manifest[]>>();

/** What `kubectl kustomize` makes of an overlay, once for each test file. */
export function render(overlay: Overlay): Promise<Manifest[]> {
  const standing = rendered.get(overlay);
  if (standing) return standing;
  const made = kustomize(join(KUBERNETES, 'overlays', overlay));
  rendered.set(overlay, made);
  return made;
}

/** An overlay with parts that clusters may or may not have use for. */
export async function renderWith(overlay: Overlay, components: string[]): Promise<Manifest[]> {
  const folder = await mkdtemp(join(KUBERNETES, 'overlays', '.test-'));
  const within = (path: string) => relative(folder, join(KUBERNETES, path));
  try {
    const kustomization = {
      resources: [within(`overlays/${overlay}`)],
      components: components.map((name) => within(`components/${name}`)),
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await kustomize(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function kustomize(folder: string): Promise<Manifest[]> {
  const { stdout } = await run(await fetchKubectl(), ['kustomize', folder], { maxBuffer: 16 * 1024 ** 2 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

export function ofKind(manifests: Manifest[], kind: string): Manifest[] {
  return manifests.filter((each) => each.kind === kind);
}

/** @throws Error if there is none */
export function named(manifests: Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}

/** Whatever makes pods. */
export function withPods(manifests: Manifest[]): Manifest[] {
  return manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
}

/** @throws Error if a pod has another number of containers than one */
export function containerOf(manifest: Manifest): Container {
  const { containers, initContainers = [] } = manifest.spec.template.spec;
  if (containers.length !== 1 || initContainers.length > 0)
    throw new Error(`${manifest.metadata.name} has more than one container.`);
  return containers[0];
}

/** Variables with a value that stands in the manifests. */
export function plainVariables(manifests: Manifest[], manifest: Manifest): Record<string, string> {
  const container = containerOf(manifest);
  const maps = (container.envFrom ?? []).flatMap(({ configMapRef }) => (configMapRef ? [configMapRef.name] : []));
  const fromMaps = maps.map((name) => named(manifests, 'ConfigMap', name).data as Record<string, string>);
  const own = (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  return Object.assign({}, ...fromMaps, Object.fromEntries(own));
}

/** Variables that a secret gives, by name, with whether they may be missing. */
export function secretVariables(manifest: Manifest): Record<string, { secret: string; optional: boolean }> {
  const entries = (containerOf(manifest).env ?? []).flatMap(({ name, valueFrom }) => {
    const from = valueFrom?.secretKeyRef;
    return from ? [[name, { secret: from.name, optional: from.optional ?? false }] as const] : [];
  });
  return Object.fromEntries(entries);
}
