// What esbuild has to be told to bundle Ink and its components.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** React's production build, without the developer tools that Ink would load on demand. */
export const inkDefine = { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' };

/**
 * esbuild does not know that this Node knows them, and would make a new RegExp wherever one of them is used: for every
 * character that is drawn.
 */
export const inkSupported = { 'regexp-set-notation': true, 'regexp-unicode-property-escapes': true };

const here = dirname(fileURLToPath(import.meta.url));
const KEPT = 'our own version';

const IMPORTED_TABLE = `
import Table from 'ink-table';
export const inkTable = () => Table.default ?? Table;
`;

/** Lines of which the end stays as it is, from a place on where both begin a style anew and stand in the same column. */
const KEPT_TAIL = `
function keepTail(previous, next) {
  let length = 0;
  const most = Math.min(previous.length, next.length);
  while (length < most && previous[previous.length - 1 - length] === next[next.length - 1 - length]) length++;
  const start = next.indexOf('\\u001b[2m', next.length - length);
  if (start <= 0 || next.length - start < 8) return undefined;
  const head = next.slice(0, start);
  const before = previous.slice(0, previous.length - (next.length - start));
  if (!isNeutral(head) || !isNeutral(before) || stringWidth(head) !== stringWidth(before)) return undefined;
  return ansiEscapes.cursorTo(0) + head;
}
function isNeutral(text) {
  const open = new Set();
  for (const [, code] of text.matchAll(/\\u001b\\[(\\d+)m/g)) {
    const end = { 1: 22, 2: 22, 7: 27 }[code] ?? (code >= 30 && code < 39 ? 39 : undefined);
    if (end !== undefined) open.add(end);
    else open.delete(Number(code));
  }
  return open.size === 0;
}
`;

/**
 * Changes to packages, each of which must fit exactly once: when a package changes, the build says so.
 *
 * - The layout engine fetches its WebAssembly from a data: address, for which Node loads its whole HTTP client (30 ms).
 * - Ink takes every line apart into cells and puts it together again, for every frame. A line that nothing else is
 *   written over comes out as it went in, so it is passed on as it is; where cells are needed, what is known of a line is
 *   kept from frame to frame. A key costs a fifth of the time and of the garbage then.
 * - Ink writes a line from the first cell that changed to its end. The cursor of a list changes the line from its first
 *   cell, and then the details beside it would be written again, too.
 */
const REPLACEMENTS = [
  {
    file: /[\\/]yoga-layout[\\/]dist[\\/]binaries[\\/]yoga-wasm-base64-esm\.js$/,
    from: 'return w||"function"!=typeof fetch?Promise.resolve().then(function(){return wa()})',
    to: 'return true?Promise.resolve(Buffer.from(H.slice(37),"base64"))',
    add: '',
  },
  {
    file: /[\\/]ink[\\/]build[\\/]output\.js$/,
    from: '    get() {\n',
    to: '    get() { return wholeLines(this) ?? this.getCells(); }\n    getCells() {\n',
    add: `
function wholeLines(output) {
  const lines = new Array(output.height);
  for (const { type, x, y, text, transformers } of output.operations) {
    if (type !== 'write' || x !== 0 || lines[y] !== undefined || text.includes('\\n')) return undefined;
    lines[y] = transformers.reduce((line, transform) => transform(line, 0), text).trimEnd();
  }
  for (let y = 0; y < lines.length; y++) lines[y] ??= '';
  return { output: lines.slice(0, output.height).join('\\n'), height: output.height };
}
`,
  },
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
    file: /[\\/]ink[\\/]build[\\/]line-update\.js$/,
    from: 'export default function lineUpdate(previous, next, columns) {\n',
    to: 'export default function lineUpdate(previous, next, columns) {\n    if (previous[0] !== next[0]) { const kept = keepTail(previous, next); if (kept !== undefined) return kept; }\n',
    add: KEPT_TAIL,
  },
  {
    file: /[\\/]ink[\\/]build[\\/]line-update\.js$/,
    from: "new Intl.Segmenter(undefined, { granularity: 'grapheme' });",
    to: '{ made: null, segment(text) { return (this.made ??= new Intl.Segmenter()).segment(text); } };',
    add: '',
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

/**
 * Widths of text without string-width where every character takes one column: ASCII, European letters, lines and blocks.
 * Loading that package (and the first segmenter) takes 50 ms, which the screen need not wait for.
 */
const LAZY_WIDTH = `
const SIMPLE = /^[\\x20-\\x7e\\u00a0-\\u00ac\\u00ae-\\u024f\\u2010-\\u2027\\u203a\\u2500-\\u259f]*$/;
const SGR = /\\u001b\\[[\\d;]*m/g;
let real;
export default function stringWidth(text, options) {
  if (typeof text !== 'string' || text === '') return 0;
  const plain = options === undefined && text.includes('\\u001b') ? text.replace(SGR, '') : text;
  if (options === undefined && SIMPLE.test(plain)) return plain.length;
  real ??= require('string-width').default;
  return real(text, options);
}
`;
/** A segmenter is made when it is used for the first time; the first one of all takes 20 ms. */
const SEGMENTER = /new Intl\.Segmenter\(((?:undefined, \{ ?granularity: ['"]grapheme['"] ?\})?)\);/g;
const LAZY_SEGMENTER =
  '{ made: null, segment(text) { return (this.made ??= new Intl.Segmenter($1)).segment(text); } };';

/** The text of a file with all the changes to it. */
function replaced(path) {
  return REPLACEMENTS.filter(({ file }) => file.test(path)).reduce(
    (text, { from, to, add }) => {
      if (text.split(from).length !== 2) throw new Error(`${path}: look for "${from}" in its new version`);
      return text.replace(from, () => to) + add;
    },
    readFileSync(path, 'utf8'),
  );
}

/** @type {import('esbuild').Plugin} */
export const inkPlugin = {
  name: 'ink',
  setup(build) {
    // An optional dependency of Ink that is not installed.
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {};' }));
    // One string-width for all, the newest: the older one of Ink compiles an expression over all emoji for the first
    // character that is not ASCII (100 ms).
    build.onResolve({ filter: /^string-width$/ }, ({ path, importer, kind, namespace, pluginData }) => {
      if (pluginData === KEPT) return null;
      if (namespace === 'lazy-width')
        return build.resolve(path, { importer, kind, resolveDir: here, pluginData: KEPT });
      return { path, namespace: 'lazy-width' };
    });
    build.onLoad({ filter: /.*/, namespace: 'lazy-width' }, () => ({ contents: LAZY_WIDTH, loader: 'js' }));
    build.onLoad(
      {
        filter: /[\\/]node_modules[\\/](?:string-width|wrap-ansi|slice-ansi|cli-truncate|@alcalzone)[\\/].*\.js$/,
      },
      ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(SEGMENTER, LAZY_SEGMENTER),
        loader: 'js',
      }),
    );
    // Run from the sources the table needs a way round Node's module loader; in a bundle there is no loader to go round.
    build.onLoad({ filter: /[\\/]tui[\\/]components[\\/]ink-table\.ts$/ }, ({ path }) => ({
      contents: IMPORTED_TABLE,
      loader: 'js',
      resolveDir: dirname(path),
    }));
    for (const file of new Set(REPLACEMENTS.map((replacement) => replacement.file.source))) {
      build.onLoad({ filter: new RegExp(file) }, ({ path }) => ({ contents: replaced(path), loader: 'js' }));
    }
  },
};
