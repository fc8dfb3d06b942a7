import { plain } from '../../core/text/plain.ts';
import type { TableColumn } from '../../core/text/table.ts';
import type { GlobalOptions } from '../global-options.ts';
import type { OutputStream, Surroundings } from './streams.ts';
import { paint } from './tone.ts';
import { jsonText, rawText, valueLines, valueText } from './value-text.ts';

/** A column of a list: the catalog's column name, its title for people, and how it behaves where room is short. */
export interface ListColumn<T> extends Omit<TableColumn, 'title'> {
  key: string & keyof T;
  title: string;
  /** Text for people, where the value alone is not it. */
  text?: (row: T) => string;
}

/** The one place that knows how results look: for people on a terminal, for programs in a pipe, or as JSON. */
export class Output {
  readonly json: boolean;
  /** Standard output is a terminal and people read it. */
  readonly forPeople: boolean;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #quiet: boolean;
  readonly #color: boolean;

  constructor(around: Surroundings, options: GlobalOptions) {
    this.#stdout = around.stdout;
    this.#stderr = around.stderr;
    this.json = options.json;
    this.forPeople = !options.json && around.stdout.isTTY === true;
    this.#quiet = options.quiet;
    this.#color = options.color && !around.env.NO_COLOR && around.env.TERM !== 'dumb';
  }

  /** Prints rows: a table that fits the terminal, tab-separated values with a heading, or a JSON array of whole rows. */
  async list<T extends object>(rows: readonly T[], columns: readonly ListColumn<T>[]): Promise<void> {
    if (this.json) this.#print(jsonText(rows));
    else if (!this.forPeople) this.#printTabSeparated(rows, columns);
    else if (rows.length === 0) this.note('nothing found');
    else await this.#printTable(rows, columns);
  }

  /** Less important columns in which no row has anything are left out. */
  async #printTable<T extends object>(rows: readonly T[], all: readonly ListColumn<T>[]): Promise<void> {
    const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';
    const columns = all.filter(({ key, priority = 0 }) => priority === 0 || !rows.every((row) => isEmpty(row[key])));
    // Loaded for tables only: knowing the width of every character costs more than an idle tick may.
    const { layoutTable } = await import('../../core/text/table.ts');
    const texts = rows.map((row) =>
      columns.map(({ key, text }) => (text ? plain(text(row)) : valueText(key, row[key]))),
    );
    const { cells, shown } = layoutTable(columns, texts, this.#stdout.columns ?? 80);
    for (const [line, row] of cells.entries()) {
      const source = rows[line - 1];
      const painted = row.map((cell, position) => {
        const column = columns[shown[position] ?? 0];
        return source && column ? this.paint(source[column.key], cell) : cell;
      });
      this.#print(painted.join('  ').trimEnd());
    }
  }

  #printTabSeparated<T extends object>(rows: readonly T[], columns: readonly ListColumn<T>[]): void {
    if (!this.#quiet) this.#print(columns.map(({ key }) => key).join('\t'));
    for (const row of rows) this.#print(columns.map(({ key }) => rawText(row[key])).join('\t'));
  }

  /** Prints one thing: its fields by name, or the whole as a JSON object. */
  show(record: object): void {
    const fields = Object.entries(record);
    if (this.json) this.#print(jsonText(record));
    else if (this.forPeople) this.#printFields(fields);
    else for (const [key, value] of fields) this.#print(`${key}\t${rawText(value)}`);
  }

  #printFields(fields: readonly (readonly [string, unknown])[]): void {
    const width = Math.max(...fields.map(([key]) => key.length));
    for (const [key, value] of fields) {
      const [first = '', ...others] = valueLines(key, value);
      this.#print(`${key.padEnd(width)}  ${this.paint(value, first)}`);
      for (const line of others) this.#print(`${' '.repeat(width)}  ${line}`);
    }
  }

  /** Prints what `add` made: its id, or with --json the object. */
  created(record: { id: number }): void {
    this.#print(this.json ? jsonText(record) : String(record.id));
  }

  /** Prints one result: a sentence, or with --json the object that it is about. */
  result(sentence: string, object: object): void {
    this.#print(this.json ? jsonText(object) : plain(sentence));
  }

  /** A line of a report for people. */
  line(text: string): void {
    this.#print(text);
  }

  /** A line on standard error beside the result; not with --quiet. */
  note(text: string): void {
    if (!this.#quiet) this.#stderr.write(`${plain(text)}\n`);
  }

  paint(word: unknown, text: string): string {
    return this.#color && this.forPeople ? paint(word, text) : text;
  }

  /** Lines may be long and many; a reader that went away is no error (main.ts sees to EPIPE). */
  #print(line: string): void {
    this.#stdout.write(`${line}\n`);
  }
}
