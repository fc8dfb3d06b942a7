import type { FileRole } from '../manifest/manifest.ts';
import type { Toc } from '../postgres/toc.ts';
import { roleOfEntry } from './archive-files.ts';
import type { DumpTrack } from './dump-progress.ts';

/** An item of a dump that has data, in the order in which one job writes them. */
export interface DataItem {
  dumpId: number;
  /** Its file; for large objects the file that lists them. */
  path: string;
  role: FileRole;
  /** What people know it by: `schema.table`. */
  name: string;
}

/** How many items before the last are looked at with one job, should a line have been missed. */
const LOOK_BACK = 3;

export class DataItems {
  readonly inOrder: readonly DataItem[];
  readonly #byId: ReadonlyMap<number, DataItem>;

  constructor(toc: Toc) {
    this.inOrder = toc.entries.flatMap(({ dumpId, fileName: path, desc, namespace, tag }) => {
      const role = roleOfEntry(desc);
      return path === null ? [] : [{ dumpId, path, role, name: role === 'table_data' ? `${namespace}.${tag}` : path }];
    });
    this.#byId = new Map(this.inOrder.map((item) => [item.dumpId, item]));
  }

  /** Items that may have been finished by the line that led to `track`; `before` is the state before it. */
  perhapsFinished(before: DumpTrack, track: DumpTrack): DataItem[] {
    if (track.doneItems === before.doneItems) return [];
    if (track.finishedId === null) return this.inOrder.slice(Math.max(track.doneItems - LOOK_BACK, 0), track.doneItems);
    const item = this.#byId.get(track.finishedId);
    return item === undefined ? [] : [item];
  }
}
