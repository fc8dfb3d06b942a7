import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import { toolsFor } from '../tools/find-tools.ts';

/**
 * The client programs for a restore: of the target's major version, but never older than the pg_dump that wrote the
 * archive, which an older pg_restore may not be able to read.
 * @param dumpVersion as the archive says it, such as `15.18 (Debian 15.18-0+deb12u1)`
 * @throws PgSnapManError configuration naming the version that is needed
 */
export function chooseRestoreTool(tools: readonly ToolSet[], serverVersionNum: number, dumpVersion: string): ToolSet {
  const writerMajor = Number(/^\d+/.exec(dumpVersion)?.[0] ?? 0);
  return toolsFor(Math.max(serverVersionNum, writerMajor * 10_000), tools);
}
