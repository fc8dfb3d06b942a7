import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { StoredFile } from '../manifest/manifest.ts';
import type { DumpContent } from '../model/results.ts';
import type { Toc } from '../postgres/toc.ts';

/** Kinds of entries whose `namespace` says that something of this schema is in the dump. */
const inSchema = (entry: Toc['entries'][number]) => entry.namespace !== '' && entry.desc !== 'COMMENT';

/**
 * What is in a dump, for people who choose from it: every table of the archive (those without data of their own, such as
 * partitioned ones, with 0 rows), its schemas and extensions, the roles that it needs.
 */
export function dumpContent(toc: Toc, files: readonly StoredFile[], facts: DatabaseFacts): DumpContent {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const tables = new Map<string, DumpContent['tables'][number]>();
  for (const { desc, namespace: schema, tag: name, fileName } of toc.entries) {
    const key = JSON.stringify([schema, name]);
    if (desc === 'TABLE' && !tables.has(key)) tables.set(key, { schema, name, rows: 0, bytes: 0 });
    if (desc !== 'TABLE DATA') continue;
    const file = fileName === null ? undefined : byPath.get(fileName);
    tables.set(key, { schema, name, rows: file?.rows ?? 0, bytes: file?.size_bytes ?? 0 });
  }
  const extensionNames = new Set(toc.entries.filter((e) => e.desc === 'EXTENSION').map((e) => e.tag));
  const schemas = new Set(toc.entries.filter((e) => e.desc === 'SCHEMA').map((e) => e.tag));
  for (const entry of toc.entries.filter(inSchema)) schemas.add(entry.namespace);
  return {
    schemas: [...schemas].sort(),
    tables: [...tables.values()],
    extensions: facts.extensions
      .filter((e) => extensionNames.has(e.name))
      .map(({ name, version, schema }) => ({ name, version, schema })),
    roles: facts.roles.map((role) => role.name),
    large_objects: files.filter((file) => file.role === 'large_object').length,
  };
}
