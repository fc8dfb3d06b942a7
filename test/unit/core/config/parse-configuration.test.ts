import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../../src/core/config/parse-configuration.ts';
import { PgSnapManError } from '../../../../src/core/errors.ts';

function refusal(text: string): { code: string; message: string; hint: string | undefined } {
  try {
    parseConfiguration(text, '/etc/p.toml');
  } catch (error) {
    if (error instanceof PgSnapManError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('the text was accepted');
}

describe('a configuration file', () => {
  it('may be empty', () => {
    expect(parseConfiguration('', '/etc/p.toml')).toEqual({
      catalog: {},
      worker: {},
      tools: { bin_directories: [] },
      limits: {},
      repository: { mirrors: [] },
      restores: { never: [] },
      scripts: { sha256: [] },
    });
  });

  it('gives every value with its type, time spans as milliseconds', () => {
    const text = `
      [catalog]
      url = "postgresql://db0/pgsnapman"
      [worker]
      name = "w1"
      root = "/var/lib/pgsnapman"
      [tools]
      bin_directories = ["/opt/pg/bin", 'C:\\pg\\bin']
      [limits]
      catch_up = "24 hours"
      stall_timeout = "1h 30m"
      max_parallel_dumps = 3
      undo_keep = 0`;
    expect(parseConfiguration(text, '/etc/p.toml')).toEqual({
      catalog: { url: 'postgresql://db0/pgsnapman' },
      worker: { name: 'w1', root: '/var/lib/pgsnapman' },
      tools: { bin_directories: ['/opt/pg/bin', 'C:\\pg\\bin'] },
      limits: { catch_up: 86_400_000, stall_timeout: 5_400_000, max_parallel_dumps: 3, undo_keep: 0 },
      repository: { mirrors: [] },
      restores: { never: [] },
      scripts: { sha256: [] },
    });
  });

  it.each([
    ['[catalog]\nulr = "x"', 'has an unknown key catalog.ulr', 'did you mean catalog.url?'],
    ['[catlog]\nurl = "x"', 'has an unknown key catlog', 'did you mean catalog?'],
    ['[xyzzy]', 'has an unknown key xyzzy', 'sections are [catalog], [worker], [tools], [limits]'],
    ['[worker]\nxyzzy = 1', 'has an unknown key worker.xyzzy', 'keys of [worker] are name, root'],
    ['catalog = 3', ': catalog must be a section', 'write it as a section: [catalog]'],
    ['[worker]\nroot = 3', ': worker.root must be a text in quotes', 'for example root = "/var/lib/pgsnapman"'],
    ['[worker]\nroot = "here"', ': worker.root must be an absolute path', 'for example root = "/var/lib/pgsnapman"'],
    ['[tools]\nbin_directories = ["/a", 3]', ': tools.bin_directories[1] must be a text in quotes', 'for example bin'],
    ['[limits]\nstall_timeout = "10"', ': limits.stall_timeout must be a time span', 'for example stall_timeout = '],
    ['[limits]\nmax_parallel = "2"', ': limits.max_parallel must be a number without quotes', 'max_parallel = 2'],
    ['[limits]\nmax_parallel = 0', ': limits.max_parallel must be 1 or more', 'max_parallel = 2'],
    ['[limits]\nmax_parallel = 1.5', ': limits.max_parallel must be a whole number', 'max_parallel = 2'],
    ['[catalog]\nurl = ""', ': catalog.url must not be empty', 'url = "local"'],
    ['[catalog]\nurl = local', 'is no TOML at line 2, column 7: invalid value', 'double quotes'],
  ])('is refused with file, key and hint: %j', (text, sentence, hint) => {
    const error = refusal(text);
    expect(error.code).toBe('configuration');
    expect(error.message).toContain(`configuration file /etc/p.toml${sentence.startsWith(':') ? '' : ' '}${sentence}`);
    expect(error.message).not.toContain('\n');
    expect(error.hint).toContain(hint);
  });
});
