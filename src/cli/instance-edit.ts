import type { Command } from 'commander';
import type { Instance } from '../core/model/configuration.ts';
import type { Connection } from '../sql/connection.ts';
import type { TreeSettings } from './command-tree.ts';
import { addEditVerb } from './edit-verb.ts';
import { addInstanceOptions, type InstanceOptions, instanceColumns } from './instance-options.ts';
import { type InstanceAddress, parseAddress } from './options/instance-address.ts';
import type { Subject } from './verbs.ts';

interface EditOptions extends InstanceOptions {
  address?: InstanceAddress;
  trusted?: true;
}

/** A name that is unset is made of host and port again. */
const UNSET = {
  name: 'name',
  user: 'username',
  worker: 'default_worker_id',
  service: 'service',
  sslmode: 'sslmode',
  environment: 'environment',
  'max-parallel': 'max_parallel',
  comment: 'comment',
};

export function addInstanceEdit(noun: Command, settings: TreeSettings, subject: Subject<Instance>): void {
  const command = addEditVerb<Instance, EditOptions>(noun, settings, {
    ...subject,
    description: 'change an instance; the options are those of add',
    unset: UNSET,
    columns: changedColumns,
    save: async (catalog, { id }, columns) =>
      (await import('../sql/catalog/instances.ts')).updateInstance(catalog, id, columns),
  });
  addInstanceOptions(command)
    .option('--address <host[:port]>', 'where the server is now', parseAddress)
    .option('--trusted', 'its dumps may be restored as a superuser');
}

async function changedColumns(catalog: Connection, options: EditOptions): Promise<Partial<Instance>> {
  const { findWorker } = await import('../sql/catalog/workers.ts');
  return {
    ...instanceColumns(options),
    ...options.address,
    ...(options.trusted === undefined ? {} : { trusted: true }),
    ...(options.worker === undefined ? {} : { default_worker_id: (await findWorker(catalog, options.worker)).id }),
  };
}
