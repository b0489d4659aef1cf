import '@fontsource-variable/fraunces/opsz.css';
import '@fontsource-variable/inter';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { PaletteKeys } from '../components/palette-keys.tsx';
import { PaletteLoader } from '../components/palette-loader.tsx';
import { houseName } from '../server/house.ts';
import { readTheme, THEME_COOKIE } from '../view/theme.ts';

export async function generateMetadata(): Promise<Metadata> {
  const name = await houseName();
  return { title: { default: name, template: `%s · ${name}` }, description: 'The films of this house.' };
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, themeColor: '#14110f' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} suppressHydrationWarning>
      <body>
        <PaletteKeys />
        <a
          href="#content"
          className="control control-solid sr-only focus:not-sr-only focus:fixed! focus:top-3! focus:left-3! focus:z-50"
        >
          Skip to content
        </a>
        {children}
        <PaletteLoader />
      </body>
    </html>
  );
}
