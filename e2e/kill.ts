import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Answer, filesIn, fingerprint, lastLine, processesIn, startMarquee } from './marquee.ts';

/**
 * Takes a film through Marquee twice: once undisturbed, once with the process killed (SIGKILL) at random
 * moments and started again each time. Every published byte must be the same.
 *
 *   npm run e2e:kill -- FILE [--kills 20]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string', default: '20' } },
});
const file = resolve(positionals[0] ?? '');
const kills = Number(values.kills);
/** Long enough for some parts to be finished between kills, short enough to hit most kinds of them. */
const LONGEST_LIFE_MS = 6000;

const root = await mkdtemp(join(tmpdir(), 'marquee-kill-'));
const say = (line: string) => void process.stdout.write(`${line}\n`);
try {
  say('undisturbed run ...');
  const calm = await ingest(join(root, 'calm'));
  const expected = await fingerprint(dirname(calm.hls ?? ''));

  const dataDir = join(root, 'disturbed');
  let life = startMarquee(['ingest', file, '--wait', '--json'], { MARQUEE_DATA: dataDir });
  const jobId = await firstJob(dataDir);
  let killed = 0;
  while (killed < kills) {
    const lifeMs = Math.round(Math.random() * LONGEST_LIFE_MS);
    const ended = await Promise.race([life.ended, sleep(lifeMs)]);
    if (ended) break;
    life.child.kill('SIGKILL');
    killed++;
    await life.ended;
    // The tools must not outlive the process that started them.
    await sleep(150);
    const left = processesIn(dataDir);
    say(`kill ${killed} after ${lifeMs} ms${left.length > 0 ? `, still running: ${left.join('; ')}` : ''}`);
    if (left.length > 0) process.exitCode = 1;
    life = startMarquee(['jobs', 'wait', jobId, '--json'], { MARQUEE_DATA: dataDir });
  }
  const { stdout, stderr } = await life.ended;
  const answer = lastLine<Answer>(stdout);
  if (answer?.status !== 'ready') throw new Error(`The job did not finish: ${stdout} ${stderr}`);

  const published = await fingerprint(dirname(answer.hls ?? ''));
  const names = new Set([...Object.keys(expected), ...Object.keys(published)]);
  const different = [...names].filter((name) => expected[name] !== published[name]);
  const temporary = await filesIn(join(dataDir, 'work'));
  const runs = answer.tasks.reduce((sum, task) => sum + task.runs, 0);
  say(
    `${killed} kills, ${answer.tasks.length} tasks in ${runs} runs, ${names.size} objects, ${different.length} different, ${temporary.length} temporary files left`,
  );
  if (killed < kills) say(`The film was ready before kill ${killed + 1}: take a longer one, or fewer kills.`);
  if (different.length > 0 || temporary.length > 0 || killed < kills) {
    say([...different, ...temporary].slice(0, 20).join('\n'));
    process.exitCode = 1;
  }
} finally {
  await rm(root, { recursive: true, force: true });
}

async function ingest(dataDir: string): Promise<Answer> {
  const { stdout, stderr } = await startMarquee(['ingest', file, '--wait', '--json'], { MARQUEE_DATA: dataDir }).ended;
  const answer = lastLine<Answer>(stdout);
  if (answer?.status !== 'ready') throw new Error(`The undisturbed run failed: ${stdout} ${stderr}`);
  return answer;
}

/** Waits until the upload has become a job: before that there is nothing to go on with. */
async function firstJob(dataDir: string): Promise<string> {
  for (let i = 0; i < 200; i++) {
    const { stdout } = await startMarquee(['jobs', 'list', '--json'], { MARQUEE_DATA: dataDir }).ended;
    const id = /"(?:id|jobId)":"([^"]+)"/.exec(stdout)?.[1];
    if (id) return id;
  }
  throw new Error('No job came to be.');
}
