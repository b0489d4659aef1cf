import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Answer, filesIn, lastLine, processesIn, startMarquee } from './marquee.ts';

/**
 * Takes every file of a folder through Marquee, with the media tools under strace: each must end `ready`, or
 * `failed` for good with a sentence, in few attempts, leaving no temporary file and no process, and the tools
 * must open no socket and no file but the film, their own output and the system's libraries.
 *
 *   npm run e2e:odd-media -- FOLDER
 */
const folder = resolve(process.argv[2] ?? '');
const PERMANENT = new Set(['INPUT_UNREADABLE', 'INPUT_UNSUPPORTED', 'OUTPUT_INVALID', 'MESSAGE_INVALID']);
/** What says how many cores and how much memory there are, and libc's tables of character sets (names in MPEG-TS). */
const MACHINE =
  /^(\/proc\/(self|cpuinfo|meminfo|\d+)|\/sys\/(devices\/system|fs\/cgroup)|\/usr\/lib\/[^/]+\/gconv\/|\/dev\/null$)/;
const LONGEST_MS = 300_000;

const root = await mkdtemp(join(tmpdir(), 'marquee-odd-'));
const strace = execFileSync('sh', ['-c', 'command -v strace || true'], { encoding: 'utf8' }).trim();
if (!strace) throw new Error('strace is needed: apt-get install strace');
let bad = 0;
try {
  const tools: Record<string, string> = {};
  for (const name of ['ffmpeg', 'ffprobe']) {
    const path = join(root, name);
    const traced = `exec ${strace} -f -qq -e trace=openat,open,socket,connect -o ${root}/trace.$$ ${name} "$@"`;
    await writeFile(path, `#!/bin/sh\n${traced}\n`);
    await chmod(path, 0o755);
    tools[name] = path;
  }
  // What the tools open before they are given any film: their libraries and those libraries' settings.
  for (const path of Object.values(tools)) execFileSync(path, ['-hide_banner', '-version'], { stdio: 'ignore' });
  const ordinary = new Set((await traced()).opened);
  for (const name of (await readdir(folder)).sort()) {
    if (name.endsWith('.srt')) continue;
    const dataDir = join(root, 'data');
    const run = startMarquee(['ingest', join(folder, name), '--wait', '--json'], {
      MARQUEE_DATA: dataDir,
      FFMPEG_PATH: tools.ffmpeg as string,
      FFPROBE_PATH: tools.ffprobe as string,
    });
    const timer = setTimeout(() => run.child.kill('SIGKILL'), LONGEST_MS);
    const { stdout, stderr, signal } = await run.ended;
    clearTimeout(timer);
    const answer = lastLine<Answer>(stdout);
    const faults: string[] = [];
    if (signal) faults.push(`hung, or ended by ${signal}`);
    if (!answer) faults.push(`no answer: ${stderr.slice(-300)}`);
    if (
      answer &&
      answer.status !== 'ready' &&
      !(answer.error && PERMANENT.has(answer.error.code) && answer.error.message.length > 20)
    )
      faults.push(`ended ${answer.status}: ${answer.error?.code} ${answer.error?.message}`);
    const attempts = Math.max(0, ...(answer?.tasks ?? []).map((task) => task.runs));
    if (attempts > 2) faults.push(`a task ran ${attempts} times`);
    faults.push(...(await filesIn(join(dataDir, 'work'))).map((file) => `left ${file}`));
    faults.push(...processesIn(dataDir).map((line) => `still runs: ${line}`));
    const { opened, sockets } = await traced();
    const strange = opened.filter(
      (path) => !ordinary.has(path) && !path.startsWith(`${dataDir}/`) && !MACHINE.test(path),
    );
    faults.push(...strange.map((path) => `opened ${path}`), ...sockets.map((line) => `socket ${line}`));
    process.stdout.write(
      `${faults.length === 0 ? 'ok  ' : 'BAD '} ${name.padEnd(28)} ${answer?.status} ${answer?.error ? `${answer.error.code}: ${answer.error.message}` : ''}\n`,
    );
    for (const fault of faults) process.stdout.write(`       ${fault}\n`);
    bad += faults.length > 0 ? 1 : 0;
    await rm(dataDir, { recursive: true, force: true });
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
process.stdout.write(`${bad} files with faults\n`);
process.exitCode = bad > 0 ? 1 : 0;

/** Reads, and removes, what strace has written since the last time. */
async function traced(): Promise<{ opened: string[]; sockets: string[] }> {
  const opened = new Set<string>();
  const sockets = new Set<string>();
  for (const name of (await readdir(root)).filter((each) => each.startsWith('trace.'))) {
    for (const line of (await readFile(join(root, name), 'latin1')).split('\n')) {
      if (/\b(socket|connect)\(/.test(line)) sockets.add(line.slice(0, 120));
      const path = /\bopen(?:at)?\((?:AT_FDCWD, )?"([^"]*)"/.exec(line)?.[1];
      // Relative names lie in the run's own folder, which is the tool's working directory.
      if (path?.startsWith('/')) opened.add(path);
    }
    await rm(join(root, name));
  }
  return { opened: [...opened], sockets: [...sockets] };
}
