/**
 * Places where a process may die or fail, by name. A test loops over all of them: run, kill, run again, compare.
 * A point is hit by `faultPoint(name)` in src/worker; it acts only when PGSNAPMAN_TEST=1 and
 * PGSNAPMAN_FAULT=<name>:kill|throw|stop are both set.
 */
export const FAULT_POINTS = {
  'queue.entry-written': 'a due job is in the queue, the schedule state does not say so yet',
  'queue.scheduled': 'queue and schedule state are written, nothing has started',
  'dump.started': 'the staging folder of a dump is there, pg_dump has not started',
  'dump.object-stored': 'one file of the dump is in the repository; pg_dump may still write others',
  'dump.file-removed': 'one file of the dump is in the repository and gone from staging',
  'cluster-restore.started': 'a restore of a whole cluster is about to change its target',
  'cluster-restore.restored': 'psql has ended well, nothing has been checked',
  'cluster-dump.started': 'pg_dumpall is about to start, nothing has been stored',
  'cluster-dump.stored': 'pg_dumpall has ended well and its stream is stored, the dump is not committed',
  'script-dump.started': 'the script of a dump is about to start, nothing has been stored',
  'script-dump.ended': 'the script of a dump has ended well, nothing of its output has been stored',
  'script-dump.stored': 'all output of a script is stored, the dump is not committed',
  'dump.dumped': 'pg_dump has ended well, not everything has been stored',
  'repository.pack-renamed': 'a pack has its name, its indexes are missing',
  'repository.chunks-written': 'a pack has its index of chunks, the index of blocks is missing',
  'repository.pack-written': 'a pack and its indexes are durable, no dump needs them yet',
  'repository.folder-written': 'the folder of a dump is complete and still in tmp',
  'repository.dump-trashed': 'the folder of a removed dump is in trash, without the list of leases',
  'repository.prune-marked': 'pruning knows what goes, nothing has gone',
  'repository.prune-moved': 'blocks of a pack have moved to another, both are there',
  'repository.prune-index-removed': 'the index of a pack is gone, the pack is not',
  'repository.prune-removed': 'packs are gone, the trash is not',
  'repository.copy-file': 'one file of a dump has been copied to another repository',
  'dump.before-manifest': 'all files and documents are stored, the manifest is not',
  'dump.committed': 'the manifest is there, the result is not in the spool',
  'dump.spooled': 'the result is in the spool, triggers are not in the queue',
  'dump.triggered': 'triggers are in the queue, the entry of the dump still is too',
  'restore.started': 'the staging folder of a restore is there, the target is untouched',
  'restore.roles-created': 'missing roles are created, there is no staging database',
  'restore.old-renamed': 'the existing database is out of the way under another name, it is not dropped yet',
  'restore.old-dropped': 'the existing database is dropped, there is no staging database',
  'restore.database-created': 'the staging database is there and in the journal',
  'restore.restored': 'pg_restore has ended well, nothing has been checked',
  'restore.before-rename': 'the staging database is complete and still has its own name',
  'restore.swapping': 'the databases have their new names in a transaction that is not committed',
  'restore.renamed': 'the database has its name, the result is not in the spool',
  'restore.replaced-dropped': 'the replaced database is dropped, the result is not in the spool',
  'into.known': 'the transaction of a restore into a database is in the journal, and not committed',
  'into.committed': 'it is committed, and the result is nowhere',
  'restore.spooled': 'the result is in the spool, the entry is still in the queue',
  'request.begun': 'the catalog says that a request is being answered, nothing was done for it',
  'request.worked-out': 'what a request asked for is done, the answer is not in the catalog',
  'clean.marked': 'dumps are marked for removal in the catalog, all are still there',
  'clean.trashed': 'the manifest of a marked dump is in the trash, its row is there',
  'clean.pruned': 'the room of removed dumps is free, their rows are there',
  'verify.done': 'a verification is noted beside the manifest, the catalog does not know of it',
  'drill.restored': 'a drill has restored its scratch database, nothing is compared',
  'drill.compared': 'a drill has compared, its scratch database is there',
  'undo.swapping': 'an undo has exchanged two databases in a transaction that is not committed',
  'undo.swapped': 'an undo has exchanged two databases, the record of it is not complete',
  'undo.dropped': 'a database that was kept for an undo is dropped, the record says that it is there',
  'hook.before-ended': 'the script before a dump has ended well, the dump has not begun',
  'hook.begun': 'the queue says that the script after a run has been begun, it has not started',
  'hook.run': 'the script after a run has ended, the queue does not say so',
  'hook.ended': 'the queue says that the script after a run has ended, the result is nowhere',
  'spool.uploaded': 'a result is committed in the catalog and still in the spool',
  'cache.written': 'the new configuration is written, not yet renamed',
} as const;

export type FaultPoint = keyof typeof FAULT_POINTS;
export type FaultAction = 'kill' | 'throw' | 'stop';

/** Reads `PGSNAPMAN_FAULT`; null when testing is off or nothing is asked for. @throws on a name that is not registered */
export function plannedFault(
  env: Readonly<Record<string, string | undefined>>,
): { point: FaultPoint; action: FaultAction } | null {
  if (env.PGSNAPMAN_TEST !== '1' || !env.PGSNAPMAN_FAULT) return null;
  const [point = '', action = ''] = env.PGSNAPMAN_FAULT.split(':');
  if (!(point in FAULT_POINTS) || !['kill', 'throw', 'stop'].includes(action)) {
    throw new Error(`PGSNAPMAN_FAULT names no fault point and action: ${env.PGSNAPMAN_FAULT}`);
  }
  return { point: point as FaultPoint, action: action as FaultAction };
}
