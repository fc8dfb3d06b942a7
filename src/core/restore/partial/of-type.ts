import type { TocEntry } from '../../postgres/toc.ts';

/** Only definitions, or only rows and the standing of sequences. */
export function ofType(entries: readonly TocEntry[], type: 'full' | 'schema' | 'data'): TocEntry[] {
  if (type === 'full') return [...entries];
  const isData = ({ section, desc }: TocEntry): boolean => section === 'data' && desc !== 'BLOB COMMENTS';
  if (type === 'data') return entries.filter(isData);
  return entries.filter((entry) => !isData(entry) && !/^(MATERIALIZED VIEW DATA|BLOB.*)$/.test(entry.desc));
}
