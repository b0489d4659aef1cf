import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { type Config, loadConfig } from '@marquee/core/config';
import {
  describeTools,
  HDR_FILTERS,
  NEEDED_ENCODERS,
  NEEDED_FILTERS,
  type ToolFacts,
  type ToolVersion,
} from '@marquee/media/tool-facts';
import { EXIT } from './exit.ts';
import { formatBytes, print } from './print.ts';

/** One thing that was looked at. */
export interface Finding {
  name: string;
  /** `warn`: Marquee works without it, though not with everything. */
  status: 'ok' | 'warn' | 'missing';
  found: string;
  /** The command or the setting that mends it; null where nothing needs mending. */
  fix: string | null;
}

/** Oldest versions that are known to work. */
const FFMPEG_VERSION = [5, 1];
const NODE_VERSION = [24, 0];
/** A film of an hour takes about as much, with its source. */
const ROOMY_BYTES = 5 * 1024 ** 3;
/** One encoder of a 1080p ladder. */
const ENCODER_BYTES = 700 * 1024 ** 2;

const INSTALL_FFMPEG =
  process.platform === 'darwin' ? 'brew install ffmpeg' : 'sudo apt-get update && sudo apt-get install -y ffmpeg';

/** `marquee doctor`: what is there, what is missing, and what mends it. */
export async function doctor(options: { json: boolean }): Promise<number> {
  const config = loadConfig();
  const findings = await examine(config);
  const isWell = findings.every((each) => each.status !== 'missing');
  if (options.json) {
    print(JSON.stringify({ ok: isWell, findings }));
  } else {
    const width = Math.max(...findings.map((each) => each.name.length));
    const marks = { ok: 'ok     ', warn: 'warning', missing: 'MISSING' };
    for (const { name, status, found, fix } of findings) {
      print(`${marks[status]}  ${name.padEnd(width)}  ${found}`);
      if (fix) print(`${' '.repeat(width + 11)}mend it: ${fix}`);
    }
    print(isWell ? 'This machine can make films.' : 'Something that is needed is missing; see above.');
  }
  return isWell ? EXIT.ok : EXIT.failed;
}

/** Looks at everything, whatever is missing. */
export async function examine(config: Config): Promise<Finding[]> {
  const [tools, folder] = await Promise.all([describeTools(config), lookAtFolder(config)]);
  return [
    {
      name: 'node',
      status: isAtLeast(process.versions.node, NODE_VERSION) ? 'ok' : 'missing',
      found: process.versions.node,
      fix: isAtLeast(process.versions.node, NODE_VERSION) ? null : 'npm ci (it brings the right Node along)',
    },
    { name: 'sqlite', status: 'ok', found: process.versions.sqlite ?? 'unknown', fix: null },
    tool('ffmpeg', tools.ffmpeg, 'FFMPEG_PATH'),
    tool('ffprobe', tools.ffprobe, 'FFPROBE_PATH'),
    ...(tools.ffmpeg.version === null ? [] : abilities(tools)),
    ...folder,
    memory(config),
  ];
}

function tool(name: string, facts: ToolVersion, variable: string): Finding {
  if (facts.version === null) {
    return {
      name,
      status: 'missing',
      found: `${facts.path}: ${facts.problem}`,
      fix: `${INSTALL_FFMPEG} (or set ${variable} to where it is)`,
    };
  }
  // Builds from the repository are named after their commit: those are taken to be new.
  const isOld = /^\d/.test(facts.version) && !isAtLeast(facts.version, FFMPEG_VERSION);
  return {
    name,
    status: isOld ? 'missing' : 'ok',
    found: `${facts.version} (${facts.path})`,
    fix: isOld ? `${INSTALL_FFMPEG} (${FFMPEG_VERSION.join('.')} or newer is needed)` : null,
  };
}

function abilities(tools: ToolFacts): Finding[] {
  const lacking = (needed: string[], present: Set<string>) => needed.filter((name) => !present.has(name));
  const finding = (name: string, lacks: string[], status: 'warn' | 'missing', has: string, fix: string): Finding =>
    lacks.length === 0
      ? { name, status: 'ok', found: has, fix: null }
      : { name, status, found: `without ${lacks.join(', ')}`, fix };
  return [
    finding(
      'encoders',
      lacking(NEEDED_ENCODERS, tools.encoders),
      'missing',
      NEEDED_ENCODERS.join(', '),
      `${INSTALL_FFMPEG} (a build with libx264)`,
    ),
    finding(
      'filters',
      lacking(NEEDED_FILTERS, tools.filters),
      'missing',
      `all ${NEEDED_FILTERS.length} that are needed`,
      INSTALL_FFMPEG,
    ),
    finding(
      'HDR',
      lacking(HDR_FILTERS, tools.filters),
      'warn',
      HDR_FILTERS.join(', '),
      `${INSTALL_FFMPEG} (a build with libzimg; until then films in HDR fail)`,
    ),
  ];
}

async function lookAtFolder(config: Config): Promise<Finding[]> {
  const name = 'data folder';
  try {
    await mkdir(config.dataDir, { recursive: true });
    await mkdir(config.workDir, { recursive: true });
    await access(config.dataDir, constants.W_OK);
    await access(config.workDir, constants.W_OK);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    return [
      {
        name,
        status: 'missing',
        found: `${config.dataDir} cannot be written to (${code}, ${path ?? config.dataDir})`,
        fix: `sudo chown "$(id -un)" "${dirname(config.dataDir)}" (or set MARQUEE_DATA to another folder)`,
      },
    ];
  }
  const disk = await statfs(config.dataDir);
  const freeBytes = disk.bavail * disk.bsize;
  const isFull = freeBytes < config.limits.minFreeBytes;
  return [
    { name, status: 'ok', found: config.dataDir, fix: null },
    {
      name: 'disk',
      status: isFull ? 'missing' : freeBytes < ROOMY_BYTES ? 'warn' : 'ok',
      found: `${formatBytes(freeBytes)} free`,
      fix: isFull || freeBytes < ROOMY_BYTES ? 'free some space, or set MARQUEE_DATA to a larger disk' : null,
    },
  ];
}

function memory(config: Config): Finding {
  const wantedBytes = config.transcodeConcurrency * ENCODER_BYTES;
  const isTight = totalmem() < wantedBytes;
  return {
    name: 'memory',
    status: isTight ? 'warn' : 'ok',
    found: `${formatBytes(totalmem())}, ${formatBytes(freemem())} of it unused; ${availableParallelism()} cores`,
    fix: isTight ? `set TRANSCODE_CONCURRENCY to ${Math.max(1, Math.floor(totalmem() / ENCODER_BYTES))}` : null,
  };
}

function isAtLeast(version: string, wanted: number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [i, least] of wanted.entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
