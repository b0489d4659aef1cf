import { describe, it } from 'vitest';

/** Addresses of real servers; `npm run services` starts them and sets these. */
export type ServiceVariable = 'RABBITMQ_URL' | 'SQS_ENDPOINT' | 'MONGODB_URL' | 'S3_ENDPOINT' | 'REDIS_URL';

/**
 * Declares tests that need a real server. Without its address they are skipped by name, and fail where
 * `REQUIRE_SERVICES=1` says that everything has to be there.
 */
export function describeWithService(variable: ServiceVariable, declare: (url: string) => void): void {
  const url = process.env[variable];
  if (url) {
    declare(url);
    return;
  }
  const title = `needs ${variable}: run them with "npm run services -- npm test"`;
  if (process.env.REQUIRE_SERVICES === '1') {
    it(title, () => {
      throw new Error(`${variable} is not set, and REQUIRE_SERVICES=1 says that it must be.`);
    });
  } else {
    describe.skipIf(true)(variable, () => it(title, () => undefined));
  }
}
