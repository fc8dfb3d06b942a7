import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * Hands over a stream's lines, without their ends, until it ends. By events, since pg_dump writes two lines a table, each in
 * several parts: an asynchronous iterator for each of them costs as much as taking in a small table.
 * @throws what `onLine` throws; the stream is read to its end all the same
 */
export function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    rest += text;
    if (!text.includes('\n')) return;
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  const takeRest = () => {
    take(decoder.end());
    if (rest !== '') onLine(rest);
  };
  return new Promise((done, failed) => {
    stream.on('data', (bytes: Buffer) => attempt(() => take(decoder.write(bytes)), failed));
    stream.on('error', () => {}); // then it is closed
    stream.on('close', () => {
      attempt(takeRest, failed);
      done();
    });
  });
}

function attempt(work: () => void, failed: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    failed(error);
  }
}
