/** What is kept of an unfinished upload on this device, so that it goes on after the page was closed. */
export interface KeptUpload {
  uploadId: string;
  /** Shown to the server with every request about this upload. */
  token: string;
  fileName: string;
  sizeBytes: number;
  lastModifiedMs: number;
  title: string;
  partBytes: number;
  paused: boolean;
  /** The way back to the file, where the browser gives one. */
  handle: FileSystemFileHandle | null;
  /** The file itself, where it is small enough to be kept. */
  file: File | null;
}

const DATABASE = 'marquee-uploads';
const STORE = 'uploads';

/** Writes the facts of an upload, replacing those of the same id. */
export async function keepUpload(upload: KeptUpload): Promise<void> {
  await withStore('readwrite', (store) => store.put(upload));
}

/** Forgets an upload that ended. */
export async function forgetUpload(uploadId: string): Promise<void> {
  await withStore('readwrite', (store) => store.delete(uploadId));
}

/** All unfinished uploads of this device, oldest first. */
export async function keptUploads(): Promise<KeptUpload[]> {
  return (await withStore('readonly', (store) => store.getAll())) as KeptUpload[];
}

async function withStore(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser refused to keep the upload.'));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'uploadId' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
