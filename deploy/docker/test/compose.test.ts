import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VARIABLES } from '@marquee/core/config';
import { DCLinter } from 'dclint';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FILES = ['compose.yaml', 'compose.prod.yaml'];

interface Service {
  image?: string;
  build?: { dockerfile: string; target: string };
  environment?: Record<string, string | null>;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  command?: string[];
  restart?: string;
  read_only?: boolean;
  volumes?: string[];
  profiles?: string[];
  secrets?: (string | { source: string })[];
  deploy?: { resources: { limits: Record<string, string> } };
}
interface Compose {
  services: Record<string, Service>;
  secrets?: Record<string, { file: string }>;
}
const read = (file: string) =>
  parseDocument(readFileSync(join(ROOT, file), 'utf8'), { merge: true, logLevel: 'silent' }).toJS() as Compose;
const compose = read('compose.yaml');
const production = read('compose.prod.yaml');
const services = Object.entries(compose.services);
/** Those that run a program of this repository. */
const own = services.filter(([, { build }]) => build);
/** What the AWS SDK reads, and others' programs, of which the configuration says nothing. */
const NOT_OURS =
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SHARED_CREDENTIALS_FILE)|(GF|RABBITMQ_DEFAULT|MONGO_INITDB|ROOT)_.*|PROMETHEUS_URL)$/;
const namesOf = (list: [string, unknown][]) => list.map(([name]) => name);

/** What is used of the linter, whose own types another resolution of modules would find. */
interface Linter {
  lintFiles(paths: string[], isRecursive: boolean): { messages: { type: string }[] }[];
}

it.each(FILES)('%s is a file that Docker Compose takes', (file) => {
  const rules = {
    'require-quotes-in-ports': [1, { quoteType: 'double' }],
    // Built here, and named for those that are pulled.
    'no-build-and-image': 0,
    // What belongs together stands together.
    'service-keys-order': 0,
    'services-alphabetical-order': 0,
    'top-level-properties-order': 0,
  };
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] } as never) as Linter;
  const results = linter.lintFiles([join(ROOT, file)], false);
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  expect(results).toHaveLength(1);
});

describe('compose.yaml', () => {
  it('has every role, every server and what watches over them', () => {
    expect(namesOf(services).sort()).toEqual(
      ['web', 'orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai', 'setup', 'film']
        .concat(['mongodb', 'rabbitmq', 'redis', 's3', 'sqs', 'prometheus', 'alertmanager', 'grafana'])
        .sort(),
    );
    for (const name of ['orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai']) {
      expect(compose.services[name]?.command).toEqual(['worker', name]);
    }
    expect(namesOf(services.filter(([, { profiles }]) => profiles)).sort()).toEqual(['film', 'sqs']);
  });

  it('pins every image that it pulls, and builds the rest from what stands', () => {
    const pulled = services.filter(([, { build }]) => !build);
    expect(namesOf(pulled.filter(([, { image }]) => !/^\S+:v?\d+\.\d+\.\d+\S*$/.test(image ?? '')))).toEqual([]);
    for (const [name, { build }] of own) {
      expect(readFileSync(join(ROOT, build?.dockerfile ?? ''), 'utf8'), name).toContain(` AS ${build?.target}\n`);
    }
  });

  it('looks after every service that stays, and starts none before what it needs is well', () => {
    const stays = services.filter(([, { restart }]) => restart !== 'no');
    expect(namesOf(stays.filter(([, { healthcheck }]) => !healthcheck?.test?.length))).toEqual([]);
    const conditions = services.flatMap(([, each]) => Object.values(each.depends_on ?? {}).map((on) => on.condition));
    expect(conditions.length).toBeGreaterThan(8);
    expect(conditions.filter((each) => !/^service_(healthy|completed_successfully)$/.test(each))).toEqual([]);
    for (const [name, { depends_on = {} }] of own) {
      if (name !== 'setup' && name !== 'film') expect(Object.keys(depends_on), name).toEqual(['setup']);
    }
  });

  it('lets no container of ours write to its root', () => {
    expect(namesOf(own.filter(([, service]) => !service.read_only))).toEqual([]);
  });

  it('mounts files that there are', () => {
    const paths = services.flatMap(([, { volumes = [] }]) => volumes).filter((each) => each.startsWith('./'));
    expect(paths.length).toBeGreaterThan(4);
    expect(paths.filter((each) => !existsSync(join(ROOT, each.split(':')[0] as string)))).toEqual([]);
  });
});

it.each(FILES)('%s sets no variable that nobody reads', (file) => {
  const names = Object.values(read(file).services).flatMap(({ environment }) => Object.keys(environment ?? {}));
  const unknown = names.filter((name) => !(name.replace(/_FILE$/, '') in VARIABLES) && !NOT_OURS.test(name));
  expect(names.length).toBeGreaterThan(10);
  expect(unknown).toEqual([]);
});

describe('compose.prod.yaml', () => {
  it('limits every service, and starts again what ends', () => {
    expect(Object.keys(production.services).sort()).toEqual(namesOf(services).sort());
    for (const [name, { deploy }] of Object.entries(production.services)) {
      expect(Object.keys(deploy?.resources.limits ?? {}), name).toEqual(['cpus', 'memory']);
    }
    const once = ['setup', 'film'];
    const away = Object.entries(production.services).filter(([name]) => !once.includes(name));
    // The rest keeps the rule of compose.yaml.
    expect(namesOf(away.filter(([, { restart = 'unless-stopped' }]) => !/always|unless/.test(restart)))).toEqual([]);
  });

  it('hands secrets in as files, and holds none itself', () => {
    const listed = Object.keys(production.secrets ?? {});
    const used = Object.values(production.services)
      .flatMap(({ secrets = [] }) => secrets)
      .map((each) => (typeof each === 'string' ? each : each.source));
    expect([...new Set(used)].sort()).toEqual(listed.sort());
    const text = readFileSync(join(ROOT, 'compose.prod.yaml'), 'utf8').replace(/^#.*$/gm, '');
    expect(text).not.toMatch(/:\/\/[^\s/]*:[^\s/]*@|development/);
  });
});
