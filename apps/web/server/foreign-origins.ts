import type { Config } from '@marquee/core/config';

/** Places other than the site itself that browsers read from and send to, for the pages' security policy. */
export function foreignOrigins({ objects }: Config): string[] {
  if (objects === null) return [];
  const { endpoint, region, bucket, mediaBaseUrl } = objects;
  const storage = endpoint === null ? `https://${bucket}.s3.${region}.amazonaws.com` : new URL(endpoint).origin;
  return mediaBaseUrl === null ? [storage] : [storage, new URL(mediaBaseUrl).origin];
}

/** Where browsers fetch the catalogue's pictures, and nothing else, from. */
export function pictureOrigins({ catalogue }: Config): string[] {
  return catalogue === null ? [] : [new URL(catalogue.imageUrl).origin];
}
