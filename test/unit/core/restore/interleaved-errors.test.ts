import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TocEntry } from '../../../../src/core/postgres/toc.ts';
import { ErrorReader } from '../../../../src/core/restore/error-reading.ts';
import { judgeErrors } from '../../../../src/core/restore/harmless-errors.ts';
import { planAgain } from '../../../../src/core/restore/second-chance.ts';
import { entry } from './parts.ts';

const FPRINTF_BUFFER = 1024;

/** What befalls an entry; `long`: bytes that its first error is longer by. */
interface Fate {
  kind: 'table' | 'index' | 'constraint' | 'view';
  name: string;
  schema: string;
  fails: boolean;
  ownerFails: boolean;
  long: number;
}

interface Job extends Fate {
  entry: TocEntry;
}

function entryFor({ kind, name, schema }: Fate, place: number): TocEntry {
  const table = `${schema}."${name}"`;
  const id = `"${name} ${place}"`;
  if (kind === 'table')
    return entry('TABLE DATA', name, { namespace: schema, copyStmt: `COPY ${table} (a) FROM stdin;\n` });
  if (kind === 'view') {
    const defn = `REFRESH MATERIALIZED VIEW ${schema}.${id};\n`;
    return entry('MATERIALIZED VIEW DATA', `${name} ${place}`, { namespace: schema, defn });
  }
  if (kind === 'index') {
    const defn = `CREATE INDEX ${id} ON ${table} USING btree (f(a));\n`;
    return entry('INDEX', `${name} ${place}`, { namespace: schema, defn });
  }
  const defn = `ALTER TABLE ONLY ${table}\n    ADD CONSTRAINT ${id} CHECK (f(a));\n`;
  return entry('CONSTRAINT', `${name} ${place}`, { namespace: schema, defn });
}

/** What pg_log_* writes for one message, write by write. */
function logged(level: '' | 'error: ', text: string): string[] {
  const whole = `${text}\n`;
  const parts: string[] = [];
  for (let i = 0; i < whole.length; i += FPRINTF_BUFFER) parts.push(whole.slice(i, i + FPRINTF_BUFFER));
  return ['pg_restore:', ' ', level, ...parts].filter((part) => part !== '');
}

/** The messages of one process for one entry, each as its writes. */
function messagesOf({ entry: { dumpId, desc, tag, defn }, kind, fails, ownerFails, long }: Job): string[][] {
  const about = `own error of ${dumpId}`;
  const messages = [
    logged('', kind === 'table' ? `processing data for table "x.${tag}"` : `creating ${desc} "x.${tag}"`),
  ];
  if (fails || ownerFails) messages.push(logged('', `from TOC entry ${dumpId}; 1259 42431 ${desc} ${tag} boss`));
  const detail = `DETAIL:  Failing row contains (secret${'v'.repeat(long)}secret).`;
  if (fails) {
    const text =
      kind === 'table'
        ? `COPY failed for table "${tag}": ERROR:  ${about}\n${detail}\nCONTEXT:  COPY x, line 7: "secret"`
        : `could not execute query: ERROR:  ${about}\n${detail}\nCommand was: ${defn}`;
    messages.push(logged('error: ', text));
  }
  if (ownerFails) {
    const text = `could not execute query: ERROR:  role "x" does not exist\nCommand was: ALTER TABLE x OWNER TO x;\n`;
    messages.push(logged('error: ', text));
  }
  return [...messages, logged('', `finished item ${dumpId} ${desc} ${tag}`)];
}

const count = (jobs: readonly Job[]): number =>
  jobs.reduce((sum, { fails, ownerFails }) => sum + Number(fails) + Number(ownerFails), 0);

