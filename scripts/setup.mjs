// Prepares a machine for `npm run demo` and `npm test`: dependencies, Postgres and tools, and the built program.
// Runs before anything is installed, on whatever Node there is: no packages, syntax of Node 18.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Read by postgresql-common; without it the server package of Debian makes a cluster and starts it on port 5432. */
const CREATECLUSTER_DIRECTORY = '/etc/postgresql-common/createcluster.d';
const NO_CLUSTER_FILE = `${CREATECLUSTER_DIRECTORY}/pgsnapman-setup.conf`;

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function giveUp(sentence, hint) {
  process.stderr.write(`${sentence}\nhint: ${hint}\n`);
  process.exit(1);
}

// Dependencies ------------------------------------------------------------------------------------------------------

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** True if node_modules holds what package-lock.json says; what is optional (for other systems) may be missing. */
function dependenciesAreInstalled() {
  const wanted = readJson(join(root, 'package-lock.json'));
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || installed === null || !existsSync(join(root, 'node_modules', '.bin', 'node'))) return false;
  return Object.entries(wanted.packages).every(([path, { version, optional, devOptional }]) => {
    const there = installed.packages[path];
    return path === '' || (there === undefined ? optional || devOptional : there.version === version);
  });
}

/** Runs npm by the npm that runs us, else by the one on the PATH. */
function npm(args) {
  const cli = process.env.npm_execpath;
  const own = cli !== undefined && /\.c?js$/.test(cli);
  const [file, first] = own ? [process.execPath, [cli]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const result = spawnSync(file, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !own && process.platform === 'win32',
  });
  if (result.status !== 0) giveUp(`npm ${args.join(' ')} failed`, 'what it says above may help');
}

// Programs ----------------------------------------------------------------------------------------------------------

function isProgram(directory, name) {
  try {
    accessSync(join(directory, process.platform === 'win32' ? `${name}.exe` : name), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function subfolders(parent, rest) {
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name, rest)) : [];
}

const onPath = () => (process.env.PATH || '').split(delimiter).filter((directory) => directory !== '');

/** Where packages put Postgres programs: Debian and Ubuntu, Red Hat, Homebrew, Windows. */
function postgresFolders() {
  return [
    ...onPath(),
    ...subfolders('/usr/lib/postgresql', 'bin'),
    ...subfolders('/usr', 'bin').filter((path) => /pgsql-/.test(path)),
    ...subfolders('/opt/homebrew/opt', 'bin').filter((path) => /postgresql@/.test(path)),
    ...subfolders('/usr/local/opt', 'bin').filter((path) => /postgresql@/.test(path)),
    ...subfolders('C:\\Program Files\\PostgreSQL', 'bin'),
  ];
}

/** Names of Debian packages whose programs are not there. */
function missingPackages() {
  const missing = [];
  const server = ['initdb', 'pg_ctl', 'postgres', 'pg_dump', 'pg_restore', 'psql'];
  if (!postgresFolders().some((folder) => server.every((name) => isProgram(folder, name)))) missing.push('postgresql');
  for (const name of ['zstd', 'tmux']) {
    if (!onPath().some((folder) => isProgram(folder, name))) missing.push(name);
  }
  return missing;
}

// Packages of Debian and Ubuntu -------------------------------------------------------------------------------------

/** How to run something as root: directly, by sudo without a password, or null. */
function rootPrefix() {
  if (process.getuid() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : null;
}

function asRoot(prefix, command, input) {
  const [file = '', ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8', ...command];
  return spawnSync(file, args, { encoding: 'utf8', input: input === undefined ? '' : input });
}

/** Installs, with fresh package lists if it does not work with those that are there. */
function aptInstall(prefix, names) {
  const install = ['apt-get', 'install', '--yes', '--quiet', '--no-install-recommends', ...names];
  let result = asRoot(prefix, install);
  if (result.status !== 0) {
    say('updating the package lists');
    asRoot(prefix, ['apt-get', 'update', '--quiet']);
    result = asRoot(prefix, install);
  }
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout}${result.stderr}`);
  throw new Error(`apt-get could not install ${names.join(', ')}`);
}

/** Installs the server without the default cluster that its package would create and start. */
function installPostgres(prefix) {
  aptInstall(prefix, ['postgresql-common']);
  const hadDirectory = existsSync(CREATECLUSTER_DIRECTORY);
  asRoot(prefix, ['mkdir', '-p', CREATECLUSTER_DIRECTORY]);
  const written = asRoot(prefix, ['tee', NO_CLUSTER_FILE], 'create_main_cluster = false\n');
  if (written.status !== 0) throw new Error(`${NO_CLUSTER_FILE} could not be written: ${written.stderr.trim()}`);
  try {
    aptInstall(prefix, ['postgresql', 'postgresql-client']);
  } finally {
    asRoot(prefix, ['rm', '-f', NO_CLUSTER_FILE]);
    if (!hadDirectory) asRoot(prefix, ['rmdir', CREATECLUSTER_DIRECTORY]);
  }
}

function installPackages(missing) {
  const command = `apt-get install ${missing.join(' ')}`;
  if (process.platform !== 'linux' || !onPath().some((folder) => isProgram(folder, 'apt-get'))) {
    giveUp(
      `this machine needs ${missing.join(', ')}`,
      'install them with your package manager, then run the same command again',
    );
  }
  const prefix = rootPrefix();
  if (prefix === null) {
    giveUp(`this machine needs the packages ${missing.join(', ')}, and installing them needs root`, `sudo ${command}`);
    return;
  }
  say(`installing ${missing.join(', ')} (apt-get)`);
  // Ctrl-C ends apt-get, not us: the file that forbids the default cluster has to go again.
  process.on('SIGINT', () => {});
  try {
    const others = missing.filter((name) => name !== 'postgresql');
    if (others.length > 0) aptInstall(prefix, others);
    if (missing.includes('postgresql')) installPostgres(prefix);
  } catch (error) {
    giveUp(error.message, command);
  }
  const still = missingPackages();
  if (still.length > 0) giveUp(`${still.join(', ')} still missing after the installation`, command);
}

// -------------------------------------------------------------------------------------------------------------------

if (!dependenciesAreInstalled()) {
  // Not `npm ci`: it refuses a lock file that does not name the optional packages of every other system, and where a mirror
  // does not have them, npm cannot name them. This installs the versions of the lock file, too, and leaves it alone.
  say('installing dependencies (npm install --no-save)');
  npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}
const missing = missingPackages();
if (missing.length > 0) installPackages(missing);
npm(['run', '--silent', 'build']);
