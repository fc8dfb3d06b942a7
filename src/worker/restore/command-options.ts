import { join } from 'node:path';
import type { RestoreCommandOptions } from '../../core/restore/restore-command.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { RestoreRun } from './restore-run.ts';
import type { TargetChange } from './target-change.ts';

interface CommandParts extends Pick<TargetChange, 'tool' | 'directory'> {
  plan: Pick<RestorePlan, 'roles' | 'tablespaces'>;
  target: TargetChange['question']['target'];
}

/**
 * How the unpacked dump of a run goes into a database of its target, but for what is taken from it at a time.
 * @param into name of that database
 * @param jobs sessions at a time
 */
export function commandOptions(
  run: RestoreRun,
  { plan, target, tool, directory }: CommandParts,
  into: string,
  jobs: number,
): Omit<RestoreCommandOptions, 'section'> {
  return {
    pgRestore: tool.pgRestore,
    connection: run.settings(into),
    applicationName: run.applicationName,
    jobs,
    directory,
    listPath: join(run.context.stagingDirectory, 'entries.list'),
    withRoles: plan.roles !== null,
    withTablespaces: plan.tablespaces.used,
    options: run.task.job.options,
    serverVersionNum: target.server_version_num,
    maintenanceWorkMemKib: target.maintenance_work_mem_kib,
  };
}
