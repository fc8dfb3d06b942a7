import { expect, it } from 'vitest';
import { comparedTables } from '../../../../src/core/drill/copy-out.ts';
import type { TocEntry } from '../../../../src/core/postgres/toc.ts';

const entry = (copyStmt: string, fileName: string, tag = 't'): TocEntry => ({
  dumpId: 1,
  hadDumper: true,
  tableOid: 0,
  oid: 0,
  tag,
  desc: 'TABLE DATA',
  section: 'data',
  defn: '',
  dropStmt: '',
  copyStmt,
  namespace: 'public',
  tablespace: '',
  tableAccessMethod: '',
  owner: 'me',
  dependencies: [],
  fileName,
});

it('reads a table with the columns that were dumped, whatever the names', () => {
  const [table] = comparedTables([entry(`COPY public."a ""(b)" (id, "x (y", "Maß \\ €") FROM stdin;\n`, '1.dat')]);
  expect(table).toMatchObject({ schema: 'public', name: 'a "(b)', fileNames: ['1.dat'] });
  expect(table?.copy).toBe(`COPY "public"."a ""(b)" (id, "x (y", U&"Ma\\+0000df \\\\ \\+0020ac") TO STDOUT`);
  expect(table?.copyByQuery).toContain('COPY (SELECT id, "x (y", ');
});

it('reads a table without columns, and one that several files go into', () => {
  expect(comparedTables([entry('COPY public.nothing  FROM stdin;\n', '1.dat')])[0]?.copy).toBe(
    'COPY "public"."nothing" TO STDOUT',
  );
  const root = [
    entry('COPY public.root (a) FROM stdin;', '1.dat', 'p1'),
    entry('COPY public.root (a) FROM stdin;', '2.dat', 'p2'),
  ];
  expect(comparedTables(root)).toMatchObject([{ name: 'root', fileNames: ['1.dat', '2.dat'] }]);
});