/** Puts the writes of several processes between each other: the next write is that of the process that `picks` says. */
function mix(processes: readonly (readonly string[])[], picks: readonly number[]): string {
  const rest = processes.map((writes) => [...writes]);
  let out = '';
  for (let i = 0; ; i++) {
    const busy = rest.filter((writes) => writes.length > 0);
    if (busy.length === 0) return out;
    out += busy[(picks[i % picks.length] ?? 0) % busy.length]?.shift() ?? '';
  }
}

const fate = (longest: number): fc.Arbitrary<Fate> =>
  fc.record({
    kind: fc.constantFrom('table', 'index', 'constraint', 'view'),
    name: fc.constantFrom('item', 'detail', 'a": b', 'new\nline', 'error: '),
    schema: fc.constantFrom('app', 'other'),
    fails: fc.boolean(),
    ownerFails: fc.boolean(),
    long: fc.nat(longest),
  });

const run = (longest: number) =>
  fc.record({
    fates: fc.array(fc.array(fate(longest), { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
    picks: fc.array(fc.nat(11), { minLength: 1, maxLength: 60 }),
  });

type Run = typeof run extends (longest: number) => fc.Arbitrary<infer T> ? T : never;

function read({ fates, picks }: Run, unit: 'line' | 'write') {
  let place = 0;
  const processes = fates.map((jobs) => jobs.map((job): Job => ({ ...job, entry: entryFor(job, place++) })));
  const jobs = processes.flat();
  const writes = processes.map((own) => {
    const messages = own.flatMap(messagesOf);
    return unit === 'write' ? messages.flat() : messages.map((message) => message.join(''));
  });
  const reader = new ErrorReader();
  const text = `${mix(writes, picks)}pg_restore: warning: errors ignored on restore: ${count(jobs)}`;
  for (const line of text.split(/\r?\n/)) reader.push(line);
  const entries = jobs.map((job) => job.entry);
  const { losses } = judgeErrors(reader, new Map(entries.map((one) => [one.dumpId, one])));
  return { jobs, entries, reader, losses };
}

const failedIn = (jobs: readonly Job[]): TocEntry[] =>
  jobs.filter(({ fails, ownerFails }) => fails || ownerFails).map((job) => job.entry);

describe('the errors of several processes, written between each other', () => {
  test.each(['line', 'write'] as const)('are all read and given to the entries that failed, by %s', (unit) => {
    fc.assert(
      fc.property(run(700), (made) => {
        const { jobs, entries, reader, losses } = read(made, unit);
        expect(reader.errors).toHaveLength(count(jobs));
        expect(reader.complete).toBe(true);
        expect(JSON.stringify(reader.errors)).not.toContain('secret');
        expect(planAgain(losses, entries, new Map())).toEqual({ entries: failedIn(jobs), lost: [] });
      }),
      { numRuns: 500 },
    );
  });

  test.each(['line', 'write'] as const)('have a table or a statement that tells their entry, by %s', (unit) => {
    fc.assert(
      fc.property(run(700), (made) => {
        const { jobs, losses } = read(made, unit);
        const tags = new Map(jobs.map((job) => [job.entry.dumpId, job.entry.tag]));
        for (const { dumpId, sentence } of losses) {
          const own = /own error of (\d+)/.exec(sentence)?.[1];
          // tables of the same name in two schemas are the same in an error of COPY
          if (own !== undefined) expect(tags.get(dumpId ?? -1)).toBe(tags.get(Number(own)));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('leave no failed entry out when their texts are torn apart, and name no other', () => {
    fc.assert(
      fc.property(run(4000), (made) => {
        const { jobs, entries, reader, losses } = read(made, 'write');
        expect(reader.failed).toEqual(new Set(failedIn(jobs).map(({ dumpId }) => dumpId)));
        expect(JSON.stringify(losses)).not.toMatch(/secret|vvv/);
        expect(reader.count).toBeGreaterThanOrEqual(count(jobs));
        expect(planAgain(losses, entries, new Map()).entries).toEqual(failedIn(jobs));
      }),
      { numRuns: 500 },
    );
  });
});
