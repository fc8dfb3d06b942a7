-- The configuration half of the catalog: what people (or plain inserts) write and workers read.

create schema pgsnapman;
comment on schema pgsnapman is 'PgSnapMan: configuration and results of logical dumps and restores';
revoke all on schema pgsnapman from public;

-- Rules that check constraints share. They are immutable so that constraints may use them.

create function pgsnapman.is_plain_text(value text) returns boolean
    language sql immutable parallel safe
    return value !~ '[\x01-\x1f\x7f]' and length(value) between 1 and 200;
comment on function pgsnapman.is_plain_text(text) is 'True for one to 200 characters without control characters';

create function pgsnapman.is_schedule(value text) returns boolean
    language sql immutable parallel safe
    return value ~ '^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$'
        or value ~* '^\s*([0-9*,/-]+\s+){3}[0-9*,/a-z-]+\s+[0-9*,/a-z-]+\s*$';
comment on function pgsnapman.is_schedule(text) is 'True for five cron fields or a nickname such as @daily; the exact check is done by the manager and the worker';

create function pgsnapman.are_dump_options(options text[]) returns boolean
    language sql immutable parallel safe
    return not exists (
        select from unnest(options) as o(option)
        where o.option is null or o.option !~ '^(--no-(large-objects|blobs|comments|publications|security-labels|subscriptions|toast-compression|unlogged-table-data|table-access-method|tablespaces|policies)|--(large-objects|blobs|enable-row-security|load-via-partition-root|quote-all-identifiers|strict-names)|--(exclude-schema|exclude-table|exclude-table-data|exclude-table-and-children|exclude-table-data-and-children|exclude-extension|extension|include-foreign-data|role)=[^\x01-\x1f]+|--(extra-float-digits|lock-wait-timeout)=[0-9]{1,9})$'
    );
comment on function pgsnapman.are_dump_options(text[]) is 'True if every element is an option of pg_dump that is on the allow-list; the worker checks the same list again';

create function pgsnapman.are_restore_options(options text[]) returns boolean
    language sql immutable parallel safe
    return not exists (
        select from unnest(options) as o(option)
        where o.option is null or o.option !~ '^(--no-(comments|publications|security-labels|subscriptions|table-access-method|tablespaces|owner|privileges|acl|policies)|--(disable-triggers|enable-row-security|no-data-for-failed-tables|strict-names)|--role=[^\x01-\x1f]+)$'
    );
comment on function pgsnapman.are_restore_options(text[]) is 'True if every element is an option of pg_restore that is on the allow-list; the worker checks the same list again';

-- convert_to() is only stable because conversions can be redefined; UTF-8 to hash a text is not.
create function pgsnapman.sha256_hex(value text) returns text
    language sql immutable parallel safe
    return encode(sha256(convert_to(value, 'UTF8')), 'hex');
comment on function pgsnapman.sha256_hex(text) is 'SHA-256 of a text in UTF-8, as hexadecimal digits';

create function pgsnapman.check_timezone() returns trigger
    language plpgsql as $$
begin
    if new.timezone is not null and not exists (select from pg_catalog.pg_timezone_names where name = new.timezone) then
        raise exception 'time zone "%" is not known', new.timezone
            using errcode = 'invalid_parameter_value', hint = 'use a name such as Europe/Berlin or UTC';
    end if;
    return new;
end $$;
comment on function pgsnapman.check_timezone() is 'Trigger: refuses a time zone that the server does not know';

-- setting ---------------------------------------------------------------------------------------------------------

create table pgsnapman.setting (
    key text primary key,
    value text not null,
    comment text,
    constraint setting_key_is_a_plain_word check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint setting_value_fits_the_key check (
        case
            when key = 'catch_up' then value::interval >= interval '0'
            when key in ('stall_timeout', 'lock_wait_timeout') then value::interval > interval '0'
            when key in ('max_parallel_dumps', 'max_parallel_restores', 'max_parallel') then value ~ '^[1-9][0-9]{0,5}$'
            when key in ('max_drop_percent', 'undo_keep', 'failed_keep_days', 'message_keep_days') then value ~ '^[0-9]{1,6}$'
            when key = 'retention_on_delete' then value ~ '^[0-9]{1,6}(,[0-9]{1,6}){3}$'
            when key = 'catalog_id' then value ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            else true
        end
    )
);
comment on table pgsnapman.setting is 'Defaults for the whole system; columns of the same name on a worker, an instance or a job win over them';
comment on column pgsnapman.setting.key is 'Name of the setting';
comment on column pgsnapman.setting.value is 'Its value as text; times as Postgres intervals';
comment on column pgsnapman.setting.comment is 'What it does';

