import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOC_FILE } from '../../core/dump/archive-files.ts';
import { DataItems } from '../../core/dump/data-items.ts';
import { parseToc } from '../../core/postgres/toc.ts';

/** The items with data of a dump being written: pg_dump writes its table of contents before the first of them. */
export class ItemsOfToc {
  readonly #file: string;
  #items: Promise<DataItems | null> | null = null;

  constructor(directory: string) {
    this.#file = join(directory, TOC_FILE);
  }

  /** Null: not to be had yet. Read once; the dump is read in earnest when it is complete. */
  async get(): Promise<DataItems | null> {
    this.#items ??= this.#read();
    const items = await this.#items;
    if (items === null) this.#items = null;
    return items;
  }

  #read(): Promise<DataItems | null> {
    return readFile(this.#file)
      .then((bytes) => new DataItems(parseToc(bytes)))
      .catch(() => null);
  }
}
