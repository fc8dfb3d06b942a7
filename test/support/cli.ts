/**
 * Runs the built program as a user would: its own process, a home of its own, a clean environment.
 *
 *   const home = await createCliHome({ catalogUrl: catalog.catalogUrl, worker: 'w1' });
 *   const result = await home.run(['dump', 'list', '--json']);
 *   result.exitCode; result.stdout; result.stderr; result.json()
 *   await home.remove();                       // stops the embedded catalog, if there is one, and removes everything
 *
 * The program is built from the sources once for a whole test run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram, nodeForEverybody } from './built-program.ts';

export interface CliHomeOptions {
  /** Default: `local`, the embedded catalog. */
  catalogUrl?: string;
  worker?: string;
  binDirectories?: string[];
  /** Lines added to the configuration file. */
  moreConfiguration?: string;
  /** Run as another account (root only). */
  account?: { uid: number; gid: number };
  /** Added to the environment of every command. */
  env?: Record<string, string>;
}

interface CliRunOptions {
  env?: Record<string, string | undefined>;
  /** Put before node, such as `['prlimit', '--fsize=1000000']`. */
  prefix?: string[];
  /** The command is killed after this long; default two minutes. */
  timeoutMs?: number;
  /** Leave out `--config`. */
  withoutConfiguration?: boolean;
}

export interface CliResult {
  /** Null: ended by a signal. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asked for
  json(): any;
}

export interface CliProcess {
  child: ChildProcess;
  finished: Promise<CliResult>;
}

export interface CliHome {
  directory: string;
  /** Root directory of its worker. */
  root: string;
  configFile: string;
  start(args: readonly string[], options?: CliRunOptions): Promise<CliProcess>;
  run(args: readonly string[], options?: CliRunOptions): Promise<CliResult>;
  /** As `run`, but anything but exit code 0 is an error. */
  ok(args: readonly string[], options?: CliRunOptions): Promise<CliResult>;
  configure(
    options: Pick<CliHomeOptions, 'catalogUrl' | 'worker' | 'binDirectories' | 'moreConfiguration'>,
  ): Promise<void>;
  remove(): Promise<void>;
}

const TIMEOUT_MS = 120_000;

function configurationText(options: CliHomeOptions, root: string): string {
  const text = (value: string): string => JSON.stringify(value);
  return [
    '[catalog]',
    `url = ${text(options.catalogUrl ?? 'local')}`,
    '[worker]',
    `root = ${text(root)}`,
    ...(options.worker === undefined ? [] : [`name = ${text(options.worker)}`]),
    ...(options.binDirectories === undefined
      ? []
      : ['[tools]', `bin_directories = [${options.binDirectories.map(text).join(', ')}]`]),
    options.moreConfiguration ?? '',
    '',
  ].join('\n');
}

function environmentOf(home: string, options: CliHomeOptions): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    // One for all homes, beside the built program: what V8 made of it need not be made again in each.
    XDG_CACHE_HOME: join(process.env.TEST_RUN_DIRECTORY ?? home, 'built', 'cache'),
    LANG: 'C.UTF-8',
    TMPDIR: tmpdir(),
    TERM: 'dumb',
    ...options.env,
  };
}

function collect(child: ChildProcess, timeoutMs: number, command: string): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} did not end within ${timeoutMs} ms:\n${stdout}\n${stderr}`));
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, stdout, stderr, json: () => JSON.parse(stdout) });
    });
  });
}

/** Makes a home for a user with a configuration file; the root directory in it does not exist yet. */
export async function createCliHome(options: CliHomeOptions = {}): Promise<CliHome> {
  const program = await builtProgram();
  const node = options.account ? await nodeForEverybody() : process.execPath;
  const directory = await mkdtemp(join(tmpdir(), 'pgsnapman-cli-'));
  await chmod(directory, 0o711); // an embedded catalog of root runs as another account
  const [configFile, root] = [join(directory, 'pgsnapman.toml'), join(directory, 'root')];
  if (options.account) await chown(directory, options.account.uid, options.account.gid);
  await mkdir(join(directory, 'home'), { mode: 0o755 });
  if (options.account) await chown(join(directory, 'home'), options.account.uid, options.account.gid);

  const configure: CliHome['configure'] = (changed) =>
    writeFile(configFile, configurationText({ ...options, ...changed }, root), { mode: 0o644 });
  await configure({});

  const start: CliHome['start'] = async (args, run = {}) => {
    const command = [...(run.prefix ?? []), node, program, ...args];
    if (!run.withoutConfiguration) command.push('--config', configFile);
    const [file = '', ...rest] = command;
    const child = spawn(file, rest, {
      cwd: directory,
      env: { ...environmentOf(join(directory, 'home'), options), ...run.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options.account,
    });
    return { child, finished: collect(child, run.timeoutMs ?? TIMEOUT_MS, `pgsnapman ${args.join(' ')}`) };
  };
  const run: CliHome['run'] = async (args, runOptions) => (await start(args, runOptions)).finished;
  return {
    directory,
    root,
    configFile,
    configure,
    start,
    run,
    async ok(args, runOptions) {
      const result = await run(args, runOptions);
      if (result.exitCode === 0) return result;
      throw new Error(`pgsnapman ${args.join(' ')}: exit code ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
    },
    async remove() {
      await configure({ catalogUrl: 'local' });
      await run(['catalog', 'stop', '--yes']).catch(() => {});
      await rm(directory, { recursive: true, force: true });
    },
  };
}
