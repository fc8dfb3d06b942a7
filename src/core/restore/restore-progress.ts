import type { StoredFile } from '../manifest/manifest.ts';
import type { Progress } from '../model/activity.ts';
import type { TocEntry, TocSection } from '../postgres/toc.ts';

/** A section of an archive. */
export type Section = 'pre-data' | 'data' | 'post-data';

/** Entries by section; what belongs to none (comments, rights) goes with what it stands behind, as in pg_restore. */
export function entriesBySection(entries: readonly TocEntry[]): Record<Section, TocEntry[]> {
  const sections: Record<Section, TocEntry[]> = { 'pre-data': [], data: [], 'post-data': [] };
  let current: Exclude<TocSection, 'none'> = 'pre-data';
  for (const entry of entries) {
    if (entry.section !== 'none') current = entry.section;
    sections[current].push(entry);
  }
  return sections;
}

/** A part of a restore that one pg_restore does. */
export interface RestorePass {
  section: Section;
  entries: TocEntry[];
}

/**
 * The sections, with event triggers in a pass of their own at the very end: pg_restore alone makes them before it fills
 * materialized views, which they would notice and perhaps record.
 */
export function restorePasses(entries: readonly TocEntry[]): RestorePass[] {
  const sections = entriesBySection(entries);
  const eventTriggers = new Set<number>();
  for (const { desc, dumpId, dependencies } of sections['post-data']) {
    const about =
      ['COMMENT', 'SECURITY LABEL', 'ACL'].includes(desc) && dependencies.some((id) => eventTriggers.has(id));
    if (desc === 'EVENT TRIGGER' || about) eventTriggers.add(dumpId);
  }
  const isLast = ({ dumpId }: TocEntry): boolean => eventTriggers.has(dumpId);
  const passes: RestorePass[] = [
    { section: 'pre-data', entries: sections['pre-data'] },
    { section: 'data', entries: sections.data },
    { section: 'post-data', entries: sections['post-data'].filter((entry) => !isLast(entry)) },
    { section: 'post-data', entries: sections['post-data'].filter(isLast) },
  ];
  return passes.filter((pass) => pass.entries.length > 0);
}

const LINE =
  /^pg_restore: (?:(creating|executing|restoring|processing data for)|launching item (\d+)|finished item (\d+)) (.*)$/s;

/** Reads the output of `pg_restore --verbose` for one section as progress. */
export class RestoreProgress {
  readonly #section: Section;
  readonly #parallel: boolean;
  readonly #bytes: ReadonlyMap<number, number>;
  /** Entries with data in the order of the archive, in which one job loads them. */
  readonly #dataOrder: number[];
  readonly #totalItems: number;
  readonly #totalBytes: number;
  #item: string | null = null;
  #doneItems = 0;
  #startedData = 0;
  #loadedBytes = 0;
  #doneBytes = 0;

  constructor(section: Section, entries: readonly TocEntry[], files: readonly StoredFile[], parallel: boolean) {
    const sizes = new Map(files.map(({ path, size_bytes }) => [path, size_bytes]));
    const withData = entries.filter(({ desc }) => desc === 'TABLE DATA');
    this.#section = section;
    this.#parallel = parallel;
    this.#bytes = new Map(withData.map(({ dumpId, fileName }) => [dumpId, sizes.get(fileName ?? '') ?? 0]));
    this.#dataOrder = withData.map(({ dumpId }) => dumpId);
    this.#totalItems = entries.length;
    this.#totalBytes = [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** True: the line told something. */
  line(text: string): boolean {
    const match = LINE.exec(text);
    if (match === null) return false;
    const [, verb, launched, finished, item = ''] = match;
    if (finished !== undefined) this.#finish(Number(finished));
    else if (launched !== undefined || !this.#parallel) this.#item = item;
    if (verb !== undefined && !this.#parallel) this.#beginSerial(verb);
    return true;
  }

  /** What the running COPY commands have taken in, all sessions together. */
  copied(runningBytes: number): void {
    this.#doneBytes = Math.min(Math.max(this.#doneBytes, this.#loadedBytes + runningBytes), this.#totalBytes);
  }

  get progress(): Progress {
    const isData = this.#section === 'data';
    return {
      stage: `restoring ${this.#section}`,
      item: this.#item,
      done_bytes: isData ? this.#doneBytes : null,
      total_bytes: isData ? this.#totalBytes : null,
      done_items: this.#doneItems,
      total_items: this.#totalItems,
    };
  }

  #finish(dumpId: number): void {
    this.#doneItems = Math.min(this.#doneItems + 1, this.#totalItems);
    this.#loadedBytes += this.#bytes.get(dumpId) ?? 0;
    this.copied(0);
  }

  /** With one job an item ends when the next one begins. */
  #beginSerial(verb: string): void {
    this.#doneItems = Math.min(this.#doneItems + 1, this.#totalItems);
    if (verb !== 'processing data for') return;
    const before = this.#dataOrder[this.#startedData - 1];
    if (before !== undefined) this.#loadedBytes += this.#bytes.get(before) ?? 0;
    this.#startedData += 1;
    this.copied(0);
  }
}
