import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { libpqEnvironment } from '../../core/connection/connection-settings.ts';
import { compareObjects } from '../../core/drill/compare-objects.ts';
import { COPY_SESSION } from '../../core/drill/copy-out.ts';
import { type DrillResult, firstDifferences } from '../../core/drill/drill-result.ts';
import { PgSnapManError } from '../../core/errors.ts';
import type { DatabaseFacts } from '../../core/facts/database-facts.ts';
import { parseToc, type Toc } from '../../core/postgres/toc.ts';
import type { Connection } from '../../sql/connection.ts';
import { runChild } from '../process/run-child.ts';
import { databaseDifferences } from '../restore/check-database.ts';
import type { RestoreRun } from '../restore/restore-run.ts';
import type { TargetChange } from '../restore/target-change.ts';
import { compareContent } from './compare-content.ts';

/** Compares the restored scratch database with the dump: rows, sequences, indexes, content, schema and roles. */
export async function compareDrill(run: RestoreRun, control: Connection, change: TargetChange): Promise<DrillResult> {
  const { plan, dump, directory } = change;
  const connection = await run.connect(plan.staging, { session: { ...COPY_SESSION } });
  try {
    run.stage('comparing');
    const differences = await databaseDifferences(run, [connection], plan);
    const schema = await compareSchema(run, change);
    const roles = await missingRoles(control, dump.facts);
    await connection.execute(`set client_encoding = '${dump.toc.encoding.replace(/[^A-Za-z0-9_]/g, '')}'`);
    const content = await compareContent({
      entries: plan.selection.entries,
      files: dump.files,
      expected: plan.expected,
      directory,
      connection,
      onTable: (item, done, total) => {
        run.stop.check();
        run.progress({ ...NOTHING, stage: 'comparing tables', item, done_items: done, total_items: total });
      },
    });
    // an object that is missing is found twice
    const all = [...new Set([...differences, ...schema.differences, ...roles, ...content.differences])];
    for (const difference of all) run.log(`difference: ${difference}`);
    return {
      equal: all.length === 0,
      differences: firstDifferences(all),
      tables: content.tables,
      tables_by_row_hash: content.byRowHash,
      bytes: content.bytes,
      objects: schema.objects,
      definitions: schema.definitions,
      large_objects: content.largeObjects,
      roles: dump.facts.roles.length,
    };
  } finally {
    await connection.close();
  }
}

const NOTHING = { done_bytes: null, total_bytes: null };

/** Dumps the schema of the scratch database with the target's tools and compares the tables of contents. */
async function compareSchema(run: RestoreRun, { plan, tool, dump }: TargetChange) {
  const directory = join(run.context.stagingDirectory, 'schema');
  const command = {
    file: tool.pgDump,
    args: ['--schema-only', '--format=directory', '--compress=0', '--no-password', '--no-sync', `--file=${directory}`],
    env: { ...libpqEnvironment(run.settings(plan.staging)), PGAPPNAME: run.applicationName },
  };
  const { exitCode, stderrTail, startError } = await runChild(command, { stdout: 'ignore', signal: run.stop.signal });
  const toc = await readFile(join(directory, 'toc.dat')).catch(() => Buffer.alloc(0));
  await rm(directory, { recursive: true, force: true });
  run.stop.check();
  if (exitCode !== 0) {
    const reason = startError ?? stderrTail.at(-1) ?? 'no reason given';
    throw new PgSnapManError('configuration', `the schema of the scratch database could not be read: ${reason}`);
  }
  const found = parseToc(toc);
  const definitions = major(found.dumpVersion) === major(dump.toc.dumpVersion) && sameServer(found, dump.toc);
  return {
    ...compareObjects(plan.selection.entries, found.entries, { definitions, owners: plan.roles !== null }),
    definitions,
  };
}

const major = (version: string): string => /^\d+/.exec(version)?.[0] ?? version;
const sameServer = (one: Toc, other: Toc): boolean => major(one.serverVersion) === major(other.serverVersion);

/** Roles and memberships that the dump names and the instance does not have. */
async function missingRoles(control: Connection, { roles, memberships }: DatabaseFacts): Promise<string[]> {
  const names = roles.filter(({ bootstrap }) => !bootstrap).map(({ name }) => name);
  const there = await control.rows<{ name: string }>('select rolname as name from pg_roles where rolname = any ($1)', [
    names,
  ]);
  const found = new Set(there.map(({ name }) => name));
  const members = await control.rows<{ role: string; member: string }>(
    `select r.rolname as role, u.rolname as member from pg_auth_members as m
      join pg_roles as r on r.oid = m.roleid join pg_roles as u on u.oid = m.member where u.rolname = any ($1)`,
    [names],
  );
  return [
    ...names.filter((name) => !found.has(name)).map((name) => `role "${name}" is missing`),
    ...memberships
      .filter(({ role, member }) => names.includes(role) && found.has(role) && found.has(member))
      .filter(({ role, member }) => !members.some((one) => one.role === role && one.member === member))
      .map(({ role, member }) => `role "${member}" is not a member of "${role}"`),
  ];
}

/** What a drill found, in a sentence; null: nothing. */
export const sentenceOf = ({ equal, differences }: DrillResult): string | null =>
  equal
    ? null
    : `a drill found: ${differences.slice(0, 3).join('; ')}${differences.length > 3 ? ` and ${differences.length - 3} more` : ''}`;
