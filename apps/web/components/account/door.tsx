import type { ReactNode } from 'react';
import { SiteHeader } from '../site-header.tsx';

/** The frame of pages that let somebody in: one heading, a sentence, a form. */
export function Door({ title, lead, children }: { title: string; lead: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SiteHeader />
      <main id="content" className="flex flex-1 flex-col justify-center px-4 pt-8 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">{title}</h1>
        <p className="mt-3 max-w-[60ch] text-16 text-quiet">{lead}</p>
        {children}
      </main>
    </div>
  );
}
