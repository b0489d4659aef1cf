import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What `run` takes besides the command. */
interface RunOptions {
  cwd?: string;
  /** Where the tool's words go as they come; default: kept for the error. */
  onText?: (text: string) => void;
}

/** A store of images that buildah keeps in one folder, without a daemon. */
export interface ImageStore {
  folder: string;
  /** @returns what it printed @throws Error with its last words if it fails */
  run(args: string[], options?: RunOptions): Promise<string>;
  /** Starts it and leaves it running. */
  start(args: string[]): ChildProcess;
}

/** Opens a store, which begins empty. @param folder takes several GB: each layer lies there whole */
export async function openImageStore(folder: string): Promise<ImageStore> {
  await mkdir(folder, { recursive: true });
  const where = ['--storage-driver', 'vfs', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run')];
  return {
    folder,
    run: (args, options) => run('buildah', [...where, ...args], options),
    start: (args) => spawn('buildah', [...where, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
  };
}

/** Runs a program to its end. @returns what it printed @throws Error with its last words if it fails */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString('utf8');
      options.onText?.(data.toString('utf8'));
    });
    child.stderr.on('data', (data: Buffer) => {
      said = (said + data.toString('utf8')).slice(-8000);
      options.onText?.(data.toString('utf8'));
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT';
      reject(isAbsent ? new Error(`${command} is not installed: apt-get install buildah debootstrap`) : error);
    });
    child.once('close', (code) => {
      if (code === 0) resolve(printed);
      else
        reject(
          new Error(`${command} ${args.slice(0, 12).join(' ')} ended with ${code}:\n${said}${printed.slice(-4000)}`),
        );
    });
  });
}
