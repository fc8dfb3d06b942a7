// Row 11: the retention plan of 10,000 jobs with 1,000,000 dumps, as the catalog gives them; reading them is not part of it.
import { planRetention, type RetentionDump } from '../../../src/core/retention/plan-retention.ts';
import type { BenchContext, Result } from '../result.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'UTC', 'Asia/Kathmandu'];
const HOURS_MS = 3_600_000;

function history(job: number, count: number, now: number): RetentionDump[] {
  return Array.from({ length: count }, (_, i) => ({
    uuid: `${job}-${i}`,
    started_at: new Date(now - (i * 23 + ((i * job) % 5)) * HOURS_MS - job * 1000),
    outcome: i % 17 === 0 ? 'failed' : 'ok',
    state: i % 17 === 0 ? null : 'available',
    keep: i % 31 === 0 ? 'yes' : 'auto',
    verified_level: (i + job) % 3,
    verification_failed: null,
    verification_failed_at: null,
    needed_by: [],
  }));
}

const JOBS = 10_000;
const DUMPS_OF_EACH = 100;
const COUNTS = { keep_daily: 14, keep_weekly: 2, keep_monthly: 5, keep_yearly: 2, keep_last: 2, failed_keep_days: 30 };

export async function retentionPlan({ times }: BenchContext): Promise<Result[]> {
  const now = Date.UTC(2026, 10, 23, 12);
  const histories = Array.from({ length: JOBS }, (_, job) => history(job, DUMPS_OF_EACH, now));
  const seconds: number[] = [];
  let dropped = 0;
  for (let round = 0; round < times; round += 1) {
    const start = process.cpuUsage();
    dropped = 0;
    for (const [job, dumps] of histories.entries()) {
      const timezone = ZONES[job % ZONES.length] ?? 'UTC';
      for (const { decision } of planRetention(dumps, { ...COUNTS, timezone }, new Date(now))) {
        if (decision === 'drop') dropped += 1;
      }
    }
    const { user, system } = process.cpuUsage(start);
    seconds.push((user + system) / 1e6);
  }
  const median = seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.NaN;
  const work = `retention plan, ${JOBS} jobs with ${JOBS * DUMPS_OF_EACH} dumps, CPU seconds`;
  const note = `${dropped} dumps would go`;
  return [
    { row: '11', work, ours: `cpu ${median.toFixed(2)} s`, peer: '', value: median, target: { atMost: 3 }, note },
  ];
}
