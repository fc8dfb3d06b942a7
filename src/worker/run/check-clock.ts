import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeJsonLightly } from '../files/json-file.ts';
import type { WorkerSetup } from '../worker-setup.ts';
import type { WorkSession } from './work-session.ts';

/** A clock that is set a little (NTP, overlapping ticks) is no news. */
const TOLERANCE_MS = 60_000;

const lastTickSchema = z.object({ at: z.coerce.date() });

/**
 * Compares the clock with the last tick's and warns, once, if it went back. What has run does not run again. Says whether
 * this is the first tick of a day (in UTC).
 */
export async function checkClock({ worker, reporter, startedAt }: WorkSession): Promise<{ newDay: boolean }> {
  const last = await lastTick(worker);
  if (last !== null && startedAt.getTime() < last.getTime() - TOLERANCE_MS) {
    const text = `the clock went back from ${last.toISOString()} to ${startedAt.toISOString()}; runs that have been are not repeated`;
    await reporter.report('warning', text, { job_class: 'config' });
  }
  writeJsonLightly(pathOf(worker), { at: startedAt });
  return { newDay: last === null || dayOf(last) !== dayOf(startedAt) };
}

const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

/** When the last tick began; null: not known. */
export async function lastTick(worker: WorkerSetup): Promise<Date | null> {
  return (await readJson(pathOf(worker), lastTickSchema).catch(() => undefined))?.at ?? null;
}

const pathOf = ({ root }: WorkerSetup): string => join(root.state, 'last-tick.json');
