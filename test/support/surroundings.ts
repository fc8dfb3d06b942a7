import type { Surroundings } from '../../src/cli/output/streams.ts';

export interface RecordedSurroundings extends Surroundings {
  out(): string;
  err(): string;
}

/** Surroundings of a command that keep what is written; a terminal of that many columns, or none. */
export function recordingSurroundings(
  options: { columns?: number; env?: Record<string, string>; now?: Date; answer?: string } = {},
): RecordedSurroundings {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write(text: string): void {
      written[name] += text;
    },
    ...(options.columns === undefined ? {} : { isTTY: true, columns: options.columns }),
  });
  return {
    stdout: stream('out'),
    stderr: stream('err'),
    env: options.env ?? {},
    now: () => options.now ?? new Date('2026-01-31T12:00:00Z'),
    stdinIsTerminal: options.columns !== undefined,
    ask: async (question) => {
      written.err += `${question}\n`;
      return options.answer ?? '';
    },
    openManager: async () => {
      written.out += 'the manager\n';
    },
    out: () => written.out,
    err: () => written.err,
  };
}
