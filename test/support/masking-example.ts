import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The masking script of docs/restores.md, as people would copy it. */
export async function maskingExample(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'restores.md'), 'utf8');
  const found = /```sql\n(-- mask[\s\S]*?)```/.exec(text)?.[1];
  if (found === undefined) throw new Error('docs/restores.md has no masking script');
  return found;
}
