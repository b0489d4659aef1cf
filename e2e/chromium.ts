import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

/**
 * Starts the Chromium (or Chrome) of this machine without a window, allowed to play by itself.
 *
 * @param options.isEndedHere the caller ends it when it is told to stop itself; otherwise Playwright ends both at once
 */
export function launchChromium(options: { isEndedHere?: boolean } = {}): Promise<Browser> {
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
  const handles = !options.isEndedHere;
  return chromium.launch({
    ...{ handleSIGINT: handles, handleSIGTERM: handles, handleSIGHUP: handles },
    ...(found === '' ? { channel: 'chrome' } : { executablePath: found }),
    args: [...headless, ...sandbox, '--autoplay-policy=no-user-gesture-required'],
  });
}
