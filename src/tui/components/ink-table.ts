import { createRequire } from 'node:module';
import * as ink from 'ink';
import type { ComponentType, ReactNode } from 'react';

/** The part of ink-table that is used; its own types ask for a global JSX namespace that React no longer declares. */
export interface InkTableProps {
  data: readonly Readonly<Record<string, string>>[];
  columns: readonly string[];
  header: ComponentType<{ children?: ReactNode }>;
  cell: ComponentType<{ children?: ReactNode; column: number }>;
  skeleton: ComponentType<{ children?: ReactNode }>;
}

let table: ComponentType<InkTableProps> | null = null;

/**
 * ink-table is CommonJS and requires `ink`, which is an ES module with top-level await: Node refuses that. So the `ink`
 * that is here already is put where `require` looks first. The build replaces this file by a plain import.
 */
export function inkTable(): ComponentType<InkTableProps> {
  if (table === null) {
    const require = createRequire(import.meta.url);
    const id = require.resolve('ink');
    require.cache[id] ??= {
      id,
      filename: id,
      loaded: true,
      exports: ink,
      children: [],
      paths: [],
    } as unknown as NodeJS.Module;
    table = (require('ink-table') as { default: ComponentType<InkTableProps> }).default;
  }
  return table;
}