insert into pgsnapman.setting (key, value, comment) values
    ('catalog_id', gen_random_uuid()::text, 'Identity of this catalog; never change it'),
    ('catch_up', '24 hours', 'A scheduled run that was missed is made up if it is not older than this'),
    ('stall_timeout', '10 minutes', 'A dump or restore without any progress for this long is ended'),
    ('lock_wait_timeout', '5 minutes', 'How long pg_dump waits for a lock on a table'),
    ('max_parallel_dumps', '2', 'Dumps that one worker runs at a time'),
    ('max_parallel_restores', '1', 'Restores that one worker runs at a time'),
    ('max_parallel', '2', 'Jobs of all workers and kinds that use one instance at a time'),
    ('max_drop_percent', '50', 'A cleaning that would drop more than this share of a job''s good dumps waits for an approval'),
    ('undo_keep', '1', 'How many replaced databases are kept for an undo, per target'),
    ('failed_keep_days', '30', 'Days after which the rows of failed dumps are removed'),
    ('message_keep_days', '90', 'Days after which messages, audit rows and restore runs are removed'),
    ('retention_on_delete', '7,1,0,0', 'Daily, weekly, monthly and yearly dumps to keep of a job that is gone');

-- worker ----------------------------------------------------------------------------------------------------------

create table pgsnapman.worker (
    id integer generated by default as identity primary key,
    name text not null,
    status text not null default 'active',
    timezone text,
    config_schedule text not null default '0 * * * *',
    clean_schedule text not null default '30 8 * * *',
    verify_schedule text not null default '0 9 * * *',
    discovery_schedule text not null default '15 * * * *',
    auto_add text not null default 'off',
    restore_worker_id integer,
    max_parallel_dumps integer,
    max_parallel_restores integer,
    catch_up interval,
    stall_timeout interval,
    login_role name,
    root_id uuid,
    machine_id text,
    last_seen_at timestamptz,
    version text,
    tools jsonb,
    comment text,
    created_at timestamptz not null default now(),
    constraint worker_name_is_unique unique (name),
    constraint worker_name_is_plain_text check (pgsnapman.is_plain_text(name)),
    constraint worker_status_is_active_or_halted check (status in ('active', 'halted')),
    constraint worker_auto_add_is_off_halted_or_active check (auto_add in ('off', 'halted', 'active')),
    constraint worker_config_schedule_is_a_schedule check (pgsnapman.is_schedule(config_schedule)),
    constraint worker_clean_schedule_is_a_schedule check (pgsnapman.is_schedule(clean_schedule)),
    constraint worker_verify_schedule_is_a_schedule check (pgsnapman.is_schedule(verify_schedule)),
    constraint worker_discovery_schedule_is_a_schedule check (pgsnapman.is_schedule(discovery_schedule)),
    constraint worker_max_parallel_dumps_is_positive check (max_parallel_dumps > 0),
    constraint worker_max_parallel_restores_is_positive check (max_parallel_restores > 0),
    constraint worker_catch_up_is_not_negative check (catch_up >= interval '0'),
    constraint worker_stall_timeout_is_positive check (stall_timeout > interval '0'),
    constraint worker_restore_worker_exists foreign key (restore_worker_id) references pgsnapman.worker (id) on delete set null
);
comment on table pgsnapman.worker is 'A machine that takes dumps and performs restores';
comment on column pgsnapman.worker.id is 'Number to refer to the worker by';
comment on column pgsnapman.worker.name is 'Name that the worker gives itself in its configuration';
comment on column pgsnapman.worker.status is 'active, or halted: then nothing runs on it';
comment on column pgsnapman.worker.timezone is 'Time zone of its schedules; null: the machine''s own';
comment on column pgsnapman.worker.config_schedule is 'When it reads the whole configuration again, changed or not';
comment on column pgsnapman.worker.clean_schedule is 'When it removes what retention drops';
comment on column pgsnapman.worker.verify_schedule is 'When it verifies dumps';
comment on column pgsnapman.worker.discovery_schedule is 'When it looks for new and vanished databases';
comment on column pgsnapman.worker.auto_add is 'What instances with auto_add = inherit do with new databases: off, or add a job that is halted or active';
comment on column pgsnapman.worker.restore_worker_id is 'The worker that restores this worker''s dumps; null: itself';
comment on column pgsnapman.worker.max_parallel_dumps is 'Dumps at a time; null: the setting of that name';
comment on column pgsnapman.worker.max_parallel_restores is 'Restores at a time; null: the setting of that name';
comment on column pgsnapman.worker.catch_up is 'How old a missed run may be to be made up; null: the setting of that name';
comment on column pgsnapman.worker.stall_timeout is 'Time without progress after which a run is ended; null: the setting of that name';
comment on column pgsnapman.worker.login_role is 'Database role that this worker logs in with, for row-level security';
comment on column pgsnapman.worker.root_id is 'Identity of the root directory that works under this name';
comment on column pgsnapman.worker.machine_id is 'Identity of the machine that holds the root directory';
comment on column pgsnapman.worker.last_seen_at is 'Last time that it reached the catalog';
comment on column pgsnapman.worker.version is 'Version of pgsnapman there';
comment on column pgsnapman.worker.tools is 'Postgres client tools found there: an array of {version, directory}';
comment on column pgsnapman.worker.comment is 'For people';
comment on column pgsnapman.worker.created_at is 'When the row was made';

