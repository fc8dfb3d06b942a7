import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { CopyTextScanner } from '../../core/dump/copy-text.ts';
import type { FileRole } from '../../core/manifest/manifest.ts';

/**
 * Passes bytes on as they are, and knows at the end how many they were, their SHA-256, and for a table's data how many
 * rows; fails if such data do not end as they must.
 */
export class MeasuringStream extends Transform {
  private readonly hash: Hash = createHash('sha256');
  private readonly scanner: CopyTextScanner | null;
  sizeBytes = 0;
  sha256 = '';
  rows: number | null = null;

  constructor(role: FileRole) {
    super();
    this.scanner = role === 'table_data' ? new CopyTextScanner() : null;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    this.scanner?.update(chunk);
    this.sizeBytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    try {
      this.rows = this.scanner?.finish() ?? null;
      this.sha256 = this.hash.digest('hex');
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
