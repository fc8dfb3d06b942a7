import { isGoodDump, type RetentionDecision, type RetentionDump } from './plan-retention.ts';

/** So few never need an approval, nor so many more than have come since the last cleaning. */
const FEW = 3;

export interface BrakeQuestion {
  /** Share of a job's good dumps that may go without an approval, 0 to 100. */
  maxDropPercent: number;
  /** Good dumps that the schedule has made since the last cleaning: about so many go each time when nothing changes. */
  scheduledSince: number;
  /** Uuids of dumps whose removal was approved. */
  approved: ReadonlySet<string>;
}

export interface BrakeAnswer {
  /** True: nothing that retention thins out may go without an approval. */
  holds: boolean;
  /** Good dumps that would be thinned out and were not approved. */
  dropping: number;
  /** Good dumps that there are; those marked to be dropped do not count. */
  good: number;
}

/** Whether a cleaning of one job must wait for an approval. `keep = no` is a decision of somebody and does not count. */
export function dropBrake(decisions: readonly RetentionDecision[], question: BrakeQuestion): BrakeAnswer {
  const good = decisions.filter(({ dump }) => isGoodDump(dump) && dump.keep !== 'no');
  const dropping = good.filter(({ decision, dump }) => decision === 'drop' && !question.approved.has(dump.uuid)).length;
  const holds = dropping > FEW + question.scheduledSince && dropping * 100 > question.maxDropPercent * good.length;
  return { holds, dropping, good: good.length };
}

/** A job that has never been cleaned counts as if it had been a day ago. */
const FIRST_SPAN_MS = 24 * 60 * 60_000;

/** How many good dumps the schedule has made since the last cleaning; what somebody took by hand is no rhythm. */
export function scheduledSince(
  dumps: readonly (RetentionDump & { trigger_kind: string })[],
  cleanedAt: Date | null,
  now: Date,
): number {
  const since = cleanedAt ?? new Date(now.getTime() - FIRST_SPAN_MS);
  return dumps.filter((dump) => dump.trigger_kind === 'schedule' && isGoodDump(dump) && dump.started_at > since).length;
}
