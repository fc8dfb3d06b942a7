-- Why a run failed, for programs: the message is for people.

alter table pgsnapman.dump add column error_code text,
    add constraint dump_error_code_is_a_word check (error_code ~ '^[a-z_]+$');
comment on column pgsnapman.dump.error_code is 'Kind of failure, such as run_failed or configuration (no tools fit); null if it ended well';

alter table pgsnapman.restore_run add column error_code text,
    add constraint restore_run_error_code_is_a_word check (error_code ~ '^[a-z_]+$');
comment on column pgsnapman.restore_run.error_code is 'Kind of failure, such as run_failed or configuration (no tools fit); null if it ended well';
