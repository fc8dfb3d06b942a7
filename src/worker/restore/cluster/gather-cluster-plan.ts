import { PgSnapManError } from '../../../core/errors.ts';
import type { Manifest } from '../../../core/manifest/manifest.ts';
import type { DumpContent } from '../../../core/model/results.ts';
import type { ToolSet } from '../../../core/postgres/tool-choice.ts';
import { type ClusterPlan, type ClusterQuestion, planCluster } from '../../../core/restore/cluster/plan-cluster.ts';
import type { Connection } from '../../../sql/connection.ts';
import { readTargetFacts } from '../../../sql/instance/target-facts.ts';
import { chooseRestoreTool } from '../choose-restore-tool.ts';
import type { RestoreRun } from '../restore-run.ts';

export interface GatheredClusterPlan {
  question: ClusterQuestion;
  plan: ClusterPlan;
  manifest: Manifest;
  content: DumpContent;
  maintenanceWorkMemKib: number;
  tool: ToolSet;
}

/** The plan of a restore of a whole cluster; nothing is changed anywhere. @throws PgSnapManError not_found, configuration */
export async function gatherClusterPlan(run: RestoreRun, control: Connection): Promise<GatheredClusterPlan> {
  const { task, context } = run;
  const found = await context.dumps.manifest(task.dumpUuid);
  if (found === null) {
    throw new PgSnapManError('not_found', `dump ${task.dumpUuid} is not in this worker's repository`);
  }
  const { manifest } = found;
  const target = await readTargetFacts(control, task.job.dest_dbname);
  const question: ClusterQuestion = {
    job: task.job,
    destination: task.destination,
    manifest,
    facts: await context.dumps.clusterFacts(task.dumpUuid),
    target,
  };
  return {
    question,
    plan: planCluster(question),
    manifest,
    content: await context.dumps.content(task.dumpUuid),
    maintenanceWorkMemKib: target.maintenance_work_mem_kib,
    tool: chooseRestoreTool(context.tools, target.server_version_num, manifest.tool_version),
  };
}
