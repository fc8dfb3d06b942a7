import type { Command } from 'commander';
import type { Worker } from '../core/model/configuration.ts';
import type { TreeSettings } from './command-tree.ts';
import { addEditVerb } from './edit-verb.ts';
import { someText } from './options/values.ts';
import type { Subject } from './verbs.ts';
import { addWorkerOptions, type WorkerOptions, workerColumns } from './worker-options.ts';

const UNSET = {
  timezone: 'timezone',
  'restore-worker': 'restore_worker_id',
  'max-parallel-dumps': 'max_parallel_dumps',
  'max-parallel-restores': 'max_parallel_restores',
  'catch-up': 'catch_up_ms',
  'stall-timeout': 'stall_timeout_ms',
  'login-role': 'login_role',
  comment: 'comment',
};

interface EditOptions extends WorkerOptions {
  name?: string;
}

export function addWorkerEdit(noun: Command, settings: TreeSettings, subject: Subject<Worker>): void {
  const command = addEditVerb<Worker, EditOptions>(noun, settings, {
    ...subject,
    description: 'change a worker; the options are those of register',
    unset: UNSET,
    async columns(catalog, options) {
      const { findWorker } = await import('../sql/catalog/workers.ts');
      const { restoreWorker, name } = options;
      return {
        ...workerColumns(options),
        name,
        ...(restoreWorker === undefined ? {} : { restore_worker_id: (await findWorker(catalog, restoreWorker)).id }),
      };
    },
    save: async (catalog, { id }, columns) =>
      (await import('../sql/catalog/workers.ts')).updateWorker(catalog, id, columns),
  });
  addWorkerOptions(command).option(
    '--name <name>',
    'its new name; the configuration there must say the same',
    someText('--name'),
  );
}
