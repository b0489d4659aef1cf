/**
 * Loaded before tests that are about the embedded engines: the addresses of real servers, which other tests are
 * given, would put those in their place.
 */
for (const name of [
  'RABBITMQ_URL',
  'RABBITMQ_MANAGEMENT_URL',
  'SQS_ENDPOINT',
  'MONGODB_URL',
  'S3_ENDPOINT',
  'S3_BUCKET',
  'MEDIA_BASE_URL',
  'REDIS_URL',
]) {
  delete process.env[name];
}
