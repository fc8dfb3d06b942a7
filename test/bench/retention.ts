/**
 * Performance target 11: the retention plan of 10,000 jobs with 1,000,000 dumps. The dumps lie there as the catalog gives
 * them; reading them is not part of it.
 *
 *   node test/bench/retention.ts [jobs [dumps of each]]
 */
import { pathToFileURL } from 'node:url';
import { planRetention, type RetentionDump } from '../../src/core/retention/plan-retention.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'UTC', 'Asia/Kathmandu'];
const HOURS_MS = 3_600_000;

export interface RetentionBench {
  jobs: number;
  dumps: number;
  dropped: number;
  /** Median of the rounds. */
  seconds: number;
  targetSeconds: number;
}

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

/** Plans for all jobs, `rounds` times. */
export function benchRetention(jobs = 10_000, dumpsOfEach = 100, rounds = 3): RetentionBench {
  const now = Date.UTC(2026, 10, 23, 12);
  const histories = Array.from({ length: jobs }, (_, job) => history(job, dumpsOfEach, now));
  const counts = {
    keep_daily: 14,
    keep_weekly: 2,
    keep_monthly: 5,
    keep_yearly: 2,
    keep_last: 2,
    failed_keep_days: 30,
  };
  const times: number[] = [];
  let dropped = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    dropped = 0;
    for (const [job, dumps] of histories.entries()) {
      const timezone = ZONES[job % ZONES.length] ?? 'UTC';
      for (const { decision } of planRetention(dumps, { ...counts, timezone }, new Date(now))) {
        if (decision === 'drop') dropped += 1;
      }
    }
    times.push((performance.now() - start) / 1000);
  }
  const seconds = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
  return { jobs, dumps: jobs * dumpsOfEach, dropped, seconds, targetSeconds: 3 };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [jobs, dumpsOfEach] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(benchRetention(jobs, dumpsOfEach), null, 1));
}
