import fc from 'fast-check';

const { PGSNAPMAN_TEST_SEED: seed = '1' } = process.env;

// What a developer has set for psql or pgsnapman must not reach the tests.
for (const name of Object.keys(process.env)) {
  if (/^PG/.test(name) && name !== 'PGSNAPMAN_TEST_SEED' && name !== 'PGSNAPMAN_PROPERTY_RUNS')
    delete process.env[name];
}

// The same examples in every run, so that a change is judged by what it changed; PGSNAPMAN_TEST_SEED=random looks further.
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
