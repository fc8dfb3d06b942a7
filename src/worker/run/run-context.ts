import type { ConnectionSources } from '../../core/connection/connection-settings.ts';
import type { Progress } from '../../core/model/activity.ts';
import type { ScriptMessage } from '../../core/script/script-messages.ts';
import type { DumpReader, Repository } from '../repository/repository.ts';
import type { ScriptRules } from '../scripts/refuse-script.ts';
import type { ToolSet } from '../tools/find-tools.ts';

/** What a dump or a restore is given to work with; everything that differs between a tick, a run by hand and a test. */
export interface RunContext {
  worker: { id: number | null; name: string; root_id: string };
  /** Where a dump is stored. */
  repository: Repository;
  /** Where a dump to restore is read. */
  dumps: DumpReader;
  /** An empty private folder of this run alone; whatever remains in it after a crash is healed by the next tick. */
  stagingDirectory: string;
  tools: ToolSet[];
  sources: ConnectionSources;
  /** Targets that the worker's own configuration forbids: names of instances, `host:port`, or `*`. */
  forbiddenTargets: readonly string[];
  /** Which scripts this worker runs. */
  scripts: ScriptRules;
  limits: { stallTimeoutMs: number; lockWaitTimeoutMs: number };
  onProgress(progress: Progress): void;
  /** Told before a run fails for something that may pass by itself: then it can be tried again. */
  onPassing?: () => void;
  /** A message of a script, for the administrator; default: it is only in the log of the run. */
  onMessage?: (message: ScriptMessage & { script: string }) => Promise<void>;
  /** A line for the run's own log. */
  log(line: string): void;
  /** Aborted when somebody cancels the run or the worker is asked to end. */
  signal: AbortSignal;
  now(): Date;
  /** Version of pgsnapman. */
  version: string;
}
