import { type RunRequest, requestRun } from '../../sql/catalog/job-actions.ts';
import type { DumpJobRow } from '../screens/dump-jobs.ts';
import type { RestoreJobRow } from '../screens/restore-jobs.ts';
import { isSeen } from '../screens/states.ts';
import { openLayer } from '../state/changes.ts';
import { clean } from '../text/clean.ts';
import { ago } from '../text/time.ts';
import { numericIds, type Program, type Subject, say, subjectOf, subjectText } from './program.ts';

type JobTable = 'dump_job' | 'restore_job';
type JobRow = Omit<DumpJobRow, 'job_type'> & Omit<RestoreJobRow, 'job_type'> & { job_type: string };

/** Asks, and then has the jobs run as soon as their workers look. */
export function runNow(program: Program): void {
  const subject = subjectOf(program.store.get());
  if (subject === null) {
    say(program, 'there is no job here to run', 'warning');
    return;
  }
  const table: JobTable = subject.screen.id === 'dumpjobs' ? 'dump_job' : 'restore_job';
  const hindrance = subject.rows.map((row) => hindranceOf(table, row as never)).find((text) => text !== null);
  if (hindrance !== undefined && hindrance !== null) {
    say(program, hindrance, 'warning');
    return;
  }
  const question = `run ${subjectText(subject)} now?${afterwards(table, subject)}`;
  program.store.update((state) =>
    openLayer(state, { kind: 'confirm', question, yes: () => void request(program, table, subject) }),
  );
}

/** Why a job would not run although it is asked for; null: nothing is in the way. */
export function hindranceOf(table: JobTable, row: JobRow): string | null {
  if (row.running_stage !== null) return `job ${row.id} is running already`;
  if (table === 'restore_job') {
    if (row.job_type === 'trigger') return `restore job ${row.id} runs when a dump job ends well: run that dump job`;
    return row.dest_instance_status === 'halted' ? `instance ${clean(row.dest_instance_name)} is halted` : null;
  }
  if (row.worker_name === null) return `no worker is assigned to dump job ${row.id}`;
  if (row.worker_status === 'halted') return `worker ${clean(row.worker_name)} is halted`;
  return row.instance_status === 'halted' ? `instance ${clean(row.instance_name)} is halted` : null;
}

function afterwards(table: JobTable, { rows }: Subject): string {
  const [row] = rows as readonly DumpJobRow[];
  if (table === 'restore_job' || rows.length !== 1 || row === undefined || row.trigger_count === 0) return '';
  return ` ${row.trigger_count === 1 ? 'a restore follows' : `${row.trigger_count} restores follow`}`;
}

async function request(program: Program, table: JobTable, subject: Subject): Promise<void> {
  const requests: RunRequest[] = [];
  const done = await program.session.act(async (catalog) => {
    for (const id of numericIds(subject.ids)) {
      const made = await requestRun(catalog, table, id);
      if (made !== undefined) requests.push(made);
    }
  });
  if (done) say(program, outcomeText(program, table, subject, requests), requests.length === 0 ? 'warning' : 'info');
}

function outcomeText(program: Program, table: JobTable, subject: Subject, requests: readonly RunRequest[]): string {
  const [first] = requests;
  if (first === undefined) return 'the job is gone';
  if (requests.length > 1)
    return `${requests.length} runs are asked for; the workers start them when they look, within a minute`;
  if (first.state === 'waiting') return `job ${first.jobId} is waiting for its worker already`;
  const what = first.state === 'added' ? `single job ${first.jobId} added` : `job ${first.jobId} is waiting again`;
  const [row] = subject.rows as readonly DumpJobRow[];
  if (table === 'restore_job' || row === undefined)
    return `${what}; its worker starts it when it looks, within a minute`;
  const worker = `worker ${clean(row.worker_name ?? '')}`;
  const { now } = program.store.get();
  if (isSeen(row.worker_last_seen_at, now)) return `${what}; ${worker} starts it when it looks, within a minute`;
  const seen =
    row.worker_last_seen_at === null ? 'has never been seen' : `was last seen ${ago(row.worker_last_seen_at, now)}`;
  return `${what}, but ${worker} ${seen}`;
}
