// What a developer has set for psql or pgsnapman must not reach the tests.
for (const name of Object.keys(process.env)) {
  if (/^PG/.test(name)) delete process.env[name];
}
