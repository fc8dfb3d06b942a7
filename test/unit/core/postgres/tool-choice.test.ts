import { describe, expect, it } from 'vitest';
import { chooseTools, type ToolSet } from '../../../../src/core/postgres/tool-choice.ts';
import { versionOfNumber } from '../../../../src/core/postgres/version.ts';

const set = (num: number, directory = `/pg/${num}`): ToolSet => ({
  version: versionOfNumber(num),
  directory,
  pgDump: '',
  pgRestore: '',
  psql: '',
  pgDumpall: '',
});

const chosen = (found: number[], server: number) =>
  chooseTools(
    found.map((num) => set(num)),
    server,
  )?.version.num ?? null;

describe('the tools for a server', () => {
  it('are of its own major version where they are installed', () => {
    expect(chosen([180_004, 150_018, 160_002], 150_003)).toBe(150_018);
  });

  it('are of the lowest newer major version otherwise', () => {
    expect(chosen([180_004, 170_001, 140_020], 150_003)).toBe(170_001);
  });

  it('are the newest minor version of that major', () => {
    expect(chosen([150_009, 150_018, 150_010], 140_000)).toBe(150_018);
  });

  it('are never older than the server, but may have an older minor version', () => {
    expect(chosen([140_023], 150_000)).toBeNull();
    expect(chosen([150_001], 150_018)).toBe(150_001);
    expect(chosen([], 150_018)).toBeNull();
  });

  it('are the first found of two that are equal', () => {
    expect(chooseTools([set(150_018, '/configured'), set(150_018, '/usual')], 150_000)?.directory).toBe('/configured');
  });
});