create trigger worker_check_timezone before insert or update of timezone on pgsnapman.worker
    for each row execute function pgsnapman.check_timezone();

-- instance --------------------------------------------------------------------------------------------------------

create table pgsnapman.instance (
    id integer generated by default as identity primary key,
    name text not null,
    host text not null,
    port integer not null default 5432,
    maintenance_db text not null default 'postgres',
    username text,
    service text,
    sslmode text,
    status text not null default 'active',
    default_worker_id integer,
    window_start time not null default '20:00',
    window_end time not null default '06:00',
    auto_add text not null default 'off',
    max_parallel integer,
    trusted boolean not null default true,
    restores text not null default 'allowed',
    environment text,
    color text,
    comment text,
    created_at timestamptz not null default now(),
    constraint instance_name_is_unique unique (name),
    constraint instance_name_is_plain_text check (pgsnapman.is_plain_text(name)),
    constraint instance_host_is_plain_text check (pgsnapman.is_plain_text(host) and host !~ '\s'),
    constraint instance_port_is_a_port check (port between 1 and 65535),
    constraint instance_maintenance_db_is_a_name check (octet_length(maintenance_db) between 1 and 63),
    constraint instance_username_is_a_name check (octet_length(username) between 1 and 63),
    constraint instance_sslmode_is_known check (sslmode in ('disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full')),
    constraint instance_status_is_active_or_halted check (status in ('active', 'halted')),
    constraint instance_window_is_not_empty check (window_start <> window_end),
    constraint instance_auto_add_is_known check (auto_add in ('off', 'halted', 'active', 'inherit')),
    constraint instance_max_parallel_is_positive check (max_parallel > 0),
    constraint instance_restores_is_known check (restores in ('allowed', 'confirm', 'never')),
    constraint instance_default_worker_exists foreign key (default_worker_id) references pgsnapman.worker (id)
);
create unique index instance_host_port_and_worker_are_unique on pgsnapman.instance (host, port, coalesce(default_worker_id, 0));
create index instance_default_worker_id_idx on pgsnapman.instance (default_worker_id);
comment on table pgsnapman.instance is 'A Postgres server: host and port';
comment on column pgsnapman.instance.id is 'Number to refer to the instance by';
comment on column pgsnapman.instance.name is 'Name for people; host or host:port if none is given';
comment on column pgsnapman.instance.host is 'Host name, address, or a socket directory of the worker; local: the worker''s usual socket directory';
comment on column pgsnapman.instance.port is 'TCP port, or the number in the socket''s name';
comment on column pgsnapman.instance.maintenance_db is 'Database to connect to for questions about the whole instance';
comment on column pgsnapman.instance.username is 'Role to log in as; null: PGUSER of the worker, else its operating system account';
comment on column pgsnapman.instance.service is 'Section of the worker''s connection service file; it gives what is not said here';
comment on column pgsnapman.instance.sslmode is 'As in libpq; null: the service file, PGSSLMODE, or prefer';
comment on column pgsnapman.instance.status is 'active, or halted: then its jobs are skipped';
comment on column pgsnapman.instance.default_worker_id is 'Worker that takes its dumps unless a job says otherwise';
comment on column pgsnapman.instance.window_start is 'Backup window: jobs without a schedule get a random minute inside';
comment on column pgsnapman.instance.window_end is 'End of the window, exclusive; earlier than the start: the window crosses midnight';
comment on column pgsnapman.instance.auto_add is 'What happens with a new database: off, a dump job that is halted or active, or inherit (as the worker says)';
comment on column pgsnapman.instance.max_parallel is 'Jobs that use it at a time; null: the setting of that name';
comment on column pgsnapman.instance.trusted is 'False: its dumps are restored only as a non-superuser and with tools that have all known fixes';
comment on column pgsnapman.instance.restores is 'Whether it may be the target of a restore: allowed, confirm, never';
comment on column pgsnapman.instance.environment is 'Label such as prod or test';
comment on column pgsnapman.instance.color is 'Colour of the label in the manager';
comment on column pgsnapman.instance.comment is 'For people';
comment on column pgsnapman.instance.created_at is 'When the row was made';

