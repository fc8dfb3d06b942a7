import type { DatabaseSync } from 'node:sqlite';

/**
 * The constructor of Node's own SQLite, loaded when it is first needed. Node 22 warns that the module is experimental;
 * that one warning is kept from the user, all others pass.
 */
export function loadDatabaseSync(): typeof DatabaseSync {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite').DatabaseSync;
  } finally {
    process.emitWarning = emitWarning;
  }
}
