'use client';

import type { Visibility } from '@marquee/core/movie';
import type { HouseSettings, StoredSettings } from '@marquee/core/settings';
import type { ReactNode } from 'react';
import { settingsAction } from '../../server/settings-actions.ts';
import { SETTING_NAMES, SIGN_UP_NAMES } from '../../view/settings.ts';
import { VISIBILITY_NAMES } from '../../view/visibility.ts';
import { ActionForm } from '../form/action-form.tsx';

/** What can be changed while the house runs. */
export function SettingsForm(props: {
  settings: StoredSettings;
  /** What the environment says, for where nothing else is chosen. */
  signUp: 'open' | 'closed';
  maxRungPx: number;
  hasMail: boolean;
  /** What can be chosen: passed in, so that no schema comes to the browser. */
  rungCaps: readonly number[];
  visibilities: readonly Visibility[];
}) {
  const { version, values } = props.settings;
  return (
    <ActionForm action={settingsAction} submit="Save" busy="Saving">
      {/* A change by somebody else shows theirs. */}
      <div key={version}>
        <input type="hidden" name="version" value={version} />
        <Row name="houseName" help="In the header of every page, in titles and in letters.">
          <input
            id="houseName"
            name="houseName"
            defaultValue={values.houseName}
            required
            maxLength={40}
            autoComplete="off"
            aria-describedby="houseName-help"
            className="field mt-2"
          />
        </Row>
        <Row
          name="signUp"
          help={
            props.hasMail
              ? 'Open: anybody can ask for a letter that makes an account to watch with.'
              : 'Open needs mail, and this house sends none: SMTP_URL is not set.'
          }
        >
          <Select name="signUp" value={values.signUp ?? ''}>
            <option value="">As SIGN_UP says: {SIGN_UP_NAMES[props.signUp].toLowerCase()}</option>
            <option value="closed">{SIGN_UP_NAMES.closed}</option>
            <option value="open" disabled={!props.hasMail}>
              {SIGN_UP_NAMES.open}
            </option>
          </Select>
        </Row>
        <Row
          name="maxRungPx"
          help="Holds for films that are uploaded or made again from now on, and never above MAX_RUNG."
        >
          <Select name="maxRungPx" value={values.maxRungPx ?? ''}>
            <option value="">As MAX_RUNG says: {props.maxRungPx}p</option>
            {props.rungCaps.map((each) => (
              <option key={each} value={each}>
                {each}p
              </option>
            ))}
          </Select>
        </Row>
        <Row name="newFilmVisibility" help="Whoever uploads a film can change it on the film’s page.">
          <Select name="newFilmVisibility" value={values.newFilmVisibility}>
            {props.visibilities.map((each) => (
              <option key={each} value={each}>
                {VISIBILITY_NAMES[each]}
              </option>
            ))}
          </Select>
        </Row>
      </div>
    </ActionForm>
  );
}

function Row({ name, help, children }: { name: keyof HouseSettings; help: string; children: ReactNode }) {
  return (
    <div className="mt-5">
      <label htmlFor={name} className="text-14 font-medium">
        {SETTING_NAMES[name]}
      </label>
      {children}
      <p id={`${name}-help`} className="mt-2 text-14 text-quiet">
        {help}
      </p>
    </div>
  );
}

function Select(props: { name: keyof HouseSettings; value: string | number; children: ReactNode }) {
  return (
    <select
      id={props.name}
      name={props.name}
      defaultValue={props.value}
      aria-describedby={`${props.name}-help`}
      className="field mt-2"
    >
      {props.children}
    </select>
  );
}
