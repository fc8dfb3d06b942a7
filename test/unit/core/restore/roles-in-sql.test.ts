import { expect, test } from 'vitest';
import { renameRolesInSql, rolesInSql } from '../../../../src/core/restore/roles-in-sql.ts';

const renamed = new Map([
  ['app', 'new "app"'],
  ['to rt', 'b'],
]);

test.each([
  [
    'ACL',
    'GRANT SELECT ON TABLE s.app TO app WITH GRANT OPTION;',
    'GRANT SELECT ON TABLE s.app TO "new ""app""" WITH GRANT OPTION;',
  ],
  [
    'ACL',
    'REVOKE ALL ON SCHEMA app FROM PUBLIC;\nGRANT ALL ON SCHEMA app TO "to rt";',
    'REVOKE ALL ON SCHEMA app FROM PUBLIC;\nGRANT ALL ON SCHEMA app TO "b";',
  ],
  [
    'ACL',
    'GRANT INSERT("to rt"),UPDATE(app) ON TABLE s."from app" TO app;',
    'GRANT INSERT("to rt"),UPDATE(app) ON TABLE s."from app" TO "new ""app""";',
  ],
  [
    'ACL',
    `GRANT ALL ON FUNCTION s.f(a text DEFAULT ' to app', "to app" int) TO app;`,
    `GRANT ALL ON FUNCTION s.f(a text DEFAULT ' to app', "to app" int) TO "new ""app""";`,
  ],
  [
    'ACL',
    'SET SESSION AUTHORIZATION app;\nGRANT SELECT ON TABLE s.t TO other;\nRESET SESSION AUTHORIZATION;',
    'SET SESSION AUTHORIZATION "new ""app""";\nGRANT SELECT ON TABLE s.t TO other;\nRESET SESSION AUTHORIZATION;',
  ],
  ['ACL', 'GRANT SELECT ON LARGE OBJECT 42 TO "App";', 'GRANT SELECT ON LARGE OBJECT 42 TO "App";'],
  [
    'DEFAULT ACL',
    'ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA app GRANT SELECT ON TABLES  TO "to rt";',
    'ALTER DEFAULT PRIVILEGES FOR ROLE "new ""app""" IN SCHEMA app GRANT SELECT ON TABLES  TO "b";',
  ],
  [
    'DEFAULT ACL',
    'ALTER DEFAULT PRIVILEGES FOR ROLE "to rt" REVOKE ALL ON FUNCTIONS  FROM PUBLIC;',
    'ALTER DEFAULT PRIVILEGES FOR ROLE "b" REVOKE ALL ON FUNCTIONS  FROM PUBLIC;',
  ],
  [
    'POLICY',
    `CREATE POLICY "to app" ON s.app FOR SELECT TO app, "to rt" USING ((owner = 'to app'::name));`,
    `CREATE POLICY "to app" ON s.app FOR SELECT TO "new ""app""", "b" USING ((owner = 'to app'::name));`,
  ],
  [
    'POLICY',
    'CREATE POLICY p ON s.t USING ((a = ANY (ARRAY[app])));',
    'CREATE POLICY p ON s.t USING ((a = ANY (ARRAY[app])));',
  ],
  [
    'USER MAPPING',
    `CREATE USER MAPPING FOR app SERVER app OPTIONS (\n    "user" 'app for app'\n);`,
    `CREATE USER MAPPING FOR "new ""app""" SERVER app OPTIONS (\n    "user" 'app for app'\n);`,
  ],
  ['USER MAPPING', 'CREATE USER MAPPING FOR public SERVER app;', 'CREATE USER MAPPING FOR public SERVER app;'],
  ['FUNCTION', 'CREATE FUNCTION f() … grant x to app', 'CREATE FUNCTION f() … grant x to app'],
])('%s: %s', (desc, sql, expected) => {
  expect(renameRolesInSql(desc, sql, renamed)).toBe(expected);
});

test('roles are read as Postgres reads them', () => {
  expect(rolesInSql('POLICY', 'CREATE POLICY p ON t TO App, "App", "x ""y""", PUBLIC;')).toEqual([
    'app',
    'App',
    'x "y"',
  ]);
  expect(rolesInSql('POLICY', 'CREATE POLICY p ON t USING (true);')).toEqual([]);
  expect(rolesInSql('TABLE', 'GRANT x TO app')).toEqual([]);
});
