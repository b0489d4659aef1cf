import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { MarqueeError } from '@marquee/core/errors';
import type { Objects } from '@marquee/core/ports';
import { checkKey, checkPrefix } from './object-keys.ts';
import type { S3Connection } from './s3-client.ts';
import { isUnsupported } from './s3-errors.ts';
import type { S3Reader } from './s3-read.ts';

/** Single requests at once, where a service takes no list. */
const SINGLES_AT_ONCE = 8;

/** Removes objects, one by one and by the thousand. */
export function createS3Delete(s3: S3Connection, reader: S3Reader): Pick<Objects, 'delete' | 'deleteFolder'> {
  const { bucket } = s3;
  let takesLists = true;

  const remove = async (key: string) => {
    await s3.send((client, request) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), request));
  };

  const removeSingly = async (keys: string[]) => {
    const left = [...keys];
    const next = async () => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await remove(key);
    };
    await Promise.all(Array.from({ length: SINGLES_AT_ONCE }, next));
  };

  const removeAll = async (keys: string[]) => {
    if (!takesLists) return removeSingly(keys);
    try {
      const output = await s3.send(
        (client, request) =>
          client.send(
            new DeleteObjectsCommand({
              Bucket: bucket,
              Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) },
            }),
            request,
          ),
        { patient: true },
      );
      // What failed is asked for singly, which says why.
      await removeSingly((output.Errors ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    } catch (thrown) {
      if (!isUnsupported(thrown)) throw thrown;
      takesLists = false;
      await removeSingly(keys);
    }
  };

  return {
    delete: async (key) => remove(checkKey(key)),

    async deleteFolder(prefix) {
      if (!checkPrefix(prefix).endsWith('/')) {
        throw new MarqueeError('MESSAGE_INVALID', 'A folder to be removed has to end in a slash.', {
          context: { prefix },
        });
      }
      let count = 0;
      // Pages are as large as a list may be: a thousand.
      for await (const page of reader.pages(prefix)) {
        if (page.length === 0) continue;
        await removeAll(page.map(({ key }) => key));
        count += page.length;
      }
      return count;
    },
  };
}
