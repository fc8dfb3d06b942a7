import type { StoredFile } from '../manifest/manifest.ts';
import type { Outcome } from '../model/outcome.ts';
import type { ArchiveFile } from './archive-files.ts';

/** Everything that decides about a dump. */
export interface DumpEvidence {
  /** Exit code of pg_dump; null when a signal ended it. */
  exitCode: number | null;
  /** Files that the table of contents names, with their kind. */
  expected: readonly ArchiveFile[];
  /** Files that were read to their end, hashed and stored. */
  stored: readonly StoredFile[];
  warnings: readonly string[];
}

/** Everything else has at least an end marker. */
const MAY_BE_EMPTY: readonly ArchiveFile['role'][] = ['large_object', 'large_object_toc', 'script_file'];

/**
 * `ok` only if nothing is amiss: pg_dump ended with 0, and every file that the table of contents names was read to its
 * end and stored. Why it is not, in sentences.
 */
export function decideDumpOutcome(evidence: DumpEvidence): { outcome: Outcome; reasons: string[] } {
  const reasons: string[] = [];
  if (evidence.exitCode !== 0) reasons.push(`pg_dump ended with exit code ${evidence.exitCode ?? 'none'}`);
  if (evidence.expected.length === 0) reasons.push('the dump has no table of contents');
  const stored = new Map(evidence.stored.map((file) => [file.path, file]));
  for (const { path, role } of evidence.expected) {
    const file = stored.get(path);
    if (file === undefined) reasons.push(`file ${path} of the dump is missing`);
    else if (!MAY_BE_EMPTY.includes(role) && file.size_bytes === 0) {
      reasons.push(`file ${path} of the dump is empty`);
    } else if (role === 'table_data' && file.rows === null) reasons.push(`rows of file ${path} were not counted`);
  }
  if (reasons.length > 0) return { outcome: 'failed', reasons };
  return { outcome: evidence.warnings.length > 0 ? 'ok_with_warnings' : 'ok', reasons: [...evidence.warnings] };
}
