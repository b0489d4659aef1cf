import { defineConfig } from 'vitest/config';
import { TotalsReporter } from './scripts/totals-reporter.ts';

// The suite runs media tools and a browser on as few as two cores: files run one after another where they
// start either, so that no test waits for the processor instead of for its work.
const slow = { fileParallelism: false, testTimeout: 180_000, hookTimeout: 120_000 };

// Films of tests hum; those that speak ask for it. Nothing else should wait for models to be fetched.
process.env.SPEECH = 'off';
process.env.MEANING = 'off';
process.env.OCR = 'off';
process.env.ANALYSIS = 'off';
process.env.SIGHTS = 'off';

/**
 * Tests of the models that hear, read and understand words, which are fetched, and of services that do; and of films that
 * take long to make.
 */
const models = [
  ...['speech', 'ocr', 'meaning', 'providers', 'dubbing', 'sights', 'skips'].map(
    (name) => `workers/test/${name}.test.ts`,
  ),
  'e2e/interrupted.test.ts',
];

/** Tests of separate processes on real servers. */
const fleet = [
  'e2e/bucket-player.test.ts',
  'e2e/bare-site.test.ts',
  'e2e/fleet.test.ts',
  'e2e/backup-servers.test.ts',
  'e2e/outages.test.ts',
  'e2e/refusals.test.ts',
  'e2e/monitoring.test.ts',
  'e2e/monitoring-embedded.test.ts',
  'e2e/upgrade.test.ts',
];

/** The pages that a film's way leads over; each of the others is looked at in depth by a file of its own. */
const mainPages = ['apps/web/test/web.test.ts', 'apps/web/test/authorization.test.ts', 'apps/web/test/view.test.ts'];
/** The way over all pages. */
const walkThrough = 'e2e/walk-through.test.ts';
/** Gathers what an image runs, which takes a while. */
const gathering = 'deploy/docker/test/gather.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', new TotalsReporter(process.env.REQUIRE_SERVICES === '1')],
    projects: [
      {
        test: {
          name: 'units',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/cli/test/**/*.test.ts',
            'apps/web/test/unit/**/*.test.ts',
            'deploy/kubernetes/test/*.test.ts',
            'deploy/monitoring/test/*.test.ts',
            'deploy/docker/test/*.test.ts',
          ],
          exclude: [gathering],
          testTimeout: 60_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'workers',
          include: ['workers/test/**/*.test.ts'],
          exclude: models,
          setupFiles: ['scripts/embedded-engines.ts'],
          ...slow,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'whole',
          include: ['e2e/**/*.test.ts', ...mainPages],
          exclude: [...fleet, ...models, walkThrough],
          setupFiles: ['scripts/embedded-engines.ts'],
          ...slow,
          sequence: { groupOrder: 2 },
        },
      },
      // None of the next four is part of a bare `npm test` (`scripts/bootstrap.mjs`).
      {
        test: {
          name: 'models',
          include: models,
          setupFiles: ['scripts/embedded-engines.ts'],
          ...slow,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'pages',
          include: ['apps/web/test/*.test.ts', walkThrough, gathering],
          exclude: mainPages,
          setupFiles: ['scripts/embedded-engines.ts'],
          ...slow,
          sequence: { groupOrder: 4 },
        },
      },
      // Skipped where its packages are not: `npm run aws:synth` brings them.
      { test: { name: 'aws', include: ['deploy/aws/test/**/*.test.ts'], ...slow, sequence: { groupOrder: 5 } } },
      { test: { name: 'fleet', include: fleet, ...slow, sequence: { groupOrder: 6 } } },
    ],
  },
});
