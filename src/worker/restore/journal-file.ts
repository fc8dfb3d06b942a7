import { join } from 'node:path';
import { type Journal, journalSchema } from '../../core/restore/journal.ts';
import { removeDurably } from '../files/durable.ts';
import { readJson, writeJson } from '../files/json-file.ts';

const JOURNAL_FILE = 'journal.json';

/** The journal of one run, in the run's folder; every change is on disk before the call returns. */
export class JournalFile {
  readonly #path: string;
  #journal: Journal;

  private constructor(path: string, journal: Journal) {
    this.#path = path;
    this.#journal = journal;
  }

  static async create(stagingDirectory: string, journal: Journal): Promise<JournalFile> {
    const file = new JournalFile(join(stagingDirectory, JOURNAL_FILE), journal);
    await writeJson(file.#path, journal);
    return file;
  }

  /** Null: there is none, so nothing was done to the target. @throws BrokenFileError */
  static async open(stagingDirectory: string): Promise<JournalFile | null> {
    const path = join(stagingDirectory, JOURNAL_FILE);
    const journal = await readJson(path, journalSchema);
    return journal === undefined ? null : new JournalFile(path, journal);
  }

  get content(): Journal {
    return this.#journal;
  }

  async update(change: Partial<Journal>): Promise<void> {
    this.#journal = { ...this.#journal, ...change };
    await writeJson(this.#path, this.#journal);
  }

  async remove(): Promise<void> {
    await removeDurably(this.#path);
  }
}
