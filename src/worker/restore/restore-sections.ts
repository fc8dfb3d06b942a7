import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from '../../core/manifest/manifest.ts';
import type { TocEntry } from '../../core/postgres/toc.ts';
import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { changeEntry } from '../../core/restore/archive-changes.ts';
import { listFile } from '../../core/restore/archive-selection.ts';
import { restoreCommand } from '../../core/restore/restore-command.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import { entriesBySection, RestoreProgress, SECTIONS, type Section } from '../../core/restore/restore-progress.ts';
import { rewriteToc } from '../../core/restore/rewrite-toc.ts';
import type { TargetFacts } from '../../core/restore/target-facts.ts';
import type { RestoreRun } from './restore-run.ts';
import { runPgRestore } from './run-pg-restore.ts';
import type { StagingWatch } from './staging-watch.ts';

export interface SectionsOptions {
  plan: RestorePlan;
  target: TargetFacts;
  tool: ToolSet;
  files: readonly StoredFile[];
  /** The unpacked dump. */
  directory: string;
  watch: StagingWatch;
}

/** Adapts the unpacked dump to the target: other roles and tablespaces in its table of contents, the list of entries. */
export async function prepareArchive(run: RestoreRun, plan: RestorePlan, directory: string): Promise<void> {
  const { roles, tablespaces } = plan.changes;
  if (roles.size > 0 || tablespaces.size > 0) {
    const path = join(directory, 'toc.dat');
    const changed = rewriteToc(await readFile(path), (entry) => changeEntry(entry, plan.changes));
    await writeFile(`${path}.new`, changed, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  await writeFile(listPath(run), listFile(plan.selection.dumpIds), { mode: 0o600 });
}

const listPath = (run: RestoreRun): string => join(run.context.stagingDirectory, 'entries.list');

/** Restores the archive into the staging database, section by section. @throws RunStopped, PgSnapManError */
export async function restoreSections(run: RestoreRun, options: SectionsOptions): Promise<void> {
  const sections = entriesBySection(options.plan.selection.entries);
  for (const section of SECTIONS) {
    if (sections[section].length > 0) await restoreSection(run, section, sections[section], options);
  }
}

async function restoreSection(
  run: RestoreRun,
  section: Section,
  entries: readonly TocEntry[],
  options: SectionsOptions,
): Promise<void> {
  const { plan, target, tool, files, directory, watch } = options;
  const { job } = run.task;
  const command = restoreCommand({
    pgRestore: tool.pgRestore,
    connection: run.settings(plan.staging),
    applicationName: run.applicationName,
    section,
    jobs: job.parallel,
    directory,
    listPath: listPath(run),
    withRoles: plan.roles !== null,
    withTablespaces: plan.tablespaces.used,
    options: job.options,
    serverVersionNum: target.server_version_num,
    maintenanceWorkMemKib: target.maintenance_work_mem_kib,
  });
  const parallel = section !== 'pre-data' && job.parallel > 1;
  const progress = new RestoreProgress(section, entries, files, parallel);
  run.stage(`restoring ${section}`, progress.progress);
  watch.follow((activity) => {
    if (activity.copiedBytes !== null) progress.copied(activity.copiedBytes);
    run.progress(progress.progress);
  });
  await runPgRestore(run, command, {
    section,
    entries: new Map(plan.selection.entries.map((entry) => [entry.dumpId, entry])),
    onLine: (line) => {
      watch.touch();
      if (progress.line(line)) run.progress(progress.progress);
    },
  });
}
