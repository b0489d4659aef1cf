import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that an image carries. */
export interface Component {
  name: string;
  version: string;
  license: string | null;
}

/** The packages below a folder, by what their own descriptions say; workspaces of Marquee are not among them. */
export async function componentsOf(folder: string): Promise<Component[]> {
  const found = new Map<string, Component>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name !== 'package.json' || !entry.isFile() || !/node_modules/.test(entry.parentPath)) continue;
    const facts = JSON.parse(await readFile(join(entry.parentPath, entry.name), 'utf8')) as Partial<Component>;
    // Packages hold such files without names too, which only say how their modules are read.
    if (!facts.name || !facts.version) continue;
    const license = typeof facts.license === 'string' ? facts.license : null;
    found.set(`${facts.name}@${facts.version}`, { name: facts.name, version: facts.version, license });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component);
}

/** A software bill of materials in CycloneDX 1.6, without a date, so that equal builds have equal bills. */
export function softwareBill(name: string, version: string, components: readonly Component[]): string {
  const listed = components.map((each) => ({
    type: 'library',
    name: each.name,
    version: each.version,
    purl: packageAddress(each),
    ...(each.license === null ? {} : { licenses: [licenceOf(each.license)] }),
  }));
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, version } },
    components: listed,
  };
  return `${JSON.stringify(bill, null, 1)}\n`;
}

/** An identifier of SPDX, or an expression of several. */
function licenceOf(license: string) {
  return /\s/.test(license) ? { expression: license } : { license: { id: license } };
}

/** As package-url writes it: the scope's sign is escaped. */
function packageAddress({ name, version }: Component): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}
