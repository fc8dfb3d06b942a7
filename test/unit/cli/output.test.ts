import { describe, expect, it } from 'vitest';
import type { GlobalOptions } from '../../../src/cli/global-options.ts';
import { errorLines } from '../../../src/cli/output/error-lines.ts';
import { printFindings } from '../../../src/cli/output/findings.ts';
import { type ListColumn, Output } from '../../../src/cli/output/output.ts';
import { PgSnapManError } from '../../../src/core/errors.ts';
import { type RecordedSurroundings, recordingSurroundings } from '../../support/surroundings.ts';

const NOTHING_SAID: GlobalOptions = { json: false, color: true, yes: false, quiet: false, verbose: false };

interface Row {
  id: number;
  name: string | null;
  outcome: string;
  raw_bytes: number;
  at: Date;
  tags: string[];
}

const ROWS: Row[] = [
  { id: 1, name: 'shop\nx\t\x1b[31m\\', outcome: 'ok', raw_bytes: 12_345, at: new Date(0), tags: ['a', 'b'] },
  { id: 20, name: null, outcome: 'failed', raw_bytes: 0, at: new Date(0), tags: [] },
];
const COLUMNS: ListColumn<Row>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'name', title: 'NAME' },
  { key: 'outcome', title: 'OUTCOME' },
  { key: 'raw_bytes', title: 'SIZE', align: 'right' },
  { key: 'tags', title: 'TAGS' },
];

async function printed(
  work: (output: Output) => unknown,
  options: Partial<GlobalOptions> = {},
  around: RecordedSurroundings = recordingSurroundings(),
): Promise<string> {
  await work(new Output(around, { ...NOTHING_SAID, ...options }));
  return around.out();
}
const list = (output: Output): Promise<void> => output.list(ROWS, COLUMNS);

describe('a list', () => {
  it('is an aligned table on a terminal, with harmless text', async () => {
    const around = recordingSurroundings({ columns: 80, env: { NO_COLOR: '1' } });
    expect((await printed(list, {}, around)).split('\n')).toEqual([
      'ID  NAME          OUTCOME      SIZE  TAGS',
      ' 1  shop x [31m\\  ok       12.1 KiB  a, b',
      '20  -             failed        0 B  -',
      '',
    ]);
  });

  it('leaves out less important columns in which no row has anything', async () => {
    const around = recordingSurroundings({ columns: 80, env: { NO_COLOR: '1' } });
    const rows = [{ id: 1, comment: null, note: null }];
    const columns: ListColumn<(typeof rows)[number]>[] = [
      { key: 'id', title: 'ID' },
      { key: 'note', title: 'NOTE' },
      { key: 'comment', title: 'COMMENT', priority: 1 },
    ];
    expect(await printed((output) => output.list(rows, columns), {}, around)).toBe('ID  NOTE\n1   -\n');
  });

  it('has colours on a terminal, and none with --no-color, NO_COLOR or a dumb terminal', async () => {
    expect(await printed(list, {}, recordingSurroundings({ columns: 80 }))).toContain('\x1b[31mfailed ');
    for (const [options, env] of [
      [{ color: false }, {}],
      [{}, { NO_COLOR: '1' }],
      [{}, { TERM: 'dumb' }],
    ] as const) {
      expect(await printed(list, options, recordingSurroundings({ columns: 80, env }))).not.toContain('\x1b');
    }
  });

  it('is tab-separated with a heading in a pipe, one line a row, raw values', async () => {
    expect(await printed(list)).toBe(
      'id\tname\toutcome\traw_bytes\ttags\n' +
        '1\tshop\\nx\\t\\u001b[31m\\\\\tok\t12345\t["a","b"]\n' +
        '20\t\tfailed\t0\t[]\n',
    );
  });

  it('has no heading in a pipe with --quiet', async () => {
    expect(await printed(list, { quiet: true })).toMatch(/^1\t/);
  });

  it('is an array of whole rows with --json, on a terminal too', async () => {
    const text = await printed(list, { json: true }, recordingSurroundings({ columns: 80 }));
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(ROWS)));
    expect(JSON.parse(text)[0].at).toBe('1970-01-01T00:00:00.000Z');
  });

  it('that is empty is an empty array, a heading, or a note', async () => {
    expect(await printed((output) => output.list([], COLUMNS), { json: true })).toBe('[]\n');
    expect(await printed((output) => output.list([], COLUMNS))).toBe('id\tname\toutcome\traw_bytes\ttags\n');
    const terminal = recordingSurroundings({ columns: 80 });
    expect(await printed((output) => output.list([], COLUMNS), {}, terminal)).toBe('');
    expect(terminal.err()).toBe('nothing found\n');
  });
});

