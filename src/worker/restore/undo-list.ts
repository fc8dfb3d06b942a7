import { join } from 'node:path';
import { type UndoDatabase, undoListSchema } from '../../core/restore/undo-databases.ts';
import { readJson, writeJson } from '../files/json-file.ts';
import { withLock } from '../lock/lock.ts';
import { lockPath, type WorkerSetup } from '../worker-setup.ts';

const LOCK_TIMEOUT_MS = 30_000;

/** The list in `state/undo.json`. @throws BrokenFileError */
export async function readUndoList(worker: Pick<WorkerSetup, 'root'>): Promise<UndoDatabase[]> {
  return (await readJson(join(worker.root.state, 'undo.json'), undoListSchema))?.databases ?? [];
}

/** Changes the list while nobody else does. */
async function changeUndoList(
  worker: Pick<WorkerSetup, 'root'>,
  change: (databases: UndoDatabase[]) => UndoDatabase[],
): Promise<void> {
  await withLock(lockPath(worker, 'undo'), LOCK_TIMEOUT_MS, async () => {
    const databases = change(await readUndoList(worker));
    await writeJson(join(worker.root.state, 'undo.json'), { format: 1, databases });
  });
}

/** Twice changes nothing. */
export async function noteUndoDatabase(worker: Pick<WorkerSetup, 'root'>, database: UndoDatabase): Promise<void> {
  await changeUndoList(worker, (databases) => [...databases.filter((other) => !isSame(other, database)), database]);
}

export async function forgetUndoDatabase(worker: Pick<WorkerSetup, 'root'>, database: UndoDatabase): Promise<void> {
  await changeUndoList(worker, (databases) => databases.filter((other) => !isSame(other, database)));
}

const isSame = (a: UndoDatabase, b: UndoDatabase): boolean => a.instance_id === b.instance_id && a.oid === b.oid;
