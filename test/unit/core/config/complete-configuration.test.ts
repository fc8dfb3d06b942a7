import { describe, expect, it } from 'vitest';
import { applyEnvironment } from '../../../../src/core/config/complete-configuration.ts';
import { parseConfiguration } from '../../../../src/core/config/parse-configuration.ts';

const around = (env: Record<string, string>, path: string | null = '/etc/p.toml') => ({
  env,
  path,
  usualPath: '/home/me/.config/pgsnapman/pgsnapman.toml',
  defaultRoot: '/var/lib/pgsnapman',
});
const FILE = parseConfiguration(
  '[catalog]\nurl = "local"\n[worker]\nname = "w1"\nroot = "/srv/root"\n[limits]\ncatch_up = "1h"\nundo_keep = 2',
  '/etc/p.toml',
);

describe('the complete configuration', () => {
  it('is the file where the environment says nothing', () => {
    expect(applyEnvironment(FILE, around({}))).toEqual({
      catalog: { url: 'local' },
      worker: { name: 'w1', root: '/srv/root' },
      tools: { bin_directories: [] },
      limits: { catch_up_ms: 3_600_000, undo_keep: 2 },
      repository: { mirrors: [] },
      restores: { never: [] },
      scripts: { sha256: [], directory: null },
    });
  });

  it('is the environment where it says something', () => {
    const env = { PGSNAPMAN_CATALOG_URL: 'postgresql://c', PGSNAPMAN_ROOT: '/other', PGSNAPMAN_WORKER: 'w2' };
    const complete = applyEnvironment(FILE, around(env));
    expect(complete.catalog.url).toBe('postgresql://c');
    expect(complete.worker).toEqual({ name: 'w2', root: '/other' });
  });

  it('needs no file if the environment says where the catalog is', () => {
    expect(applyEnvironment(null, around({ PGSNAPMAN_CATALOG_URL: 'local' }, null))).toEqual({
      catalog: { url: 'local' },
      worker: { root: '/var/lib/pgsnapman' },
      tools: { bin_directories: [] },
      limits: {},
      repository: { mirrors: [] },
      restores: { never: [] },
      scripts: { sha256: [], directory: null },
    });
  });

  it('counts an empty variable as not set', () => {
    expect(applyEnvironment(FILE, around({ PGSNAPMAN_CATALOG_URL: '' })).catalog.url).toBe('local');
  });

  it('is refused without file and catalog, with the file to write', () => {
    expect(() => applyEnvironment(null, around({}, null))).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: 'no configuration found',
        hint: expect.stringContaining('/home/me/.config/pgsnapman/pgsnapman.toml'),
      }),
    );
  });

  it('is refused if the file names no catalog', () => {
    const empty = parseConfiguration('', '/etc/p.toml');
    expect(() => applyEnvironment(empty, around({}))).toThrow('/etc/p.toml does not say where the catalog is');
  });

  it('is refused with a root directory that is not absolute', () => {
    expect(() => applyEnvironment(FILE, around({ PGSNAPMAN_ROOT: 'here' }))).toThrow('must be an absolute path');
  });
});
