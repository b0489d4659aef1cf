// Sets up what `npm run demo`, `npm test` and `npm run aws` need, then hands over to the project's own Node. Plain JavaScript with
// nothing but Node's own modules, because it has to run on the machine's Node before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What describes the house on AWS has packages of its own, 220 MB, which nobody else needs. */
const AWS = join(ROOT, 'deploy/aws');
const NODE = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
const CDK = join(AWS, 'node_modules/aws-cdk/bin/cdk');
/** Where the media tools are looked for when Marquee runs them; elsewhere they have to be named. */
const TOOL_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin', '/opt/homebrew/bin'];
const CHROMIUM_NAMES = ['chromium', 'google-chrome', 'chrome'];
const OLDEST_NODE = [20, 9];
const PARENT_EVERY_MS = 1000;

/** Something that a person has to do; its sentence says what. */
class CannotGoOn extends Error {}

const say = (line) => process.stderr.write(`${line}\n`);

const [purpose, ...args] = process.argv.slice(2);
try {
  if (!['demo', 'test', 'aws'].includes(purpose)) throw new CannotGoOn('Say what for: "demo", "test" or "aws".');
  checkNode();
  installPackages(ROOT, NODE);
  // Where everything is required, the house on AWS is tested too.
  if (purpose === 'aws' || process.env.REQUIRE_SERVICES === '1') installPackages(AWS, CDK);
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` };
  if (purpose !== 'aws') Object.assign(env, installMediaTools());
  if (purpose === 'test') installChromium();
  if (purpose === 'demo') handOver([join(ROOT, 'scripts/demo.ts'), ...args.map(fromHere)], env);
  if (purpose === 'test') handOver(testCommand(), env);
  if (purpose === 'aws') handOver([CDK, ...args], { ...env, CDK_DISABLE_CLI_TELEMETRY: 'true' }, AWS);
} catch (error) {
  if (!(error instanceof CannotGoOn)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/**
 * What a bare `npm test` runs fits into the minutes that somebody waits before a commit: the pages in depth, models that
 * would be fetched, the house on AWS, and fleets where there are no servers for them, are left to whoever asks, and to where
 * everything is required.
 */
function testCommand() {
  const isBare = args.length === 0 && process.env.REQUIRE_SERVICES !== '1';
  if (isBare)
    say(
      'Each page in depth, models, AWS, and fleets without servers are left out; "npm test -- --project pages" (models, aws), "npm run services -- npm test" run those, CI all.',
    );
  const servers = ['RABBITMQ_URL', 'SQS_ENDPOINT', 'MONGODB_URL', 'S3_ENDPOINT', 'PROMETHEUS_URL'];
  const left = ['pages', 'models', 'aws', ...(servers.some((name) => process.env[name]) ? [] : ['fleet'])];
  const which = isBare ? left.flatMap((name) => ['--project', `!${name}`]) : args;
  return [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...which];
}

/** npm runs scripts in the project's folder; a path that was typed elsewhere means what it meant there. */
function fromHere(arg) {
  const folder = process.env.INIT_CWD;
  return arg.startsWith('-') || !folder ? arg : resolve(folder, arg);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = OLDEST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new CannotGoOn(
    `This is Node ${process.versions.node}; installing needs ${OLDEST_NODE.join('.')} or newer. See https://nodejs.org.`,
  );
}

/** Installs the packages of a folder if they are absent, or older than what they should be; `proof` is one of their files. */
function installPackages(folder, proof) {
  const installedMs = modifiedMs(join(folder, 'node_modules/.package-lock.json'));
  const wantedMs = modifiedMs(join(folder, 'package-lock.json'));
  // npm writes both files within a moment of each other.
  const isFresh = installedMs !== null && wantedMs !== null && installedMs + 1000 >= wantedMs;
  if (isFresh && existsSync(proof)) return;
  const what = folder === ROOT ? 'packages' : 'packages that describe the house on AWS';
  say(installedMs === null ? `Installing the ${what} (npm ci)` : `The ${what} are out of date: installing (npm ci)`);
  // Where npm is too old to leave its script out, onnxruntime-node would fetch libraries for graphics cards.
  process.env.ONNXRUNTIME_NODE_INSTALL ??= 'skip';
  // npm tells its scripts where it is; without it, the one on the path.
  const npm = process.env.npm_execpath;
  const isScript = npm?.endsWith('.js') ?? false;
  const [command, leading] = isScript ? [process.execPath, [npm]] : ['npm', []];
  if (!run(command, [...leading, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], folder)) {
    throw new CannotGoOn('The packages could not be installed. See above; with a network, "npm ci" should succeed.');
  }
  if (!existsSync(proof)) {
    throw new CannotGoOn(
      'The package "node" came without its program: its install script was not allowed to run. Run "npm rebuild node".',
    );
  }
}

