// Row 12: a page of the dump list, by every order and scope that is offered, in a small and in a large catalog.
import { dumpPages } from '../../../src/sql/catalog/pages/dump-pages.ts';
import { fetchPage, type ScopeValue } from '../../../src/sql/catalog/pages/page-query.ts';
import type { Connection } from '../../../src/sql/connection.ts';
import { startTestCatalog } from '../../support/clusters.ts';
import { FULL_SIZE, fillCatalog } from '../large-catalog.ts';
import type { BenchContext, Result } from '../result.ts';

const SMALL = { ...FULL_SIZE, jobs: 20, dumps: 1000 };
const LARGE = { ...FULL_SIZE, jobs: 10_000, dumps: 1_000_000 };
const PAGE = 50;

const SCOPES: readonly Readonly<Record<string, ScopeValue>>[] = [
  {},
  { instance: 3 },
  { worker: 2 },
  { job: 7 },
  { database: 'customer_7' },
  { outcome: 'ok_with_warnings' },
  { failed: true },
];

/** Milliseconds of the median page, by what was asked. */
type Times = Map<string, number>;

export async function pages(context: BenchContext): Promise<Result[]> {
  const small = await measured(SMALL, context);
  const large = await measured(LARGE, context);
  const ratios = [...large].map(([asked, ms]) => ({ asked, ms, ratio: ms / (small.get(asked) ?? Number.NaN) }));
  const worst = ratios.toSorted((a, b) => b.ratio - a.ratio)[0];
  if (worst === undefined) throw new Error('nothing was asked');
  return [
    {
      row: '12',
      work: `the worst page of ${PAGE} dumps of 1,000,000, of ${ratios.length} orders and scopes; the same of 1,000`,
      ours: `${worst.ms.toFixed(1)} ms`,
      peer: `${(worst.ms / worst.ratio).toFixed(1)} ms`,
      value: worst.ratio,
      target: { atMost: 3 },
      note: `${worst.asked}; the median of all is ${ratios.toSorted((a, b) => a.ratio - b.ratio)[ratios.length >> 1]?.ratio.toFixed(2)}`,
    },
  ];
}

async function measured(size: typeof SMALL, { times, note }: BenchContext): Promise<Times> {
  const cluster = await startTestCatalog();
  try {
    const catalog = await cluster.connect('catalog');
    await fillCatalog(catalog, size);
    await catalog.execute('vacuum analyze pgsnapman.dump');
    note(`${size.dumps} dumps are there`);
    const found: Times = new Map();
    for (const sort of Object.keys(dumpPages.sorts)) {
      for (const scope of SCOPES) {
        for (const reversed of [false, true]) {
          const asked = `${sort}${reversed ? ' reversed' : ''} ${JSON.stringify(scope)}`;
          found.set(asked, await pageMs(catalog, { sort, scope, reversed }, times));
        }
      }
    }
    return found;
  } finally {
    await cluster.remove();
  }
}

/** The first page and the one after it, the median of several. */
async function pageMs(
  catalog: Connection,
  asked: { sort: string; scope: Readonly<Record<string, ScopeValue>>; reversed: boolean },
  times: number,
): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times * 2 + 1; time += 1) {
    const begun = performance.now();
    const request = { ...asked, direction: 'after' as const, limit: PAGE };
    const first = await fetchPage(catalog, dumpPages, { ...request, cursor: null });
    await fetchPage(catalog, dumpPages, { ...request, cursor: first.at(-1)?.cursor_keys ?? null });
    if (time > 0) taken.push(performance.now() - begun);
  }
  return taken.toSorted((a, b) => a - b)[taken.length >> 1] ?? Number.NaN;
}
