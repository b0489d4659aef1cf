import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBackup } from '@marquee/cli/backup/check';
import { openSnapshot } from '@marquee/cli/backup/folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, inHouse, leaveTraces, tracesOf } from './backup-house.ts';
import { type Answer, fingerprint, startMarquee } from './marquee.ts';
import { makeTestFilm } from './test-film.ts';

const WAIT_MS = 120_000;

let folder: string;
let film: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marquee-backup-'));
  film = await makeTestFilm(folder, 'film.mp4', { sec: 2, fps: 12, languages: ['eng'] });
}, WAIT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

describe('a house that is lost', () => {
  const house = () => ({ MARQUEE_DATA: at('house') });

  it(
    'comes back from its backup: people, films, and every byte of them; and is not restored over',
    async () => {
      const made = await answer<Answer>(house(), ['ingest', film, '--wait']);
      await inHouse(house(), leaveTraces);
      const bytes = await fingerprint(at('house/storage'));
      const traces = await inHouse(house(), (engines) => tracesOf(engines, made.jobId));
      const first = await answer<{ objects: number }>(house(), ['backup', at('backup')]);
      expect(first.objects).toBe(Object.keys(bytes).filter((name) => name.startsWith('objects/')).length);
      // Nothing has changed: nothing is copied, and of two backups the newer is kept.
      const second = await answer(house(), ['backup', at('backup'), '--keep', '1']);
      expect(second).toMatchObject({ copied: 0, removedSnapshots: [expect.any(String)] });

      await rm(at('house'), { recursive: true });
      const restored = await answer(house(), ['restore', at('backup')]);
      expect(restored).toMatchObject({ objects: first.objects, films: 1, unread: 0 });
      expect(await objectsOf(at('house'))).toEqual(byKey(bytes));
      expect(await inHouse(house(), (engines) => tracesOf(engines, made.jobId))).toEqual(traces);

      const refused = await startMarquee(['restore', at('backup')], house()).ended;
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('nothing was restored');
    },
    WAIT_MS,
  );

  it('is not trusted to a backup that is damaged, or of another format', async () => {
    expect(await checkBackup(at('backup'), { json: true })).toBe(0);
    const [shelf] = await readdir(at('backup/objects'));
    const [content] = await readdir(at(`backup/objects/${shelf}`));
    await spoil(at(`backup/objects/${shelf}/${content}`));
    expect(await checkBackup(at('backup'), { json: true })).toBe(1);
    const [name] = await readdir(at('backup/snapshots'));
    const rows = at(`backup/snapshots/${name}/rows.ndjson.gz`);
    await spoil(rows);
    await expect(checkBackup(at('backup'), { json: true })).rejects.toThrow(`${rows} is damaged or missing`);
    const manifest = at(`backup/snapshots/${name}/manifest.json`);
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"format": 1', '"format": 2'));
    await expect(openSnapshot(at('backup'))).rejects.toThrow('has format 2, and this version of Marquee reads 1');
  });
});

/** Changes one bit of a file. */
async function spoil(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(file, bytes);
}

/** Objects of an embedded house with their types, which stand in notes; those are named after the files' numbers. */
async function objectsOf(house: string): Promise<Record<string, string>> {
  return byKey(await fingerprint(join(house, 'storage')));
}

function byKey(found: Record<string, string>): Record<string, string> {
  const kept = Object.entries(found).filter(([name]) => /^(objects|notes)\//.test(name));
  return Object.fromEntries(kept.map(([name, sha256]) => [name.replace(/@\d+\.json$/, ''), sha256]));
}
