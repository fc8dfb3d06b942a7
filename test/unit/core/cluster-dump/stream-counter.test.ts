import { describe, expect, it } from 'vitest';
import { StreamCounter } from '../../../../src/core/cluster-dump/stream-counter.ts';
import { connectedDatabase } from '../../../../src/core/cluster-dump/stream-names.ts';

const END = '\n--\n-- PostgreSQL database cluster dump complete\n--\n\n';
const STREAM = `CREATE ROLE "x""ü";
\\connect template1

\\connect -reuse-previous=on "dbname='a=b \\'q"" ü\\\\$x'"
COPY public.t (a) FROM stdin;
1
2
\\.
COPY public.u (a) FROM stdin;
\\.
CREATE ROLE in_a_rule_of_a_database;
${END}`;

function count(text: string) {
  const counter = new StreamCounter();
  counter.push(Buffer.from(text));
  return { counter, problem: counter.end() };
}

describe('StreamCounter', () => {
  it('counts tables and rows of each database, and the roles', () => {
    const { counter, problem } = count(STREAM);
    expect(problem).toBeNull();
    expect(counter.roles).toEqual(['x"ü']);
    expect(counter.databases).toEqual([
      { name: 'template1', tables: 0, rows: 0, bytes: 0 },
      { name: `a=b 'q" ü\\$x`, tables: 2, rows: 2, bytes: 4 },
    ]);
    expect(counter.bytes).toBe(Buffer.byteLength(STREAM));
  });

  it.each([
    ['without its closing line', STREAM.slice(0, -END.length), 'its closing line is missing'],
    ['with something behind its closing line', `${STREAM}select 1;\n`, 'its closing line is missing'],
    ['cut in a table', STREAM.slice(0, STREAM.indexOf('2\n')), 'the stream ends in the data of a table'],
    ['whose closing line is data', `${STREAM.slice(0, STREAM.indexOf('1\n2'))}${END}`, /in the data of a table/],
    ['with a foreign psql command', `\\! id\n${STREAM}`, /psql command/],
  ])('finds a stream %s', (_what, text, problem) => {
    expect(count(text).problem).toMatch(problem);
  });
});

describe('connectedDatabase', () => {
  it.each([
    ['\\connect two\n', 'two'],
    ['\\connect "Tw""o"\n', 'Tw"o'],
    ['\\encoding SQL_ASCII\n', null],
  ])('reads %j', (line, name) => {
    expect(connectedDatabase(line)).toBe(name);
  });
});
