import { expect, test } from 'vitest';
import { settingClause } from '../../../../src/core/restore/setting-sql.ts';

test.each([
  ['work_mem', '64MB', `set "work_mem" to '64MB'`],
  ['application_name', "it's", `set "application_name" to 'it''s'`],
  ['myapp.Tenant', '', `set "myapp.Tenant" to ''`],
  ['DateStyle', 'ISO, DMY', `set "DateStyle" to 'ISO, DMY'`],
])('%s is set as one literal', (name, value, clause) => {
  expect(settingClause({ name, value })).toBe(clause);
});

test.each([
  ['search_path', '"$user", public', `set "search_path" to '$user', 'public'`],
  ['search_path', '"Old, ""Shop""",b', `set "search_path" to 'Old, "Shop"', 'b'`],
  ['search_path', '""', `set "search_path" to ''`],
  ['search_path', '', `set "search_path" to ''`],
  ['temp_tablespaces', 'fast, "Slow Disk"', `set "temp_tablespaces" to 'fast', 'Slow Disk'`],
  ['session_preload_libraries', 'auto_explain', `set "session_preload_libraries" to 'auto_explain'`],
])('%s, a list of names, is set as a list: %s', (name, value, clause) => {
  expect(settingClause({ name, value })).toBe(clause);
});