describe('one thing', () => {
  it('is shown by field names, with several lines where there are several', async () => {
    const around = recordingSurroundings({ columns: 80 });
    const record = { id: 3, raw_bytes: 2048, warnings: ['one', 'two'], log_tail: 'a\nb\n', active: true };
    expect((await printed((output) => output.show(record), {}, around)).split('\n')).toEqual([
      'id         3',
      'raw_bytes  2.0 KiB',
      'warnings   one',
      '           two',
      'log_tail   a',
      '           b',
      'active     yes',
      '',
    ]);
  });

  it('is name and raw value in a pipe, one line a field', async () => {
    expect(await printed((output) => output.show({ id: 3, raw_bytes: 2048, log_tail: 'a\nb\n' }))).toBe(
      'id\t3\nraw_bytes\t2048\nlog_tail\ta\\nb\\n\n',
    );
  });

  it('that was added is its id, or the whole object with --json', async () => {
    expect(await printed((output) => output.created({ id: 7 }))).toBe('7\n');
    expect(JSON.parse(await printed((output) => output.created({ id: 7 }), { json: true }))).toEqual({ id: 7 });
  });

  it('in JSON holds no control characters that a terminal would act on', async () => {
    const text = await printed((output) => output.show({ name: '\u009b31m\x1b[0m' }), { json: true });
    expect(text).toBe('{\n  "name": "\\u009b31m\\u001b[0m"\n}\n');
    expect(JSON.parse(text)).toEqual({ name: '\u009b31m\x1b[0m' });
  });
});

describe('findings', () => {
  const findings = [
    { check: 'tools', level: 'ok', text: 'fine', hint: null },
    { check: 'connection', level: 'error', text: 'refused', hint: 'start it' },
  ] as const;

  it('end with 1 if one is an error, else with 0', async () => {
    const around = recordingSurroundings();
    const output = new Output(around, NOTHING_SAID);
    expect(await printFindings(output, findings)).toBe(1);
    expect(await printFindings(output, findings.slice(0, 1))).toBe(0);
  });

  it('show hints under them on a terminal', async () => {
    const around = recordingSurroundings({ columns: 80, env: { NO_COLOR: '1' } });
    await printFindings(new Output(around, NOTHING_SAID), findings);
    expect(around.out()).toBe(
      'ok       tools       fine\nerror    connection  refused\n                     hint: start it\n',
    );
  });
});

describe('an error', () => {
  const error = new PgSnapManError('not_found', 'instance "a\x1b[31mb" does not exist', 'instance list shows them');

  it('is a sentence and a hint, without control characters', async () => {
    expect(errorLines(error, false)).toBe('instance "a[31mb" does not exist\nhint: instance list shows them\n');
  });

  it('is one JSON object on one line with --json', async () => {
    const text = errorLines(error, true);
    expect(text.trimEnd()).not.toContain('\n');
    expect(JSON.parse(text)).toEqual({
      code: 'not_found',
      message: 'instance "a\x1b[31mb" does not exist',
      hint: 'instance list shows them',
    });
  });
});
