import { expect, it } from 'vitest';
import { RunLog } from '../../../../src/worker/dump/run-log.ts';

it('the log of a run keeps its last lines and its warnings, and no details of the server', () => {
  const written: string[] = [];
  const log = new RunLog((line) => written.push(line));
  log.add('pg_dump: warning: careful');
  log.add('DETAIL:  Key (email)=(joe@example.org) already exists.');
  log.add('CONTEXT:  COPY t, line 7: "secret"');
  for (let i = 0; i < 300; i++) log.add(`line ${i}`);
  expect(written).toHaveLength(301);
  expect(log.warnings).toEqual(['pg_dump: warning: careful']);
  const lines = log.text().split('\n');
  expect(lines).toHaveLength(201);
  expect(lines[0]).toBe('line 100');
  expect(lines.at(-1)).toBe('(2 lines with details of the server left out)');
  expect(log.text()).not.toMatch(/joe|secret/);
});
