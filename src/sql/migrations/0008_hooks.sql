-- Scripts before and after a job, and runs that the source database did not want.

alter table pgsnapman.dump_job
    add column before_hook_id integer,
    add column after_hook_id integer,
    add column skipped_at timestamptz,
    add constraint dump_job_before_hook_exists foreign key (before_hook_id) references pgsnapman.script (id),
    add constraint dump_job_after_hook_exists foreign key (after_hook_id) references pgsnapman.script (id);
comment on column pgsnapman.dump_job.before_hook_id is 'Script that the worker runs before the dump; if it fails, no dump is taken';
comment on column pgsnapman.dump_job.after_hook_id is 'Script that the worker runs after the dump, whatever became of it';
comment on column pgsnapman.dump_job.skipped_at is 'When the database wanted no dump last (on_demand): nothing is missing since then';

alter table pgsnapman.restore_job
    add column after_hook_id integer,
    add constraint restore_job_after_hook_exists foreign key (after_hook_id) references pgsnapman.script (id);
comment on column pgsnapman.restore_job.after_hook_id is 'Script that the worker runs after the restore, whatever became of it; not to be mixed up with after_script_id, which is SQL';

create or replace function pgsnapman.without_progress(configuration_row jsonb) returns jsonb
    language sql immutable parallel safe
    return configuration_row - '{claimed_by,claimed_at,run_uuid,finished_at,cleaned_at,skipped_at,last_seen_at,version,tools}'::text[];
