import type { Taken } from './measure.ts';

/** A line of the table. */
export interface Result {
  /** Number in the table of targets. */
  row: string;
  work: string;
  ours: string;
  peer: string;
  /** Ours by the peer's, or the figure itself; null: there was no peer. */
  value: number | null;
  /** Null: a figure to know, without a target. */
  target: { atMost: number } | { atLeast: number } | null;
  note: string;
}

/** What a row is given: a folder of its own, and how often to repeat. */
export interface BenchContext {
  folder: string;
  times: number;
  /** Size of the large database as COPY text, in MB. */
  megabytes: number;
  note(text: string): void;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
export const taken = ({ seconds, cpuSeconds }: Taken): string =>
  `${seconds.toFixed(2)} s (cpu ${cpuSeconds.toFixed(1)} s)`;

/** Two measured commands as a result; the ratio is that of wall time, that of CPU time is in the note. */
export function compared(row: string, work: string, ours: Taken, peer: Taken | null, atMost: number | null): Result {
  return {
    row,
    work,
    ours: taken(ours),
    peer: peer === null ? 'not installed' : taken(peer),
    value: peer === null ? null : ours.seconds / peer.seconds,
    target: atMost === null ? null : { atMost },
    note: peer === null ? '' : `CPU ${(ours.cpuSeconds / peer.cpuSeconds).toFixed(2)}`,
  };
}

/** Two sizes as a result. */
export function sizes(row: string, work: string, ours: number, peer: number | null, atMost: number | null): Result {
  return {
    row,
    work,
    ours: megabytes(ours),
    peer: peer === null ? 'not installed' : megabytes(peer),
    value: peer === null ? null : ours / peer,
    target: atMost === null ? null : { atMost },
    note: '',
  };
}

/** Null: there is no target, or nothing to compare with. */
function isMet({ value, target }: Result): boolean | null {
  if (value === null || target === null) return null;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** All results as a Markdown table. */
export function resultTable(results: readonly Result[]): string {
  const lines = results.map((result) => {
    const { target, value } = result;
    const goal = target === null ? '' : 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
    const met = isMet(result);
    const cells = [
      result.row,
      result.work,
      result.ours,
      result.peer,
      value === null ? '' : value.toFixed(value < 0.1 ? 3 : 2),
      goal,
      met === null ? '' : met ? 'yes' : 'NO',
      result.note,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| # | work | ours | compared with | ratio or figure | target | met | note |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
