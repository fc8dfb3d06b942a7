// Writes docs/keys.md from the registry of keys; a test says when it has to be run again.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keysDocument } from '../src/tui/keys/keys-document.ts';

writeFileSync(fileURLToPath(new URL('../docs/keys.md', import.meta.url)), keysDocument());
