import type { DumpType } from '../model/configuration.ts';

/** True for a dump that is whatever files a script writes. */
export function isScriptDump({ dump_type }: { dump_type: DumpType }): boolean {
  return dump_type === 'script';
}
