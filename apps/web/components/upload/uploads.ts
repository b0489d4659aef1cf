import { titleFromFileName } from '../../view/format.ts';
import { refusal } from '../../view/upload-limits.ts';
import { type KeptUpload, keptUploads } from './kept-uploads.ts';
import { Upload } from './upload.ts';
import { beginUpload } from './upload-api.ts';

/** A file as it was chosen, with the way back to it where the browser gives one. */
export interface Chosen {
  file: File;
  handle: FileSystemFileHandle | null;
}

/**
 * All uploads of this page: one file at a time, going on while the visitor looks at other pages of the site, and
 * found again after a reload. One tab at a time works on an upload.
 */
class Uploads {
  list: readonly Upload[] = [];
  /** Why files were not taken. */
  refusals: readonly string[] = [];
  private readonly listeners = new Set<() => void>();
  private version = 0;
  private found: Promise<void> | null = null;
  private isBusy = false;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Changes whenever something to be shown did. */
  snapshot = (): number => this.version;

  /** Finds the unfinished uploads of this device, once. */
  find(): Promise<void> {
    this.found ??= keptUploads()
      .then(async (kept) => {
        for (const each of kept) await this.takeUp(each);
        this.next();
      })
      .catch(() => {
        // Without a database uploads work; they are just not found again.
      });
    return this.found;
  }

  /** Takes files; each is either the missing file of an unfinished upload or a new one. */
  async add(chosen: Chosen[], maxBytes: number): Promise<void> {
    await this.find();
    this.refusals = [];
    for (const { file, handle } of chosen) {
      if (this.list.some((upload) => upload.state === 'choose' && upload.give(file))) continue;
      const refused = refusal({ name: file.name, sizeBytes: file.size }, maxBytes);
      if (refused) {
        this.refusals = [...this.refusals, refused];
        continue;
      }
      try {
        const title = titleFromFileName(file.name);
        const begun = await beginUpload(file, title);
        const kept: KeptUpload = {
          ...begun,
          fileName: file.name,
          sizeBytes: file.size,
          lastModifiedMs: file.lastModified,
          title,
          paused: false,
          handle,
          file: null,
        };
        const upload = new Upload(kept, file, this.changed);
        await holdLock(begun.uploadId);
        this.list = [...this.list, upload];
        void upload.keep();
        this.next();
      } catch (error) {
        this.refusals = [...this.refusals, `“${file.name}” was not taken: ${(error as Error).message}`];
      }
    }
    this.changed();
    this.next();
  }

  pause(upload: Upload): void {
    upload.pause();
  }

  /** Goes on; asks the browser for the file first where it may give it after a click. */
  async resume(upload: Upload): Promise<void> {
    if (upload.state === 'choose' || upload.state === 'paused') {
      const file = await fileOf(upload.kept, true);
      if (file) upload.give(file);
    }
    upload.resume();
    this.next();
  }

  /** Takes the file that was chosen again for an upload, if it is the same. */
  giveBack(upload: Upload, file: File): void {
    if (upload.give(file)) this.next();
    else upload.refuse(`“${file.name}” is not the same file, or it was changed. Choose “${upload.kept.fileName}”.`);
  }

  async drop(upload: Upload): Promise<void> {
    this.list = this.list.filter((each) => each !== upload);
    this.changed();
    await upload.drop();
    this.next();
  }

  /** Takes an ended upload off the list. */
  dismiss(upload: Upload): void {
    this.list = this.list.filter((each) => each !== upload);
    this.changed();
  }

  clearRefusals(): void {
    this.refusals = [];
    this.changed();
  }

  private async takeUp(kept: KeptUpload): Promise<void> {
    if (!(await holdLock(kept.uploadId))) return;
    const upload = new Upload(kept, await fileOf(kept, false), this.changed);
    this.list = [...this.list, upload];
    this.changed();
    if (kept.paused) {
      void upload.look().catch(() => {
        // Shown as nothing sent until it goes on.
      });
    }
  }

  private next(): void {
    if (this.isBusy) return;
    const upload = this.list.find((each) => each.state === 'queued');
    if (!upload) return;
    this.isBusy = true;
    void upload.run().finally(() => {
      this.isBusy = false;
      this.next();
    });
  }

  private readonly changed = () => {
    this.version++;
    for (const listener of this.listeners) listener();
  };
}

/** The uploads of this browser tab. */
export const uploads = new Uploads();

/** The file of an unfinished upload: as kept by the browser, else by its handle if that is permitted. */
async function fileOf(kept: KeptUpload, mayAsk: boolean): Promise<File | null> {
  if (kept.file) return kept.file;
  const { handle } = kept;
  if (!handle) return null;
  try {
    const permitted = handle as FileSystemFileHandle & {
      queryPermission?(): Promise<PermissionState>;
      requestPermission?(): Promise<PermissionState>;
    };
    let state = (await permitted.queryPermission?.()) ?? 'prompt';
    if (state === 'prompt' && mayAsk) state = (await permitted.requestPermission?.()) ?? 'denied';
    return state === 'granted' ? await handle.getFile() : null;
  } catch {
    return null;
  }
}

/** Holds a lock for as long as this tab lives. @returns false if another tab works on this upload */
function holdLock(uploadId: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`marquee-upload-${uploadId}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}
