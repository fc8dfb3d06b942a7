import type { Manifest } from '../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import { isAllowedOption, RESTORE_OPTIONS } from '../postgres/options.ts';
import type { Refusal } from './refusal.ts';
import { isOwnName, utf8Length } from './staging-name.ts';

const LONGEST_NAME_BYTES = 63;

/** What can be said against a restore before its target is asked: the job, the instance, the kind of dump. */
export function refuseJob(job: RestoreJob, destination: Instance, manifest: Manifest): Refusal[] {
  return [
    ...refuseTargetName(job.dest_dbname),
    ...refuseDump(manifest, job),
    ...refuseWay(job),
    ...refuseInstance(destination),
  ];
}

function refuseTargetName(name: string): Refusal[] {
  const bytes = utf8Length(name);
  if (bytes === 0 || bytes > LONGEST_NAME_BYTES || name.includes('\0')) {
    return [
      { sentence: 'the name of the target database is not one that Postgres can have', hint: 'use 1 to 63 bytes' },
    ];
  }
  if (!isOwnName(name)) return [];
  const sentence = `"${name}" is a name of the form that pgsnapman keeps for databases of its own`;
  return [{ sentence, hint: 'choose a name without _pgsnapman_' }];
}

function refuseDump({ dump_type }: Manifest, job: RestoreJob): Refusal[] {
  const hint = 'take a full dump of the database, or restore this one by hand';
  if (dump_type === 'cluster' || dump_type === 'cluster_schema') {
    return [{ sentence: 'the dump is of a whole cluster, of which no single database can be restored', hint }];
  }
  if (dump_type === 'script') {
    const sentence = 'the dump was made by a script, which alone knows how to restore it';
    return [{ sentence, hint: 'export its files with `pgsnapman dump export`' }];
  }
  const lacks = { full: null, schema: 'rows', data: 'definitions' }[dump_type];
  const asked = job.restore_type;
  if (lacks === null || asked === dump_type) return [];
  return [
    {
      sentence: `the dump has no ${lacks}, as it is of type ${dump_type}; the job asks for ${asked}`,
      hint: `use a restore of type ${dump_type}, or a full dump`,
    },
  ];
}

function refuseWay(job: RestoreJob): Refusal[] {
  const refusals: Refusal[] = [];
  const option = job.options.find((text) => !isAllowedOption(text, RESTORE_OPTIONS));
  if (option !== undefined) {
    refusals.push({
      sentence: `option ${JSON.stringify(option)} is not allowed for a restore`,
      hint: 'remove it from the job',
    });
  }
  return refusals;
}

function refuseInstance({ name, restores }: Instance): Refusal[] {
  if (restores !== 'never') return [];
  const sentence = `instance "${name}" takes no restores`;
  return [{ sentence, hint: 'choose another instance, or change its setting restores' }];
}