create function pgsnapman.name_instance() returns trigger
    language plpgsql as $$
declare
    base text := case when new.port = 5432 then new.host else new.host || ':' || new.port end;
    candidate text := base;
    counter integer := 1;
begin
    if new.name is null then
        while exists (select from pgsnapman.instance where name = candidate) loop
            counter := counter + 1;
            candidate := base || ' (' || counter || ')';
        end loop;
        new.name := candidate;
    end if;
    return new;
end $$;
comment on function pgsnapman.name_instance() is 'Trigger: names an instance without a name after its host and port';
create trigger instance_name before insert or update of name on pgsnapman.instance
    for each row execute function pgsnapman.name_instance();

-- database --------------------------------------------------------------------------------------------------------

create table pgsnapman.database (
    id bigint generated by default as identity primary key,
    instance_id integer not null,
    name text not null,
    size_bytes bigint,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    dropped_at timestamptz,
    constraint database_is_unique_in_its_instance unique (instance_id, name),
    constraint database_size_is_not_negative check (size_bytes >= 0),
    constraint database_instance_exists foreign key (instance_id) references pgsnapman.instance (id) on delete cascade
);
comment on table pgsnapman.database is 'What discovery found on the instances';
comment on column pgsnapman.database.id is 'Number of the row';
comment on column pgsnapman.database.instance_id is 'Where it is';
comment on column pgsnapman.database.name is 'Name of the database';
comment on column pgsnapman.database.size_bytes is 'Size on disk when it was last seen';
comment on column pgsnapman.database.first_seen_at is 'When discovery met it first';
comment on column pgsnapman.database.last_seen_at is 'When discovery met it last';
comment on column pgsnapman.database.dropped_at is 'When discovery missed it; null: it is there';

-- script ----------------------------------------------------------------------------------------------------------

create table pgsnapman.script (
    id integer generated by default as identity primary key,
    name text not null,
    code text not null,
    sha256 text generated always as (pgsnapman.sha256_hex(code)) stored,
    comment text,
    created_at timestamptz not null default now(),
    constraint script_name_is_unique unique (name),
    constraint script_name_is_a_plain_word check (name ~ '^[a-z0-9_-]{1,63}$')
);
comment on table pgsnapman.script is 'Scripts that jobs refer to; a worker runs only those that its own configuration allows';
comment on column pgsnapman.script.id is 'Number of the row';
comment on column pgsnapman.script.name is 'Lower case letters, digits, - and _';
comment on column pgsnapman.script.code is 'The text';
comment on column pgsnapman.script.sha256 is 'SHA-256 of the text in UTF-8, for the allow-list of a worker';
comment on column pgsnapman.script.comment is 'For people';
comment on column pgsnapman.script.created_at is 'When the row was made';

