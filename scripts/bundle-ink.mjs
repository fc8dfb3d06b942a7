// What esbuild has to be told to bundle Ink and its components.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** React's production build, without the developer tools that Ink would load on demand. */
export const inkDefine = { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' };

const IMPORTED_TABLE = `
import Table from 'ink-table';
export const inkTable = () => Table.default ?? Table;
`;

/**
 * Ink takes every line apart into characters for every frame, although nearly all lines are those of the frame before.
 * With what it knows of a line kept from frame to frame, a key costs less than half of the time and of the garbage. The
 * replacement must fit exactly once: when Ink changes, the build says so.
 */
const REPLACEMENTS = [
  {
    file: /[\\/]ink[\\/]build[\\/]output\.js$/,
    from: 'caches = new OutputCaches();',
    to: 'caches = keptCaches();',
    add: `
let kept = new OutputCaches();
function keptCaches() {
  if (kept.styledChars.size > 2000 || kept.widths.size > 20000) kept = new OutputCaches();
  return kept;
}
`,
  },
  {
    file: /[\\/]ink[\\/]build[\\/]render-node-to-output\.js$/,
    from: 'const currentWidth = widestLine(text);',
    to: 'const currentWidth = keptWidth(text);',
    add: `
let keptWidths = new Map();
function keptWidth(text) {
  let width = keptWidths.get(text);
  if (width === undefined) {
    if (keptWidths.size > 2000) keptWidths = new Map();
    width = widestLine(text);
    keptWidths.set(text, width);
  }
  return width;
}
`,
  },
];

function replaced(path, { from, to, add }) {
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2)
    throw new Error(`${path} is not as expected: look for "${from}" in the new version of Ink`);
  return text.replace(from, to) + add;
}

/** @type {import('esbuild').Plugin} */
export const inkPlugin = {
  name: 'ink',
  setup(build) {
    // An optional dependency of Ink that is not installed.
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {};' }));
    // Run from the sources the table needs a way round Node's module loader; in a bundle there is no loader to go round.
    build.onLoad({ filter: /[\\/]tui[\\/]components[\\/]ink-table\.ts$/ }, ({ path }) => ({
      contents: IMPORTED_TABLE,
      loader: 'js',
      resolveDir: dirname(path),
    }));
    for (const replacement of REPLACEMENTS) {
      build.onLoad({ filter: replacement.file }, ({ path }) => ({
        contents: replaced(path, replacement),
        loader: 'js',
      }));
    }
  },
};
