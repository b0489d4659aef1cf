import { NEW_FILM_VISIBILITIES, RUNG_CAPS } from '@marquee/core/settings';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { SettingsForm } from '../../../components/admin/settings-form.tsx';
import { VariableTable } from '../../../components/admin/variable-table.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { container } from '../../../server/container.ts';
import { engineHealth } from '../../../server/health.ts';
import { requireAdmin } from '../../../server/require-admin.ts';
import { groupVariables } from '../../../view/settings.ts';

export const metadata: Metadata = { title: 'Settings' };

const ENGINES = { store: 'Store', queue: 'Queue', objects: 'Storage', cache: 'Cache' } as const;

export default async function SettingsPage() {
  await requireAdmin('/admin/settings');
  const { config, engines, engineNames, version, mail } = await container();
  const [settings, health] = await Promise.all([engines.store.settings.get(), engineHealth()]);
  const states: Record<keyof typeof ENGINES, string> = { ...health, cache: 'not asked: pages do without it' };
  return (
    <>
      <SiteHeader>
        <AdminNav at="settings" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-6xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">Settings</h1>
        <div className="mt-6 grid gap-x-16 gap-y-10 border-t border-line pt-6 lg:grid-cols-2">
          <section aria-labelledby="house">
            <h2 id="house" className="display text-20">
              The house
            </h2>
            <SettingsForm
              settings={settings}
              signUp={config.signUp}
              maxRungPx={config.encode.maxRungPx}
              hasMail={mail !== null}
              rungCaps={RUNG_CAPS}
              visibilities={NEW_FILM_VISIBILITIES}
            />
          </section>
          <section aria-labelledby="engines">
            <h2 id="engines" className="display text-20">
              What it runs on
            </h2>
            <dl className="figures mt-4 divide-y divide-line text-14">
              <Fact name="Marquee">{version}</Fact>
              {(Object.keys(ENGINES) as (keyof typeof ENGINES)[]).map((port) => (
                <Fact key={port} name={ENGINES[port]}>
                  {engineNames[port]}
                  <span className={states[port] === 'failing' ? 'text-lost' : 'text-quiet'}>
                    {' · '}
                    {states[port] === 'ok' ? 'answers' : states[port] === 'failing' ? 'does not answer' : states[port]}
                  </span>
                </Fact>
              ))}
            </dl>
          </section>
        </div>
        <section aria-labelledby="variables" className="mt-14 border-t border-line pt-6">
          <h2 id="variables" className="display text-28">
            Configuration
          </h2>
          <p className="mt-3 max-w-[70ch] text-14 text-quiet">
            What this process of the site read at its start; workers elsewhere have an environment of their own. To
            change any of it, set the variable and restart. Secrets are not shown, nor more of an address than its host.
          </p>
          {groupVariables(config.variables).map(({ title, variables }) => (
            <VariableTable key={title} title={title} variables={variables} />
          ))}
        </section>
      </main>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 py-2.5">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
