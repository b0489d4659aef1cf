import { describe, expect, it } from 'vitest';
import { loadConfig, VARIABLES } from '../src/config.ts';
import { variableFacts } from '../src/config-facts.ts';
import { completeSettings, houseSettings } from '../src/settings.ts';

describe('settings', () => {
  it('are read field by field: what makes no sense is as nobody changed it', () => {
    const stored = { houseName: ' ', signUp: 'open', maxRungPx: 7, newFilmVisibility: 'scheduled', more: 1 };
    expect(completeSettings(stored)).toEqual({
      houseName: 'Marquee',
      signUp: 'open',
      maxRungPx: null,
      newFilmVisibility: 'published',
    });
  });

  it('are refused with the field that is wrong', () => {
    const good = { houseName: ' Bijou ', signUp: null, maxRungPx: 1080, newFilmVisibility: 'draft' };
    expect(houseSettings.parse(good)).toEqual({ ...good, houseName: 'Bijou' });
    for (const [field, value] of [
      ['houseName', 'x'.repeat(41)],
      ['signUp', 'maybe'],
      ['maxRungPx', 721],
      ['newFilmVisibility', 'scheduled'],
    ] as const) {
      expect(houseSettings.safeParse({ ...good, [field]: value }).error?.issues[0]?.path).toEqual([field]);
    }
  });
});

describe('what is shown of a variable', () => {
  const shown = (name: string, value: unknown) => variableFacts(name, 'about it', value, true).value;

  it('is nothing of a secret, and of an address the host alone, whatever its password holds', () => {
    expect(variableFacts('TMDB_API_KEY', '', '0123456789', true)).toMatchObject({ isSecret: true, value: null });
    expect(shown('RABBITMQ_URL', 'amqps://user:hunter2@host:5671/vhost')).toBe('amqps://host:5671');
    expect(shown('MONGODB_URL', 'mongodb://u:hun/ter@2@one:1,two:2/films?x=y')).toBe('mongodb://one:1,two:2');
    expect(shown('REDIS_URL', 'redis://:hunter2@host')).toBe('redis://host');
    expect(shown('PUBLIC_URL', 'https://films.example/secret?token=1')).toBe('https://films.example');
  });

  it('is the end of a path, and all else as it is', () => {
    expect(shown('MARQUEE_DATA', '/srv/films/data')).toBe('…/data');
    expect(shown('MARQUEE_DATA', '.marquee')).toBe('.marquee');
    expect(shown('X264_CRF', 23)).toBe('23');
    expect(shown('HEALTH_PORT', undefined)).toBeNull();
  });

  it('says of every variable where it comes from, and nothing that was given as a secret', () => {
    const secret = 'never to be seen 12345';
    const { variables } = loadConfig({ MARQUEE_ADMIN_SECRET: secret, X264_CRF: '20', MAX_FPS: '' });
    expect(variables.map(({ name }) => name)).toEqual(Object.keys(VARIABLES));
    const of = (name: string) => variables.find((each) => each.name === name);
    expect(of('X264_CRF')).toMatchObject({ from: 'environment', value: '20', isSecret: false });
    expect(of('MAX_FPS')).toMatchObject({ from: 'default', value: '60' });
    expect(of('MARQUEE_ADMIN_SECRET')).toMatchObject({ from: 'environment', value: null, isSecret: true });
    expect(JSON.stringify(variables)).not.toContain(secret);
  });
});
