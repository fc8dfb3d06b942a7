alter table pgsnapman.restore_job
    add column keep text[] not null default '{}',
    add constraint restore_job_keep_is_publications_or_subscriptions check (keep <@ array['publications', 'subscriptions']);
comment on column pgsnapman.restore_job.keep is 'On another instance: publications and subscriptions, which are left out otherwise';