-- dump_job --------------------------------------------------------------------------------------------------------

create table pgsnapman.dump_job (
    id integer generated by default as identity primary key,
    instance_id integer not null,
    worker_id integer,
    dbname text,
    dump_type text not null default 'full',
    schemas text[] not null default '{}',
    tables text[] not null default '{}',
    options text[] not null default '{}',
    job_type text not null default 'repeat',
    schedule text,
    run_at timestamptz,
    timezone text,
    script_id integer,
    keep_daily integer not null default 14,
    keep_weekly integer not null default 2,
    keep_monthly integer not null default 5,
    keep_yearly integer not null default 2,
    keep_last integer not null default 2,
    parallel integer not null default 2,
    on_demand boolean not null default false,
    catch_up interval,
    stall_timeout interval,
    status text not null default 'active',
    activated_at timestamptz not null default now(),
    claimed_by integer,
    claimed_at timestamptz,
    run_uuid uuid,
    finished_at timestamptz,
    comment text,
    created_at timestamptz not null default now(),
    constraint dump_job_dump_type_is_known check (dump_type in ('full', 'schema', 'data', 'cluster', 'cluster_schema', 'script')),
    constraint dump_job_dbname_fits_the_dump_type check ((dbname is not null) = (dump_type in ('full', 'schema', 'data')) or dump_type = 'script'),
    constraint dump_job_dbname_is_a_name check (octet_length(dbname) between 1 and 63),
    constraint dump_job_script_fits_the_dump_type check ((script_id is not null) = (dump_type = 'script')),
    constraint dump_job_selection_fits_the_dump_type check ((schemas = '{}' and tables = '{}') or dump_type in ('full', 'schema', 'data')),
    constraint dump_job_options_are_allowed check (pgsnapman.are_dump_options(options)),
    constraint dump_job_job_type_is_repeat_or_single check (job_type in ('repeat', 'single')),
    constraint dump_job_schedule_is_five_fields_or_a_nickname check (pgsnapman.is_schedule(schedule)),
    constraint dump_job_schedule_is_for_repeat_jobs check ((schedule is not null) = (job_type = 'repeat')),
    constraint dump_job_run_at_is_for_single_jobs check (run_at is null or job_type = 'single'),
    constraint dump_job_keep_is_not_negative check (least(keep_daily, keep_weekly, keep_monthly, keep_yearly) >= 0),
    constraint dump_job_keep_last_is_at_least_1 check (keep_last >= 1),
    constraint dump_job_parallel_is_1_to_64 check (parallel between 1 and 64),
    constraint dump_job_catch_up_is_not_negative check (catch_up >= interval '0'),
    constraint dump_job_stall_timeout_is_positive check (stall_timeout > interval '0'),
    constraint dump_job_status_is_active_or_halted check (status in ('active', 'halted')),
    constraint dump_job_instance_exists foreign key (instance_id) references pgsnapman.instance (id),
    constraint dump_job_worker_exists foreign key (worker_id) references pgsnapman.worker (id),
    constraint dump_job_script_exists foreign key (script_id) references pgsnapman.script (id),
    constraint dump_job_claimed_by_exists foreign key (claimed_by) references pgsnapman.worker (id) on delete set null
);
create index dump_job_instance_id_idx on pgsnapman.dump_job (instance_id, dbname);
create index dump_job_worker_id_idx on pgsnapman.dump_job (worker_id);
create index dump_job_waiting_idx on pgsnapman.dump_job (id) where job_type = 'single' and finished_at is null;
comment on table pgsnapman.dump_job is 'What to dump, when, how long to keep';
comment on column pgsnapman.dump_job.id is 'Number to refer to the job by';
comment on column pgsnapman.dump_job.instance_id is 'Where to dump from';
comment on column pgsnapman.dump_job.worker_id is 'Who dumps; null: the instance''s default worker';
comment on column pgsnapman.dump_job.dbname is 'Database; null for dumps of a whole cluster';
comment on column pgsnapman.dump_job.dump_type is 'full, schema, data, cluster (pg_dumpall), cluster_schema (pg_dumpall without data), script';
comment on column pgsnapman.dump_job.schemas is 'Exact names of schemas; empty: all';
comment on column pgsnapman.dump_job.tables is 'Exact names of tables, as schema.table with quotes where SQL needs them; empty: all';
comment on column pgsnapman.dump_job.options is 'More options for pg_dump, from the allow-list';
comment on column pgsnapman.dump_job.job_type is 'repeat: on its schedule; single: once';
comment on column pgsnapman.dump_job.schedule is 'Five cron fields or a nickname; a repeat job without one gets a random minute in the instance''s window';
comment on column pgsnapman.dump_job.run_at is 'When a single job is to run; null: as soon as possible';
comment on column pgsnapman.dump_job.timezone is 'Time zone of the schedule and of retention; null: the worker''s';
comment on column pgsnapman.dump_job.script_id is 'Script of a script dump';
comment on column pgsnapman.dump_job.keep_daily is 'Days of which the newest good dump is kept';
comment on column pgsnapman.dump_job.keep_weekly is 'Weeks before those days of which one dump is kept';
comment on column pgsnapman.dump_job.keep_monthly is 'Months before those weeks of which one dump is kept';
comment on column pgsnapman.dump_job.keep_yearly is 'Years before those months of which one dump is kept';
comment on column pgsnapman.dump_job.keep_last is 'The newest good dumps are kept, at least this many';
comment on column pgsnapman.dump_job.parallel is 'Tables dumped at a time';
comment on column pgsnapman.dump_job.on_demand is 'True: the source database decides by its table pgsnapman.metainfo';
comment on column pgsnapman.dump_job.catch_up is 'How old a missed run may be to be made up; null: as the worker';
comment on column pgsnapman.dump_job.stall_timeout is 'Time without progress after which the dump is ended; null: as the worker';
comment on column pgsnapman.dump_job.status is 'active or halted';
comment on column pgsnapman.dump_job.activated_at is 'When it became active last; runs before that are not made up';
comment on column pgsnapman.dump_job.claimed_by is 'Single job: worker that took it';
comment on column pgsnapman.dump_job.claimed_at is 'Single job: when';
comment on column pgsnapman.dump_job.run_uuid is 'Single job: uuid that its dump will have';
comment on column pgsnapman.dump_job.finished_at is 'Single job: when it ended, well or not';
comment on column pgsnapman.dump_job.comment is 'For people';
comment on column pgsnapman.dump_job.created_at is 'When the row was made';

