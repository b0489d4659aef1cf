import type { Collection } from 'mongodb';
import { type Guard, isDuplicate } from './mongo-errors.ts';

/** A row as MongoDB keeps it: its id is the document's. */
export type Stored<T extends { id: string }> = Omit<T, 'id'> & { _id: T['id'] };

/** @returns false if one of this id stands already */
export function insert<T extends { id: string }>(
  collection: Collection<Stored<T>>,
  guard: Guard,
  { id, ...row }: T,
): Promise<boolean> {
  return guard(async () => {
    try {
      await collection.insertOne({ _id: id, ...row } as never);
      return true;
    } catch (thrown) {
      if (isDuplicate(thrown)) return false;
      throw thrown;
    }
  });
}

/** @returns a document as the row it was */
export function restore<T extends { id: string }>({ _id, ...row }: Stored<T>): T {
  return { id: _id, ...row } as unknown as T;
}
