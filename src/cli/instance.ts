import { PgSnapManError } from '../core/errors.ts';
import { databasesAnswerSchema, findingsAnswerSchema } from '../core/model/answers.ts';
import { countOf } from '../core/text/numbers.ts';
import type { InstanceRow } from '../sql/catalog/instances.ts';
import { addWorkerOption, hereOrAsked, type WorkerOption } from './ask-named-worker.ts';
import { addNoun, addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import { addDeleteVerb } from './delete-verb.ts';
import { addInstanceAdd } from './instance-add.ts';
import { addInstanceEdit } from './instance-edit.ts';
import type { Finding } from './output/findings.ts';
import type { ListColumn } from './output/output.ts';
import { addStatusVerbs } from './status-verbs.ts';
import { addListVerb, addShowVerb, type Subject } from './verbs.ts';

const COLUMNS: readonly ListColumn<InstanceRow>[] = [
  { key: 'id', title: 'ID', align: 'right' },
  { key: 'name', title: 'NAME', shrinkTo: 12 },
  { key: 'host', title: 'HOST', shrinkTo: 12, priority: 3 },
  { key: 'port', title: 'PORT', align: 'right', priority: 2 },
  { key: 'status', title: 'STATUS' },
  { key: 'default_worker_name', title: 'WORKER', shrinkTo: 8, priority: 1 },
  { key: 'environment', title: 'ENVIRONMENT', shrinkTo: 6, priority: 5 },
  { key: 'restores', title: 'RESTORES', priority: 4 },
  { key: 'comment', title: 'COMMENT', shrinkTo: 10, priority: 6 },
];

const INSTANCE: Subject<InstanceRow> = {
  argument: 'instance',
  find: async (catalog, reference) => (await import('../sql/catalog/instances.ts')).findInstance(catalog, reference),
};

/** `instance add | list | show | edit | halt | activate | delete | test | databases` */
export const addInstanceCommands: NounBuilder = (program, settings) => {
  const noun = addNoun(program, 'instance', 'Postgres servers');
  addInstanceAdd(noun, settings);
  addListVerb<InstanceRow>(noun, settings, {
    description: 'list the instances',
    filters: ['status', 'worker'],
    sorts: ['id', 'name', 'host'],
    columns: COLUMNS,
    fetch: async (catalog, options) => (await import('../sql/catalog/instances.ts')).listInstances(catalog, options),
  });
  addShowVerb(noun, settings, 'show one instance: id, name or host[:port]', INSTANCE);
  addInstanceEdit(noun, settings, INSTANCE);
  addStatusVerbs(noun, settings, 'instance', 'instance', INSTANCE);
  addDeleteVerb<InstanceRow>(noun, settings, {
    ...INSTANCE,
    description: 'delete an instance that no job uses; its dumps stay',
    async question(catalog, { id, name }) {
      const { usageOfInstance } = await import('../sql/catalog/instances.ts');
      const { dump_jobs: dumps, restore_jobs: restores } = await usageOfInstance(catalog, id);
      if (dumps + restores === 0) return `delete instance ${name}? Its dumps stay.`;
      const jobs = [dumps > 0 ? countOf(dumps, 'dump job') : [], restores > 0 ? countOf(restores, 'restore job') : []];
      const hint = 'delete them first, or halt the instance';
      throw new PgSnapManError('usage', `instance ${name} is used by ${jobs.flat().join(' and ')}`, hint);
    },
    remove: async (catalog, { id }) => (await import('../sql/catalog/instances.ts')).deleteInstance(catalog, id),
    done: ({ name }) => `deleted instance ${name}`,
  });
  addWorkerOption(
    addVerb<WorkerOption>(noun, settings, 'test <instance>', 'connect as pgsnapman and as the Postgres tools do', test),
  );
  addWorkerOption(
    addVerb<WorkerOption>(noun, settings, 'databases <instance>', 'list the databases that it has now', databases),
  );
};

async function test(context: Context, [reference = '']: readonly string[], options: WorkerOption): Promise<number> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const { printFindings } = await import('./output/findings.ts');
  const instance = await context.withCatalog((catalog) => findInstance(catalog, reference));
  const findings = await hereOrAsked<readonly Finding[]>(context, options, {
    kind: 'test_instance',
    arguments: { instance_id: instance.id },
    subject: `testing instance ${instance.name}`,
    async here() {
      const { testInstance } = await import('../worker/instance-test.ts');
      return testInstance(instance, (await context.configuration()).tools.bin_directories);
    },
    there: (answer) => findingsAnswerSchema.parse(answer).findings,
  });
  return printFindings(context.output, findings);
}

async function databases(context: Context, [reference = '']: readonly string[], options: WorkerOption): Promise<void> {
  const { findInstance } = await import('../sql/catalog/instances.ts');
  const instance = await context.withCatalog((catalog) => findInstance(catalog, reference));
  const found = await hereOrAsked(context, options, {
    kind: 'list_databases',
    arguments: { instance_id: instance.id },
    subject: `databases of instance ${instance.name}`,
    async here() {
      const { readDatabases } = await import('../worker/instance-test.ts');
      return readDatabases(instance);
    },
    there: (answer) => databasesAnswerSchema.parse(answer).databases,
  });
  await context.output.list(found, [
    { key: 'name', title: 'NAME' },
    { key: 'size_bytes', title: 'SIZE', align: 'right' },
    { key: 'owner', title: 'OWNER', shrinkTo: 10 },
    { key: 'encoding', title: 'ENCODING', priority: 1 },
  ]);
}
