// What esbuild has to be told to bundle Ink and its components.
import { dirname } from 'node:path';

/** React's production build, without the developer tools that Ink would load on demand. */
export const inkDefine = { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' };

const IMPORTED_TABLE = `
import Table from 'ink-table';
export const inkTable = () => Table.default ?? Table;
`;

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
  },
};

