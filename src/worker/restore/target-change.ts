import type { ToolSet } from '../../core/postgres/tool-choice.ts';
import type { RestorePlan } from '../../core/restore/restore-plan.ts';
import type { RestoreQuestion } from '../../core/restore/restore-question.ts';
import type { Connection } from '../../sql/connection.ts';
import type { DumpParts } from './read-dump.ts';
import type { RestoreRun } from './restore-run.ts';

/** What is decided, and all that it takes to carry it out on the target. */
export interface TargetChange {
  question: RestoreQuestion;
  plan: RestorePlan;
  tool: ToolSet;
  dump: DumpParts;
  /** The unpacked dump, adapted to the target. */
  directory: string;
}

/** What a drill does with a database that was restored. */
export type Inspect = (run: RestoreRun, control: Connection, change: TargetChange) => Promise<void>;
