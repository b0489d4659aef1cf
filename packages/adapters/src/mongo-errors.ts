import { MarqueeError } from '@marquee/core/errors';
import { MongoBulkWriteError, MongoError, MongoServerError } from 'mongodb';

const DUPLICATE = 11_000;
/** AuthenticationFailed, Unauthorized, and Atlas' own. */
const REFUSED = new Set<number | string | undefined>([18, 13, 8000]);

/** Runs a call of the driver, giving its errors our codes. */
export type Guard = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * Makes a client.
 *
 * @throws MarqueeError CONFIG_INVALID if the driver cannot read the address; it says which option it does not take,
 *         and otherwise nothing of the address, which may hold a password
 */
export function readingAddress<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const { message } = cause as Error;
    const why = /\boption\b/.test(message)
      ? message
      : 'in a user name or a password write %23 for #, %2F for /, %40 for @ and %25 for %';
    throw new MarqueeError('CONFIG_INVALID', `MONGODB_URL is not an address of MongoDB (${why}). Correct it.`, {
      cause,
    });
  }
}

/**
 * @param host shown to people; never the whole address, which may hold a password
 * @param isClosed a closed store is away
 */
export function createGuard(host: string, isClosed: () => boolean): Guard {
  return async (call) => {
    if (isClosed()) throw new MarqueeError('STORE_DOWN', 'The store is closed.');
    try {
      return await call();
    } catch (thrown) {
      const isUnreachable = (thrown as Error).name === 'MongoServerSelectionError' || isNameFault(thrown);
      if (isUnreachable)
        throw new MarqueeError('STORE_DOWN', `MongoDB at ${host} cannot be reached.`, { cause: thrown });
      if (!(thrown instanceof MongoError)) throw thrown;
      if (REFUSED.has(thrown.code) || thrown.name === 'MongoMissingCredentialsError') {
        throw new MarqueeError(
          'CONFIG_INVALID',
          `MongoDB at ${host} refuses the credentials in MONGODB_URL, or does not let them do what is needed. Correct them.`,
          { cause: thrown },
        );
      }
      throw new MarqueeError('STORE_DOWN', `MongoDB at ${host} does not answer as it should (${thrown.name}).`, {
        cause: thrown,
        context: { code: thrown.code },
      });
    }
  };
}

/** `mongodb+srv://` has its hosts looked up, whose errors are Node's own. */
function isNameFault(thrown: unknown): boolean {
  return /^query(Srv|Txt)$/i.test((thrown as NodeJS.ErrnoException).syscall ?? '');
}

/** @returns true if a write was refused only because what it inserts stands already */
export function isDuplicate(thrown: unknown): boolean {
  if (thrown instanceof MongoBulkWriteError) {
    return [thrown.writeErrors].flat().every((error) => error.code === DUPLICATE);
  }
  return thrown instanceof MongoServerError && thrown.code === DUPLICATE;
}
