import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

/** Starts the Chromium (or Chrome) of this machine without a window, allowed to play by itself. */
export function launchChromium(): Promise<Browser> {
  const found = execFileSync(
    'sh',
    ['-c', 'command -v chromium || command -v google-chrome || command -v chrome || true'],
    {
      encoding: 'utf8',
    },
  ).trim();
  const headless = ['--headless', '--disable-gpu', '--disable-background-networking'];
  // Chromium refuses its sandbox to root, which is who runs it in a container.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    ...(found === '' ? { channel: 'chrome' } : { executablePath: found }),
    args: [...headless, ...sandbox, '--autoplay-policy=no-user-gesture-required'],
  });
}
