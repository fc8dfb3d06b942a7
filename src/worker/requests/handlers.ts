import type { RequestKind } from '../../core/model/request.ts';
import type { Answer } from './request-context.ts';

/** Who answers what; loaded when it is asked for. */
export const HANDLERS: { readonly [kind in RequestKind]: () => Promise<Answer> } = {
  plan_restore: async () => (await import('./plan-restore.ts')).answerPlanRestore,
  run_dump_job: async () => (await import('./run-dump-job.ts')).answerRunDumpJob,
  run_restore_job: async () => (await import('./run-restore-job.ts')).answerRunRestoreJob,
  undo: async () => (await import('./undo.ts')).answerUndo,
  drill: async () => (await import('./drill.ts')).answerDrill,
  verify: async () => (await import('./verify.ts')).answerVerify,
  cancel: async () => (await import('./cancel.ts')).answerCancel,
  clean: async () => (await import('./clean.ts')).answerClean,
  prune: async () => (await import('./prune.ts')).answerPrune,
  check: async () => (await import('./check.ts')).answerCheck,
  refresh: async () => (await import('./refresh.ts')).answerRefresh,
  discover: async () => (await import('./discover.ts')).answerDiscover,
  doctor: async () => (await import('./doctor.ts')).answerDoctor,
  test_instance: async () => (await import('./test-instance.ts')).answerTestInstance,
  list_databases: async () => (await import('./list-databases.ts')).answerListDatabases,
  list_tables: async () => (await import('./list-tables.ts')).answerListTables,
  list_target: async () => (await import('./list-target.ts')).answerListTarget,
  log: async () => (await import('./log.ts')).answerLog,
  script_allowed: async () => (await import('./script-allowed.ts')).answerScriptAllowed,
  repository_status: async () => (await import('./repository-status.ts')).answerRepositoryStatus,
};
