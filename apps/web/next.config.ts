import type { NextConfig } from 'next';

const config: NextConfig = {
  agentRules: false,
  poweredByHeader: false,
  reactStrictMode: true,
  // Node runs this workspace unbuilt elsewhere; here it goes through the bundler with the rest.
  transpilePackages: ['@marquee/core'],
  // Native code that has to be loaded from disk as it is.
  serverExternalPackages: ['sharp'],
  // Stills are scaled by the site's own route, which keeps their addresses stable.
  images: { unoptimized: true },
  devIndicators: false,
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
            'camera=(), microphone=(), geolocation=(), payment=(), usb=(), fullscreen=(self), picture-in-picture=(self), autoplay=(self)',
        },
      ],
    },
  ],
};

export default config;
