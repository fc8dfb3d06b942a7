import type { DatabaseFacts } from '../facts/database-facts.ts';
import type { Manifest, StoredFile } from '../manifest/manifest.ts';
import type { Instance, RestoreJob } from '../model/configuration.ts';
import type { Toc } from '../postgres/toc.ts';
import type { ToolVersion } from '../postgres/version.ts';
import type { ExistingObjects } from './partial/existing-objects.ts';
import type { Surroundings } from './surroundings.ts';
import type { TargetFacts } from './target-facts.ts';

/** Everything that decides about a restore: the job, facts about the dump, facts about the target. */
export interface RestoreQuestion {
  job: RestoreJob;
  destination: Instance;
  manifest: Manifest;
  facts: DatabaseFacts;
  toc: Toc;
  files: readonly StoredFile[];
  target: TargetFacts;
  /** Version of the pg_restore that would be used. */
  tool: ToolVersion;
  /** Name of the staging database, see stagingName. */
  staging: string;
  surroundings: Surroundings;
  /** The database that is restored into, see goesInto; null: there is none, or it is replaced as a whole. */
  inside: ExistingObjects | null;
}
