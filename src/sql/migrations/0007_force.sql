alter table pgsnapman.restore_job add column force boolean not null default false;
comment on column pgsnapman.restore_job.force is 'Dump of a whole cluster: also into an instance that has databases; what exists there is left as it is';
