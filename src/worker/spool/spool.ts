import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import type { DumpResult, Message, RestoreResult, Skip } from '../../core/model/results.ts';
import { removeDurably } from '../files/durable.ts';
import { BrokenFileError, readJson, writeJson } from '../files/json-file.ts';
import { namesIn, setAside } from '../queue/queue.ts';

export type Spooled =
  | { kind: 'dump'; value: DumpResult }
  | { kind: 'restore'; value: RestoreResult }
  | { kind: 'skip'; value: Skip }
  | { kind: 'message'; value: Message };

/** In the order of uploading: a restore names its dump, messages may name both. */
const KINDS: readonly Spooled['kind'][] = ['dump', 'restore', 'skip', 'message'];

/**
 * Results and messages that wait to be uploaded: a file each in the folder `spool/`, named by kind and uuid. They are
 * removed when the catalog has them; what cannot be read is set aside.
 */
export interface Spool {
  put(item: Spooled): Promise<void>;
  has(kind: Spooled['kind'], uuid: string): Promise<boolean>;
  /** Names of what waits, in the order of uploading. */
  names(): Promise<string[]>;
  /** Undefined: gone meanwhile. @throws BrokenFileError after the file was set aside */
  read(name: string): Promise<Spooled | undefined>;
  remove(name: string): Promise<void>;
  setAside(name: string): Promise<void>;
}

export function openSpool(folder: string): Spool {
  const nameOf = (kind: string, uuid: string): string => `${kind}-${uuid}.json`;
  return {
    put: ({ kind, value }) => writeJson(join(folder, nameOf(kind, value.uuid)), value),
    async has(kind, uuid) {
      return access(join(folder, nameOf(kind, uuid))).then(
        () => true,
        () => false,
      );
    },
    async names() {
      const names = namesIn(folder);
      return KINDS.flatMap((kind) => names.filter((name) => name.startsWith(`${kind}-`)));
    },
    async read(name) {
      const kind = KINDS.find((candidate) => name.startsWith(`${candidate}-`));
      if (kind === undefined) return undefined;
      try {
        const value = await readJson(join(folder, name), await schemaOf(kind));
        return value === undefined ? undefined : ({ kind, value } as Spooled);
      } catch (error) {
        if (error instanceof BrokenFileError) await setAside(folder, name);
        throw error;
      }
    },
    remove: (name) => removeDurably(join(folder, name)),
    setAside: (name) => setAside(folder, name),
  };
}

/** Loaded for the first file: mostly there is none. */
async function schemaOf(kind: Spooled['kind']): Promise<ZodType> {
  const results = await import('../../core/model/results.ts');
  const schemas = {
    dump: results.dumpResultSchema,
    restore: results.restoreResultSchema,
    skip: results.skipSchema,
    message: results.messageSchema,
  };
  return schemas[kind];
}