/** @returns variables that name the tools, where they lie in an unusual place */
function installMediaTools() {
  const named = { ffmpeg: 'FFMPEG_PATH', ffprobe: 'FFPROBE_PATH' };
  for (const [tool, variable] of Object.entries(named)) {
    const path = process.env[variable];
    if (path && !answers(path)) throw new CannotGoOn(`${variable} is set to "${path}", which does not run as ${tool}.`);
  }
  const absent = () => Object.keys(named).filter((tool) => !process.env[named[tool]] && find(tool) === null);
  if (absent().length > 0) {
    say(`${absent().join(' and ')} not found: installing the package ffmpeg`);
    installSystemPackage('ffmpeg', 'ffmpeg');
  }
  if (absent().length > 0) {
    throw new CannotGoOn(
      `${absent().join(' and ')} still not found. Install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH.`,
    );
  }
  const env = {};
  for (const [tool, variable] of Object.entries(named)) {
    const path = find(tool);
    if (!process.env[variable] && path !== null && !TOOL_PATH.includes(dirname(path))) env[variable] = path;
  }
  return env;
}

function installChromium() {
  if (CHROMIUM_NAMES.some((name) => find(name) !== null)) return;
  say('Chromium not found: installing it');
  installSystemPackage('chromium', 'chromium', ['--cask']);
  if (!CHROMIUM_NAMES.some((name) => find(name) !== null)) {
    throw new CannotGoOn('Chromium still not found. The tests of the pages need it as "chromium" or "google-chrome".');
  }
}

/** Installs by apt on Debian and its kin, by Homebrew on a Mac. */
function installSystemPackage(aptName, brewName, brewOptions = []) {
  if (find('apt-get') !== null) {
    const isRoot = process.getuid?.() === 0;
    if (!isRoot && find('sudo') === null) {
      throw new CannotGoOn(`Installing needs root. Run "apt-get install ${aptName}" as root, then this again.`);
    }
    // Told to apt itself, since sudo keeps no environment.
    const apt = [...(isRoot ? [] : ['sudo']), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
    const [first, ...rest] = apt;
    const isDone =
      run(first, [...rest, 'update']) && run(first, [...rest, 'install', '-y', '--no-install-recommends', aptName]);
    if (!isDone) throw new CannotGoOn(`apt-get could not install ${aptName}. See above, mend it, then run this again.`);
  } else if (find('brew') !== null) {
    if (!run('brew', ['install', ...brewOptions, brewName])) {
      throw new CannotGoOn(`Homebrew could not install ${brewName}. See above, mend it, then run this again.`);
    }
  } else {
    throw new CannotGoOn(
      `Neither apt-get nor brew is here. Install ${aptName} by your system's means, then run this again.`,
    );
  }
}

/** Runs the rest under the project's Node, and ends as it ends. */
function handOver(argv, env, cwd = ROOT) {
  const child = spawn(NODE, argv, { cwd, env, stdio: 'inherit' });
  // At a terminal Ctrl-C reaches the child by itself, and this process only waits for it.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Who ends npm ends the shell between, which tells nobody: then this process has another parent all at once.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_execpath && process.ppid !== parent) {
      clearInterval(watch);
      child.kill('SIGTERM');
    }
  }, PARENT_EVERY_MS);
  child.once('error', (error) => {
    say(`The project's Node could not be started (${error.message}). Run "npm ci".`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** Runs a program whose words go to stderr, so that stdout stays the child's own. @returns whether it went well */
function run(command, args, cwd = ROOT) {
  return spawnSync(command, args, { cwd, stdio: ['inherit', 2, 2] }).status === 0;
}

function answers(path) {
  return spawnSync(path, ['-version'], { stdio: 'ignore' }).status === 0;
}

/** @returns where a program is, or null */
function find(name) {
  for (const folder of [...TOOL_PATH, ...(process.env.PATH ?? '').split(delimiter)]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function modifiedMs(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}
