import type { RestoreJob } from './configuration.ts';

type Needed = 'id' | 'dest_instance_id' | 'dest_dbname';

/**
 * A restore job as the catalog makes a row that says no more than what is given: the rest as its columns have it by
 * default.
 * @param now when the row is made
 */
export function defaultRestoreJob(given: Pick<RestoreJob, Needed> & Partial<RestoreJob>, now: Date): RestoreJob {
  return {
    dump_id: null,
    dump_uuid: null,
    latest_of_dump_job_id: null,
    restore_type: 'full',
    schemas: [],
    tables: [],
    schema_as: null,
    existing_db: 'leave',
    existing_data: 'leave',
    role_handling: 'use',
    tablespace_handling: 'none',
    tablespace_map: {},
    role_map: {},
    options: [],
    parallel: 2,
    accept_losses: false,
    force: false,
    keep: [],
    properties: null,
    passwords: false,
    job_type: 'single',
    schedule: null,
    run_at: null,
    timezone: null,
    before_script_id: null,
    after_script_id: null,
    before_script: null,
    after_script: null,
    after_hook_id: null,
    after_hook: null,
    catch_up_ms: null,
    stall_timeout_ms: null,
    status: 'active',
    activated_at: now,
    claimed_by: null,
    claimed_at: null,
    run_uuid: null,
    finished_at: null,
    comment: null,
    created_at: now,
    ...given,
  };
}
