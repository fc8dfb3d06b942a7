import { afterAll, beforeAll, expect, it } from 'vitest';
import { DUMP_OPTIONS, isAllowedOption, type OptionRules, RESTORE_OPTIONS } from '../../src/core/postgres/options.ts';
import { startTestCatalog, type TestCluster } from '../support/clusters.ts';

let catalog: TestCluster;
beforeAll(async () => {
  catalog = await startTestCatalog();
});
afterAll(() => catalog?.remove());

/** Every option of either list in every form, right or wrong, and things that only look like options. */
function candidates(): string[] {
  const names = [DUMP_OPTIONS, RESTORE_OPTIONS].flatMap((rules) => [...rules.flags, ...rules.texts, ...rules.numbers]);
  const values = [
    '',
    '=',
    '=x',
    '=a b*"\'',
    '=ü',
    '=a\nb',
    '=\u0001',
    '=1',
    '=123456789',
    '=1234567890',
    '=-1',
    '=1x',
    '\n',
    ' ',
  ];
  const others = [
    '',
    '-',
    '--',
    '--no-',
    '--file=x',
    '--format=p',
    '--jobs=2',
    '--dbname=x',
    '--inserts',
    'x',
    '-n x',
    '--no-sync',
  ];
  const forms = [...new Set(names)].flatMap((name) => [
    ...values.map((value) => `${name}${value}`),
    name.toUpperCase(),
    `x${name}`,
    `\n${name}`,
    `${name}\n--file=x`,
  ]);
  return [...forms, ...others];
}

const cases: [string, string, OptionRules][] = [
  ['pg_dump', 'are_dump_options', DUMP_OPTIONS],
  ['pg_restore', 'are_restore_options', RESTORE_OPTIONS],
];

it.each(cases)('the worker and the catalog allow the same options of %s', async (_tool, check, rules) => {
  const connection = await catalog.connect('catalog');
  const options = candidates();
  const rows = await connection.rows<{ option: string; allowed: boolean }>(
    `select option, pgsnapman.${check}(array[option]) as allowed from unnest($1::text[]) as o(option)`,
    [options],
  );
  const differing = rows.filter(({ option, allowed }) => allowed !== isAllowedOption(option, rules));
  expect(differing).toEqual([]);
  const allowed = rows.filter((row) => row.allowed).length;
  expect(allowed).toBeGreaterThanOrEqual(rules.flags.length);
  expect(allowed).toBeLessThan(options.length / 2);
});
