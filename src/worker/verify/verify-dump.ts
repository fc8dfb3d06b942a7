import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedDumpError, PgSnapManError } from '../../core/errors.ts';
import type { Verification } from '../../core/manifest/dump-state.ts';
import { parseToc } from '../../core/postgres/toc.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { redactValues } from '../../core/restore/redact.ts';
import { TEMPORARY_PREFIX } from '../files/durable.ts';
import { runChild } from '../process/run-child.ts';
import type { Repository } from '../repository/repository.ts';
import { chooseRestoreTool } from '../restore/choose-restore-tool.ts';
import { readStream } from './read-stream.ts';

export interface VerifyParts {
  repository: Repository;
  tools: readonly ToolSet[];
  /** Where a folder for unpacked files may be made; it is removed again. */
  stagingFolder: string;
  /** Version of pgsnapman, which does the reading back. */
  version: string;
  /** SHA-256 of the manifest as the catalog knows it; null: not known. */
  manifestSha256: string | null;
  signal?: AbortSignal;
  now(): Date;
}

/**
 * Level 2: every chunk of the dump is read back and its hash compared, and its table of contents can be parsed. Level 3:
 * all of its files come out with their hashes, and pg_restore reads all of them; for the stream of pg_dumpall, which
 * pg_restore cannot read, see `readStream`. What is wrong with the dump is in the answer.
 * @throws PgSnapManError not_found; run_failed when it cannot be read for a reason of its own; configuration when
 * pg_restore is missing or the disk is full; cancelled
 */
export async function verifyDump(uuid: string, level: 2 | 3, parts: VerifyParts): Promise<Verification> {
  const { repository, version, now } = parts;
  const found = await repository.manifest(uuid).catch((error: unknown) => {
    if (error instanceof DamagedDumpError) return { broken: error.message };
    throw error;
  });
  if (found === null) {
    const hint = 'it was taken by another worker, or it was removed; `pgsnapman dump show` says where it is';
    throw new PgSnapManError('not_found', `dump ${uuid} is not in this worker's repository`, hint);
  }
  const answer = (failed: string | null, by = `pgsnapman ${version}`, reached: 2 | 3 = 2): Verification => ({
    level: reached,
    at: now(),
    with: by,
    failed,
  });
  if ('broken' in found) return answer(found.broken);
  if (parts.manifestSha256 !== null && parts.manifestSha256 !== found.manifestSha256) {
    return answer('its manifest is not what was stored');
  }
  const { problems } = await repository.check({ dump: uuid, readData: true });
  const [problem] = problems.filter(({ dumps }) => dumps.length > 0);
  if (problem !== undefined) return answer(`${problem.subject}: ${problem.reason}`);
  parts.signal?.throwIfAborted();
  const folder = await mkdtemp(join(parts.stagingFolder, `${TEMPORARY_PREFIX}verify-`));
  try {
    const files = await repository.files(uuid);
    const stream = files.find(({ role }) => role === 'sql_stream');
    if (stream !== undefined && level === 3) {
      await repository.materialize(uuid, join(folder, 'dump'));
      const problem = await readStream(join(folder, 'dump', stream.path), await repository.content(uuid), parts.signal);
      return answer(problem, `pgsnapman ${version}`, 3);
    }
    if (!files.some(({ role }) => role === 'toc')) {
      await repository.materialize(uuid, join(folder, 'dump'));
      return answer(null);
    }
    await repository.materialize(uuid, join(folder, 'dump'), ({ role }) => level === 3 || role === 'toc');
    const toc = parseToc(await readFile(join(folder, 'dump', 'toc.dat')));
    if (level === 2) return answer(null);
    const tool = chooseRestoreTool(parts.tools, found.manifest.server_version_num, toc.dumpVersion);
    return answer(await readByRestore(tool, join(folder, 'dump'), parts.signal), `pg_restore ${tool.version.text}`, 3);
  } catch (error) {
    if (error instanceof DamagedDumpError) return answer(error.message);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What pg_restore complains about; null: it read everything. Its output goes nowhere. */
async function readByRestore(tool: ToolSet, directory: string, signal?: AbortSignal): Promise<string | null> {
  const command = { file: tool.pgRestore, args: ['--file=/dev/null', directory], env: {} };
  const {
    exitCode,
    signal: killed,
    stderrTail,
    startError,
  } = await runChild(command, {
    stdout: 'ignore',
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  if (exitCode === 0) return null;
  if (startError !== null || killed !== null) {
    throw new PgSnapManError('configuration', `pg_restore could not read the dump: ${startError ?? killed}`);
  }
  return `pg_restore cannot read it: ${redactValues(stderrTail.at(-1) ?? 'no reason given')}`;
}