create function pgsnapman.random_schedule(window_start time, window_end time) returns text
    language sql volatile
    begin atomic
        select minute % 60 || ' ' || minute / 60 || ' * * *'
        from (
            select (extract(hour from window_start)::integer * 60 + extract(minute from window_start)::integer
                + floor(random() * mod(1440 + (extract(epoch from window_end - window_start) / 60)::integer, 1440))::integer) % 1440
        ) as picked(minute);
    end;
comment on function pgsnapman.random_schedule(time, time) is 'A daily schedule at a random minute of a window that may cross midnight; the end is exclusive';

create function pgsnapman.complete_dump_job() returns trigger
    language plpgsql as $$
begin
    if new.job_type = 'repeat' and new.schedule is null then
        -- some schedule also for an instance that is not there, so that the foreign key says what is wrong
        new.schedule := coalesce(
            (select pgsnapman.random_schedule(i.window_start, i.window_end) from pgsnapman.instance as i where i.id = new.instance_id),
            '@daily');
    end if;
    if tg_op = 'UPDATE' and new.status = 'active' and old.status = 'halted' then
        new.activated_at := now();
    end if;
    return new;
end $$;
comment on function pgsnapman.complete_dump_job() is 'Trigger: gives a repeat job without a schedule a random minute, and notes when a job becomes active';
create trigger dump_job_complete before insert or update on pgsnapman.dump_job
    for each row execute function pgsnapman.complete_dump_job();
create trigger dump_job_check_timezone before insert or update of timezone on pgsnapman.dump_job
    for each row execute function pgsnapman.check_timezone();
