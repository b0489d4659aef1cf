import { join } from 'node:path';
import type { NextConfig } from 'next';

/** A build for a place without a disk (Vercel): with engines that are servers in it, and no others. */
const isServerless = process.env.NEXT_OUTPUT === 'serverless' || process.env.VERCEL === '1';
/** Modules of our own that run unbuilt elsewhere, and there go through the bundler. */
const serverless: NextConfig = {
  transpilePackages: ['@marquee/core', '@marquee/adapters', '@marquee/workers'],
  // Nothing is built upon it; and types are checked where code is (scripts/check.ts).
  experimental: { turbopackFileSystemCacheForBuild: false },
  typescript: { ignoreBuildErrors: true },
  turbopack: { resolveAlias: { '@marquee/web/server/place': './server/place-serverless.ts' } },
};

const config: NextConfig = {
  // With it a build also lists and copies what it needs to run, for images and for places where nothing else is. Ordinary
  // builds run where they were made.
  ...(process.env.NEXT_OUTPUT === 'standalone' || process.env.NEXT_OUTPUT === 'serverless'
    ? { output: 'standalone', outputFileTracingRoot: join(import.meta.dirname, '../..') }
    : {}),
  agentRules: false,
  poweredByHeader: false,
  // The server that this runs in does it.
  compress: false,
  reactStrictMode: true,
  // Node runs this workspace unbuilt elsewhere; here it goes through the bundler with the rest.
  transpilePackages: ['@marquee/core'],
  // Native code that has to be loaded from disk as it is.
  serverExternalPackages: ['sharp'],
  ...(isServerless ? serverless : {}),
  // Pictures of the catalogue come in its own sizes; own stills are scaled by a route of ours. Nothing is scaled by Next.
  images: {
    loader: 'custom',
    loaderFile: './components/picture-loader.ts',
    deviceSizes: [780, 1280],
    imageSizes: [45, 92, 154, 185, 300, 342, 421, 500],
  },
  devIndicators: false,
  // Asked for by browsers that have not met the page's own link to it yet.
  redirects: async () => [{ source: '/favicon.ico', destination: '/icon.svg', permanent: true }],
  headers: async () => [
    {
      // Stored objects bring stricter headers of their own.
      source: '/((?!objects/).*)',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        {
          key: 'Permissions-Policy',
          value:
            'camera=(), microphone=(), geolocation=(), payment=(), usb=(), fullscreen=(self "https://www.youtube-nocookie.com"), picture-in-picture=(self "https://www.youtube-nocookie.com"), autoplay=(self "https://www.youtube-nocookie.com")',
        },
      ],
    },
  ],
};

export default config;
