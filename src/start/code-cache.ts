import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, parse } from 'node:path';
import vm from 'node:vm';

const DIGEST_BYTES = 32;
/** Then it is of a program or a Node that is gone; one that is not is made again. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/**
 * Loads a CommonJS module as `require` does, with the code that V8 made of its functions last time. Node's own compile
 * cache keeps what V8 compiles before a file runs; functions that are compiled when they are called, which is nearly all
 * of them, would be compiled by every process anew.
 *
 * @param file ASCII text: one expression, the function `(exports, require, module, __filename, __dirname) => void` that
 * `require` would put around a file
 * @param folder where the code is kept: only we may write to it; null: nowhere. It is written when the process ends, if
 * there is none that fits.
 * @returns what the module exports
 * @throws what the module throws, and the error of the file system if it cannot be read
 */
export function loadWithCodeCache(file: string, folder: string | null): unknown {
  const source = readFileSync(file, 'latin1');
  const cacheFile = folder === null ? null : join(folder, cacheName(file));
  const known = cacheFile === null ? undefined : readCode(cacheFile, source);
  const script = new vm.Script(source, {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(known === undefined ? {} : { cachedData: known }),
  });
  if (cacheFile !== null && (known === undefined || script.cachedDataRejected === true)) {
    process.once('exit', () => {
      try {
        writeCode(cacheFile, source, script);
      } catch {
        // It only makes the next run quicker: whatever prevents it is no error.
      }
    });
  }
  const module = { exports: {} as unknown };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports;
}

/** One for each file and each Node, so that two of them do not write over each other's with every run. */
function cacheName(file: string): string {
  const place = createHash('sha256').update(file).digest('hex').slice(0, 8);
  return `${parse(file).name}-${place}-${process.version}-${process.arch}`;
}

/** V8 looks at the length of the source only, and believes whatever the code holds: so both are hashed. */
function digest(source: string, code: Uint8Array): Buffer {
  return createHash('sha256').update(source, 'latin1').update(code).digest();
}

/** Undefined: there is none, it is of another source, or it is damaged. */
function readCode(path: string, source: string): Buffer | undefined {
  try {
    const content = readFileSync(path);
    const code = content.subarray(DIGEST_BYTES);
    return digest(source, code).equals(content.subarray(0, DIGEST_BYTES)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCode(path: string, source: string, script: vm.Script): void {
  const temporary = `${path}-${process.pid}`;
  try {
    writeFileSync(temporary, '', { mode: 0o600 });
    const code = script.createCachedData();
    writeFileSync(temporary, Buffer.concat([digest(source, code), code]));
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  removeOld(path);
}

/** What other files of this name, or other versions of Node, have left. */
function removeOld(path: string): void {
  const folder = dirname(path);
  const [name = ''] = basename(path).split('-');
  for (const other of readdirSync(folder).filter((entry) => entry.startsWith(`${name}-`))) {
    if (Date.now() - statSync(join(folder, other)).mtimeMs > KEEP_MS) rmSync(join(folder, other), { force: true });
  }
}
