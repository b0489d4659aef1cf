'use server';

import { type HouseSettings, houseSettings as schema } from '@marquee/core/settings';
import { revalidatePath } from 'next/cache';
import { type Answer, done, refused } from '../view/answer.ts';
import { SETTING_NAMES, settingWords } from '../view/settings.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { forgetHouseSettings } from './house.ts';
import { requireAdmin } from './require-admin.ts';

/** Stores what was chosen, unless somebody else changed the settings since the form was opened. */
export async function settingsAction(_before: Answer, form: FormData): Promise<Answer> {
  await requireAdmin('/admin/settings');
  const { engines, mail } = await container();
  const text = (name: string) => String(form.get(name) ?? '');
  const read = schema.safeParse({
    houseName: text('houseName'),
    signUp: text('signUp') || null,
    maxRungPx: text('maxRungPx') === '' ? null : Number(text('maxRungPx')),
    newFilmVisibility: text('newFilmVisibility'),
  });
  if (!read.success) {
    const field = read.error.issues[0]?.path[0];
    return refused(
      field === 'houseName'
        ? 'The house needs a name, of 40 characters at most.'
        : 'The form was not understood. Load the page anew.',
    );
  }
  if (read.data.signUp === 'open' && mail === null) {
    return refused('Sign-up cannot be open: people sign up by mail, and this house sends none. Set SMTP_URL first.');
  }
  const { version, values } = await engines.store.settings.get();
  const changed = (Object.keys(read.data) as (keyof HouseSettings)[]).filter(
    (name) => read.data[name] !== values[name],
  );
  if (changed.length === 0) return done('Nothing was changed.');
  if (text('version') !== String(version) || !(await engines.store.settings.update(version, read.data))) {
    revalidatePath('/admin/settings');
    return refused('Somebody else changed the settings meanwhile. Theirs are shown now; change what you want again.');
  }
  await forgetHouseSettings();
  const details = changed.map((name) => `${SETTING_NAMES[name].toLowerCase()}: ${settingWords(name, read.data)}`);
  await audit('house.settings_changed', null, details.join('; '));
  revalidatePath('/', 'layout');
  return done('Saved. Every process goes by it within seconds.');
}
