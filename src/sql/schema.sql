-- The schema of the catalog as the migrations make it, for reading and for comparing; nobody runs this file.
-- Made by: node test/support/write-schema.ts

CREATE SCHEMA pgsnapman;

COMMENT ON SCHEMA pgsnapman IS 'PgSnapMan: configuration and results of logical dumps and restores';

CREATE FUNCTION pgsnapman.are_dump_options(options text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (NOT (EXISTS (SELECT FROM unnest(are_dump_options.options) o(option) WHERE ((o.option IS NULL) OR (o.option !~ '^(--no-(large-objects|blobs|comments|publications|security-labels|subscriptions|toast-compression|unlogged-table-data|table-access-method|tablespaces|policies)|--(large-objects|blobs|enable-row-security|load-via-partition-root|quote-all-identifiers|strict-names)|--(exclude-schema|exclude-table|exclude-table-data|exclude-table-and-children|exclude-table-data-and-children|exclude-extension|extension|include-foreign-data|role)=[^\x01-\x1f]+|--(extra-float-digits|lock-wait-timeout)=[0-9]{1,9})$'::text)))));

COMMENT ON FUNCTION pgsnapman.are_dump_options(options text[]) IS 'True if every element is an option of pg_dump that is on the allow-list; the worker checks the same list again';

CREATE FUNCTION pgsnapman.are_restore_options(options text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (NOT (EXISTS (SELECT FROM unnest(are_restore_options.options) o(option) WHERE ((o.option IS NULL) OR (o.option !~ '^(--no-(comments|publications|security-labels|subscriptions|table-access-method|tablespaces|owner|privileges|acl|policies)|--(disable-triggers|enable-row-security|no-data-for-failed-tables|strict-names)|--role=[^\x01-\x1f]+)$'::text)))));

COMMENT ON FUNCTION pgsnapman.are_restore_options(options text[]) IS 'True if every element is an option of pg_restore that is on the allow-list; the worker checks the same list again';

CREATE FUNCTION pgsnapman.check_dump_job_trigger() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if not exists (select from pgsnapman.restore_job as r where r.id = new.restore_job_id and r.job_type = 'trigger') then
        raise exception 'restore job % is not a triggered one', new.restore_job_id
            using errcode = 'check_violation', hint = 'make it job_type = ''trigger'', without a dump of its own';
    end if;
    if exists (
        select from pgsnapman.dump_job as d, pgsnapman.restore_job as r
        where d.id = new.dump_job_id and r.id = new.restore_job_id
            and d.instance_id = r.dest_instance_id and d.dbname = r.dest_dbname
    ) then
        raise exception 'restore job % would overwrite the database that dump job % dumps', new.restore_job_id, new.dump_job_id
            using errcode = 'check_violation', hint = 'restore to another instance or under another name';
    end if;
    return new;
end $$;

COMMENT ON FUNCTION pgsnapman.check_dump_job_trigger() IS 'Trigger: a dump never triggers a restore onto its own source';

CREATE FUNCTION pgsnapman.check_restore_job() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'INSERT' and new.job_type <> 'trigger' and num_nonnulls(new.dump_id, new.latest_of_dump_job_id) = 0 then
        raise exception 'a % restore job needs a dump', new.job_type
            using errcode = 'not_null_violation', hint = 'give dump_id or latest_of_dump_job_id, or make it a job_type = ''trigger''';
    end if;
    if exists (select from pgsnapman.instance as i where i.id = new.dest_instance_id and i.restores = 'never')
        and (tg_op = 'INSERT' or new.dest_instance_id is distinct from old.dest_instance_id) then
        raise exception 'instance % takes no restores', new.dest_instance_id
            using errcode = 'check_violation', hint = 'choose another instance, or change its column restores';
    end if;
    if tg_op = 'UPDATE' and new.status = 'active' and old.status = 'halted' then
        new.activated_at := now();
    end if;
    return new;
end $$;

COMMENT ON FUNCTION pgsnapman.check_restore_job() IS 'Trigger: a restore job has a source and an allowed target; notes when a job becomes active';

CREATE FUNCTION pgsnapman.check_timezone() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.timezone is not null and not exists (select from pg_catalog.pg_timezone_names where name = new.timezone) then
        raise exception 'time zone "%" is not known', new.timezone
            using errcode = 'invalid_parameter_value', hint = 'use a name such as Europe/Berlin or UTC';
    end if;
    return new;
end $$;

COMMENT ON FUNCTION pgsnapman.check_timezone() IS 'Trigger: refuses a time zone that the server does not know';

CREATE FUNCTION pgsnapman.complete_dump_job() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION pgsnapman.complete_dump_job() IS 'Trigger: gives a repeat job without a schedule a random minute, and notes when a job becomes active';

CREATE FUNCTION pgsnapman.is_plain_text(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((value !~ '[\x01-\x1f\x7f]'::text) AND ((length(value) >= 1) AND (length(value) <= 200)));

COMMENT ON FUNCTION pgsnapman.is_plain_text(value text) IS 'True for one to 200 characters without control characters';

CREATE FUNCTION pgsnapman.is_schedule(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((value ~ '^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$'::text) OR (value ~* '^\s*([0-9*,/-]+\s+){3}[0-9*,/a-z-]+\s+[0-9*,/a-z-]+\s*$'::text));

COMMENT ON FUNCTION pgsnapman.is_schedule(value text) IS 'True for five cron fields or a nickname such as @daily; the exact check is done by the manager and the worker';

CREATE FUNCTION pgsnapman.name_instance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION pgsnapman.name_instance() IS 'Trigger: names an instance without a name after its host and port';

CREATE FUNCTION pgsnapman.note_dbname() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if new.dbname is not null and not exists (select from pgsnapman.dump_dbname where dbname = new.dbname) then
        insert into pgsnapman.dump_dbname (dbname) values (new.dbname) on conflict do nothing;
    end if;
    return null;
end $$;

COMMENT ON FUNCTION pgsnapman.note_dbname() IS 'Trigger: notes the name of the database of a dump';

CREATE FUNCTION pgsnapman.notify_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_table_name = 'worker' and tg_op = 'UPDATE'
        and pgsnapman.without_progress(to_jsonb(old)) = pgsnapman.without_progress(to_jsonb(new)) then
        perform pg_notify('pgsnapman', 'worker_seen');
    else
        perform pg_notify('pgsnapman', tg_table_name);
    end if;
    return null;
end $$;

COMMENT ON FUNCTION pgsnapman.notify_change() IS 'Trigger: tells listeners on channel pgsnapman which table changed; worker_seen: a worker only reported that it is there';

CREATE FUNCTION pgsnapman.random_schedule(window_start time without time zone, window_end time without time zone) RETURNS text
    LANGUAGE sql
    BEGIN ATOMIC
 SELECT ((((picked.minute % 60) || ' '::text) || (picked.minute / 60)) || ' * * *'::text)
    FROM ( SELECT (((((EXTRACT(hour FROM random_schedule.window_start))::integer * 60) + (EXTRACT(minute FROM random_schedule.window_start))::integer) + (floor((random() * (mod((1440 + ((EXTRACT(epoch FROM (random_schedule.window_end - random_schedule.window_start)) / (60)::numeric))::integer), 1440))::double precision)))::integer) % 1440) AS "?column?") picked(minute);
END;

COMMENT ON FUNCTION pgsnapman.random_schedule(window_start time without time zone, window_end time without time zone) IS 'A daily schedule at a random minute of a window that may cross midnight; the end is exclusive';

CREATE FUNCTION pgsnapman.sha256_hex(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN encode(sha256(convert_to(value, 'UTF8'::name)), 'hex'::text);

COMMENT ON FUNCTION pgsnapman.sha256_hex(value text) IS 'SHA-256 of a text in UTF-8, as hexadecimal digits';

CREATE FUNCTION pgsnapman.without_progress(configuration_row jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (configuration_row - '{claimed_by,claimed_at,run_uuid,finished_at,cleaned_at,skipped_at,last_seen_at,version,tools}'::text[]);

COMMENT ON FUNCTION pgsnapman.without_progress(configuration_row jsonb) IS 'A row of a configuration table without the columns that workers write while they work';

CREATE FUNCTION pgsnapman.write_audit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    before jsonb := case when tg_op <> 'INSERT' then pgsnapman.without_progress(to_jsonb(old)) end;
    after jsonb := case when tg_op <> 'DELETE' then pgsnapman.without_progress(to_jsonb(new)) end;
    key jsonb := coalesce(after, before);
begin
    if before is distinct from after then
        insert into pgsnapman.audit (changed_by, table_name, row_id, action, before, after)
        values (session_user, tg_table_name,
            coalesce(key ->> 'id', key ->> 'key', concat_ws(',', key ->> 'dump_job_id', key ->> 'restore_job_id')),
            lower(tg_op), before, after);
    end if;
    return null;
end $$;

COMMENT ON FUNCTION pgsnapman.write_audit() IS 'Trigger: writes a change of the configuration into audit';

CREATE UNLOGGED TABLE pgsnapman.activity (
    id bigint NOT NULL,
    uuid uuid NOT NULL,
    worker_id integer NOT NULL,
    kind text NOT NULL,
    job_id integer,
    subject text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    stage text NOT NULL,
    item text,
    done_bytes bigint,
    total_bytes bigint,
    done_items integer,
    total_items integer,
    cancel_requested boolean DEFAULT false NOT NULL,
    heartbeat_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT activity_kind_is_known CHECK ((kind = ANY (ARRAY['dump'::text, 'restore'::text, 'clean'::text, 'verify'::text, 'drill'::text, 'prune'::text])))
);

COMMENT ON TABLE pgsnapman.activity IS 'What runs now; not kept over a crash of the server';

COMMENT ON COLUMN pgsnapman.activity.id IS 'Number to refer to it by';

COMMENT ON COLUMN pgsnapman.activity.uuid IS 'Identity of the dump or run that is being made';

COMMENT ON COLUMN pgsnapman.activity.worker_id IS 'Where it runs';

COMMENT ON COLUMN pgsnapman.activity.kind IS 'dump, restore, clean, verify, drill, prune';

COMMENT ON COLUMN pgsnapman.activity.job_id IS 'Number of the dump job or restore job';

COMMENT ON COLUMN pgsnapman.activity.subject IS 'What is worked on, for people';

COMMENT ON COLUMN pgsnapman.activity.started_at IS 'When it started';

COMMENT ON COLUMN pgsnapman.activity.stage IS 'What it does just now';

COMMENT ON COLUMN pgsnapman.activity.item IS 'The table or file that it is at';

COMMENT ON COLUMN pgsnapman.activity.done_bytes IS 'Bytes done';

COMMENT ON COLUMN pgsnapman.activity.total_bytes IS 'Bytes in all, as far as known';

COMMENT ON COLUMN pgsnapman.activity.done_items IS 'Items (tables, indexes, …) done';

COMMENT ON COLUMN pgsnapman.activity.total_items IS 'Items in all';

COMMENT ON COLUMN pgsnapman.activity.cancel_requested IS 'Set by a manager; the worker ends the run';

COMMENT ON COLUMN pgsnapman.activity.heartbeat_at IS 'Last sign of life';

ALTER TABLE pgsnapman.activity ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.activity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.audit (
    id bigint NOT NULL,
    transaction_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    changed_by text DEFAULT SESSION_USER NOT NULL,
    application text DEFAULT current_setting('application_name'::text, true),
    table_name text NOT NULL,
    row_id text,
    action text NOT NULL,
    before jsonb,
    after jsonb,
    CONSTRAINT audit_action_is_known CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text])))
);

COMMENT ON TABLE pgsnapman.audit IS 'Who changed what in the configuration, and when';

COMMENT ON COLUMN pgsnapman.audit.id IS 'Number of the row';

COMMENT ON COLUMN pgsnapman.audit.transaction_id IS 'Transaction that changed it; a worker compares it with the snapshot of its last refresh';

COMMENT ON COLUMN pgsnapman.audit.changed_at IS 'When';

COMMENT ON COLUMN pgsnapman.audit.changed_by IS 'Database role';

COMMENT ON COLUMN pgsnapman.audit.application IS 'Name of the program';

COMMENT ON COLUMN pgsnapman.audit.table_name IS 'Table';

COMMENT ON COLUMN pgsnapman.audit.row_id IS 'Primary key of the row';

COMMENT ON COLUMN pgsnapman.audit.action IS 'insert, update, delete';

COMMENT ON COLUMN pgsnapman.audit.before IS 'The row before';

COMMENT ON COLUMN pgsnapman.audit.after IS 'The row after';

ALTER TABLE pgsnapman.audit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.database (
    id bigint NOT NULL,
    instance_id integer NOT NULL,
    name text NOT NULL,
    size_bytes bigint,
    first_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    dropped_at timestamp with time zone,
    CONSTRAINT database_size_is_not_negative CHECK ((size_bytes >= 0))
);

COMMENT ON TABLE pgsnapman.database IS 'What discovery found on the instances';

COMMENT ON COLUMN pgsnapman.database.id IS 'Number of the row';

COMMENT ON COLUMN pgsnapman.database.instance_id IS 'Where it is';

COMMENT ON COLUMN pgsnapman.database.name IS 'Name of the database';

COMMENT ON COLUMN pgsnapman.database.size_bytes IS 'Size on disk when it was last seen';

COMMENT ON COLUMN pgsnapman.database.first_seen_at IS 'When discovery met it first';

COMMENT ON COLUMN pgsnapman.database.last_seen_at IS 'When discovery met it last';

COMMENT ON COLUMN pgsnapman.database.dropped_at IS 'When discovery missed it; null: it is there';

ALTER TABLE pgsnapman.database ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.database_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.dump (
    id bigint NOT NULL,
    uuid uuid NOT NULL,
    dump_job_id integer,
    worker_id integer,
    instance_id integer,
    worker_name text,
    instance_name text,
    instance_host text,
    instance_port integer,
    dbname text,
    dump_type text NOT NULL,
    schemas text[] DEFAULT '{}'::text[] NOT NULL,
    tables text[] DEFAULT '{}'::text[] NOT NULL,
    options text[] DEFAULT '{}'::text[] NOT NULL,
    trigger_kind text DEFAULT 'manual'::text NOT NULL,
    due_at timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    state text,
    raw_bytes bigint,
    stored_bytes bigint,
    new_bytes bigint,
    database_bytes bigint,
    table_count integer,
    row_count bigint,
    server_version text,
    tool_version text,
    pgsnapman_version text,
    manifest_sha256 text,
    verified_level smallint DEFAULT 0 NOT NULL,
    verified_at timestamp with time zone,
    verified_with text,
    verification_failed text,
    keep text DEFAULT 'auto'::text NOT NULL,
    warnings text[] DEFAULT '{}'::text[] NOT NULL,
    message text,
    log_tail text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    error_code text,
    verification_failed_at timestamp with time zone,
    keep_noted text DEFAULT 'auto'::text NOT NULL,
    CONSTRAINT dump_dump_type_is_known CHECK ((dump_type = ANY (ARRAY['full'::text, 'schema'::text, 'data'::text, 'cluster'::text, 'cluster_schema'::text, 'script'::text]))),
    CONSTRAINT dump_ended_after_it_started CHECK ((ended_at >= started_at)),
    CONSTRAINT dump_error_code_is_a_word CHECK ((error_code ~ '^[a-z_]+$'::text)),
    CONSTRAINT dump_keep_is_known CHECK ((keep = ANY (ARRAY['auto'::text, 'yes'::text, 'no'::text]))),
    CONSTRAINT dump_keep_noted_is_known CHECK ((keep_noted = ANY (ARRAY['auto'::text, 'yes'::text, 'no'::text]))),
    CONSTRAINT dump_outcome_is_known CHECK ((outcome = ANY (ARRAY['ok'::text, 'ok_with_warnings'::text, 'failed'::text, 'cancelled'::text, 'stalled'::text]))),
    CONSTRAINT dump_sizes_are_not_negative CHECK ((LEAST(raw_bytes, stored_bytes, new_bytes, database_bytes, (table_count)::bigint, row_count) >= 0)),
    CONSTRAINT dump_state_is_for_good_dumps CHECK (((state IS NOT NULL) = (outcome = ANY (ARRAY['ok'::text, 'ok_with_warnings'::text])))),
    CONSTRAINT dump_state_is_known CHECK ((state = ANY (ARRAY['available'::text, 'removing'::text, 'lost'::text]))),
    CONSTRAINT dump_trigger_kind_is_known CHECK ((trigger_kind = ANY (ARRAY['schedule'::text, 'single'::text, 'manual'::text, 'adopted'::text]))),
    CONSTRAINT dump_verified_level_is_0_to_4 CHECK (((verified_level >= 0) AND (verified_level <= 4)))
);

COMMENT ON TABLE pgsnapman.dump IS 'The dump catalog: one row for each result of a dump job, good or not';

COMMENT ON COLUMN pgsnapman.dump.id IS 'Number to refer to the dump by';

COMMENT ON COLUMN pgsnapman.dump.uuid IS 'Identity, chosen by the worker; also in the manifest';

COMMENT ON COLUMN pgsnapman.dump.dump_job_id IS 'The job; null: it is gone';

COMMENT ON COLUMN pgsnapman.dump.worker_id IS 'The worker whose repository holds it; null: it is gone';

COMMENT ON COLUMN pgsnapman.dump.instance_id IS 'Where it was taken; null: the instance is gone';

COMMENT ON COLUMN pgsnapman.dump.worker_name IS 'Name of the worker then';

COMMENT ON COLUMN pgsnapman.dump.instance_name IS 'Name of the instance then';

COMMENT ON COLUMN pgsnapman.dump.instance_host IS 'Host of the instance then';

COMMENT ON COLUMN pgsnapman.dump.instance_port IS 'Port of the instance then';

COMMENT ON COLUMN pgsnapman.dump.dbname IS 'Database; null: a whole cluster';

COMMENT ON COLUMN pgsnapman.dump.dump_type IS 'As in the job';

COMMENT ON COLUMN pgsnapman.dump.schemas IS 'As in the job';

COMMENT ON COLUMN pgsnapman.dump.tables IS 'As in the job';

COMMENT ON COLUMN pgsnapman.dump.options IS 'As in the job';

COMMENT ON COLUMN pgsnapman.dump.trigger_kind IS 'What started it: schedule, single, manual; adopted: made by somebody else';

COMMENT ON COLUMN pgsnapman.dump.due_at IS 'When the schedule wanted it';

COMMENT ON COLUMN pgsnapman.dump.started_at IS 'When it started';

COMMENT ON COLUMN pgsnapman.dump.ended_at IS 'When it ended';

COMMENT ON COLUMN pgsnapman.dump.outcome IS 'ok, ok_with_warnings, failed, cancelled, stalled';

COMMENT ON COLUMN pgsnapman.dump.state IS 'available; removing: retention has decided; lost: the repository does not have it any more; null: never was';

COMMENT ON COLUMN pgsnapman.dump.raw_bytes IS 'Size of its files, not compressed';

COMMENT ON COLUMN pgsnapman.dump.stored_bytes IS 'Stored size of everything that it needs, shared or not';

COMMENT ON COLUMN pgsnapman.dump.new_bytes IS 'What it added to the repository';

COMMENT ON COLUMN pgsnapman.dump.database_bytes IS 'Size of the database on disk';

COMMENT ON COLUMN pgsnapman.dump.table_count IS 'Tables with data';

COMMENT ON COLUMN pgsnapman.dump.row_count IS 'Rows in all tables';

COMMENT ON COLUMN pgsnapman.dump.server_version IS 'Version of the server';

COMMENT ON COLUMN pgsnapman.dump.tool_version IS 'Version of pg_dump';

COMMENT ON COLUMN pgsnapman.dump.pgsnapman_version IS 'Version of pgsnapman';

COMMENT ON COLUMN pgsnapman.dump.manifest_sha256 IS 'SHA-256 of the manifest';

COMMENT ON COLUMN pgsnapman.dump.verified_level IS '0 nothing, 1 stored, 2 readable, 3 restorable, 4 drilled';

COMMENT ON COLUMN pgsnapman.dump.verified_at IS 'When that level was proven';

COMMENT ON COLUMN pgsnapman.dump.verified_with IS 'Version of the tool that proved it';

COMMENT ON COLUMN pgsnapman.dump.verification_failed IS 'What a verification found wrong; such a dump does not count as good';

COMMENT ON COLUMN pgsnapman.dump.keep IS 'auto: retention decides; yes: always; no: drop at the next cleaning';

COMMENT ON COLUMN pgsnapman.dump.warnings IS 'Warnings, one an element';

COMMENT ON COLUMN pgsnapman.dump.message IS 'Why it failed';

COMMENT ON COLUMN pgsnapman.dump.log_tail IS 'Last lines of its log';

COMMENT ON COLUMN pgsnapman.dump.created_at IS 'When the row arrived';

COMMENT ON COLUMN pgsnapman.dump.error_code IS 'Kind of failure, such as run_failed or configuration (no tools fit); null if it ended well';

COMMENT ON COLUMN pgsnapman.dump.verification_failed_at IS 'When that was found';

COMMENT ON COLUMN pgsnapman.dump.keep_noted IS 'What the worker has noted of keep beside the manifest';

CREATE TABLE pgsnapman.dump_content (
    dump_id bigint NOT NULL,
    content jsonb NOT NULL
);

COMMENT ON TABLE pgsnapman.dump_content IS 'What is in a dump, so that a manager can choose from it without reaching the worker''s disk';

COMMENT ON COLUMN pgsnapman.dump_content.dump_id IS 'The dump';

COMMENT ON COLUMN pgsnapman.dump_content.content IS '{schemas, tables: [{schema, name, rows, bytes}], extensions, roles, large_objects}';

CREATE TABLE pgsnapman.dump_dbname (
    dbname text NOT NULL
);

COMMENT ON TABLE pgsnapman.dump_dbname IS 'Every name of a database that dumps have or had, so that a pattern is looked up among few rows';

COMMENT ON COLUMN pgsnapman.dump_dbname.dbname IS 'The name';

ALTER TABLE pgsnapman.dump ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.dump_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.dump_job (
    id integer NOT NULL,
    instance_id integer NOT NULL,
    worker_id integer,
    dbname text,
    dump_type text DEFAULT 'full'::text NOT NULL,
    schemas text[] DEFAULT '{}'::text[] NOT NULL,
    tables text[] DEFAULT '{}'::text[] NOT NULL,
    options text[] DEFAULT '{}'::text[] NOT NULL,
    job_type text DEFAULT 'repeat'::text NOT NULL,
    schedule text,
    run_at timestamp with time zone,
    timezone text,
    script_id integer,
    keep_daily integer DEFAULT 14 NOT NULL,
    keep_weekly integer DEFAULT 2 NOT NULL,
    keep_monthly integer DEFAULT 5 NOT NULL,
    keep_yearly integer DEFAULT 2 NOT NULL,
    keep_last integer DEFAULT 2 NOT NULL,
    parallel integer DEFAULT 2 NOT NULL,
    on_demand boolean DEFAULT false NOT NULL,
    catch_up interval,
    stall_timeout interval,
    status text DEFAULT 'active'::text NOT NULL,
    activated_at timestamp with time zone DEFAULT now() NOT NULL,
    claimed_by integer,
    claimed_at timestamp with time zone,
    run_uuid uuid,
    finished_at timestamp with time zone,
    comment text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    max_drop_percent integer,
    cleaned_at timestamp with time zone,
    drill_schedule text,
    drill_instance_id integer,
    before_hook_id integer,
    after_hook_id integer,
    skipped_at timestamp with time zone,
    CONSTRAINT dump_job_catch_up_is_not_negative CHECK ((catch_up >= '00:00:00'::interval)),
    CONSTRAINT dump_job_dbname_fits_the_dump_type CHECK ((((dbname IS NOT NULL) = (dump_type = ANY (ARRAY['full'::text, 'schema'::text, 'data'::text]))) OR (dump_type = 'script'::text))),
    CONSTRAINT dump_job_dbname_is_a_name CHECK (((octet_length(dbname) >= 1) AND (octet_length(dbname) <= 63))),
    CONSTRAINT dump_job_drill_needs_an_instance CHECK (((drill_schedule IS NULL) OR (drill_instance_id IS NOT NULL))),
    CONSTRAINT dump_job_drill_schedule_is_five_fields_or_a_nickname CHECK (pgsnapman.is_schedule(drill_schedule)),
    CONSTRAINT dump_job_dump_type_is_known CHECK ((dump_type = ANY (ARRAY['full'::text, 'schema'::text, 'data'::text, 'cluster'::text, 'cluster_schema'::text, 'script'::text]))),
    CONSTRAINT dump_job_job_type_is_repeat_or_single CHECK ((job_type = ANY (ARRAY['repeat'::text, 'single'::text]))),
    CONSTRAINT dump_job_keep_is_not_negative CHECK ((LEAST(keep_daily, keep_weekly, keep_monthly, keep_yearly) >= 0)),
    CONSTRAINT dump_job_keep_last_is_at_least_1 CHECK ((keep_last >= 1)),
    CONSTRAINT dump_job_max_drop_percent_is_0_to_100 CHECK (((max_drop_percent >= 0) AND (max_drop_percent <= 100))),
    CONSTRAINT dump_job_options_are_allowed CHECK (pgsnapman.are_dump_options(options)),
    CONSTRAINT dump_job_parallel_is_1_to_64 CHECK (((parallel >= 1) AND (parallel <= 64))),
    CONSTRAINT dump_job_run_at_is_for_single_jobs CHECK (((run_at IS NULL) OR (job_type = 'single'::text))),
    CONSTRAINT dump_job_schedule_is_five_fields_or_a_nickname CHECK (pgsnapman.is_schedule(schedule)),
    CONSTRAINT dump_job_schedule_is_for_repeat_jobs CHECK (((schedule IS NOT NULL) = (job_type = 'repeat'::text))),
    CONSTRAINT dump_job_script_fits_the_dump_type CHECK (((script_id IS NOT NULL) = (dump_type = 'script'::text))),
    CONSTRAINT dump_job_selection_fits_the_dump_type CHECK ((((schemas = '{}'::text[]) AND (tables = '{}'::text[])) OR (dump_type = ANY (ARRAY['full'::text, 'schema'::text, 'data'::text])))),
    CONSTRAINT dump_job_stall_timeout_is_positive CHECK ((stall_timeout > '00:00:00'::interval)),
    CONSTRAINT dump_job_status_is_active_or_halted CHECK ((status = ANY (ARRAY['active'::text, 'halted'::text])))
);

COMMENT ON TABLE pgsnapman.dump_job IS 'What to dump, when, how long to keep';

COMMENT ON COLUMN pgsnapman.dump_job.id IS 'Number to refer to the job by';

COMMENT ON COLUMN pgsnapman.dump_job.instance_id IS 'Where to dump from';

COMMENT ON COLUMN pgsnapman.dump_job.worker_id IS 'Who dumps; null: the instance''s default worker';

COMMENT ON COLUMN pgsnapman.dump_job.dbname IS 'Database; null for dumps of a whole cluster';

COMMENT ON COLUMN pgsnapman.dump_job.dump_type IS 'full, schema, data, cluster (pg_dumpall), cluster_schema (pg_dumpall without data), script';

COMMENT ON COLUMN pgsnapman.dump_job.schemas IS 'Exact names of schemas; empty: all';

COMMENT ON COLUMN pgsnapman.dump_job.tables IS 'Exact names of tables, as schema.table with quotes where SQL needs them; empty: all';

COMMENT ON COLUMN pgsnapman.dump_job.options IS 'More options for pg_dump, from the allow-list';

COMMENT ON COLUMN pgsnapman.dump_job.job_type IS 'repeat: on its schedule; single: once';

COMMENT ON COLUMN pgsnapman.dump_job.schedule IS 'Five cron fields or a nickname; a repeat job without one gets a random minute in the instance''s window';

COMMENT ON COLUMN pgsnapman.dump_job.run_at IS 'When a single job is to run; null: as soon as possible';

COMMENT ON COLUMN pgsnapman.dump_job.timezone IS 'Time zone of the schedule and of retention; null: the worker''s';

COMMENT ON COLUMN pgsnapman.dump_job.script_id IS 'Script of a script dump';

COMMENT ON COLUMN pgsnapman.dump_job.keep_daily IS 'Days of which the newest good dump is kept';

COMMENT ON COLUMN pgsnapman.dump_job.keep_weekly IS 'Weeks before those days of which one dump is kept';

COMMENT ON COLUMN pgsnapman.dump_job.keep_monthly IS 'Months before those weeks of which one dump is kept';

COMMENT ON COLUMN pgsnapman.dump_job.keep_yearly IS 'Years before those months of which one dump is kept';

COMMENT ON COLUMN pgsnapman.dump_job.keep_last IS 'The newest good dumps are kept, at least this many';

COMMENT ON COLUMN pgsnapman.dump_job.parallel IS 'Tables dumped at a time';

COMMENT ON COLUMN pgsnapman.dump_job.on_demand IS 'True: the source database decides by its table pgsnapman.metainfo';

COMMENT ON COLUMN pgsnapman.dump_job.catch_up IS 'How old a missed run may be to be made up; null: as the worker';

COMMENT ON COLUMN pgsnapman.dump_job.stall_timeout IS 'Time without progress after which the dump is ended; null: as the worker';

COMMENT ON COLUMN pgsnapman.dump_job.status IS 'active or halted';

COMMENT ON COLUMN pgsnapman.dump_job.activated_at IS 'When it became active last; runs before that are not made up';

COMMENT ON COLUMN pgsnapman.dump_job.claimed_by IS 'Single job: worker that took it';

COMMENT ON COLUMN pgsnapman.dump_job.claimed_at IS 'Single job: when';

COMMENT ON COLUMN pgsnapman.dump_job.run_uuid IS 'Single job: uuid that its dump will have';

COMMENT ON COLUMN pgsnapman.dump_job.finished_at IS 'Single job: when it ended, well or not';

COMMENT ON COLUMN pgsnapman.dump_job.comment IS 'For people';

COMMENT ON COLUMN pgsnapman.dump_job.created_at IS 'When the row was made';

COMMENT ON COLUMN pgsnapman.dump_job.max_drop_percent IS 'Share of its good dumps that a cleaning may drop without an approval; null: the setting of that name';

COMMENT ON COLUMN pgsnapman.dump_job.cleaned_at IS 'Last cleaning that went through its dumps';

COMMENT ON COLUMN pgsnapman.dump_job.drill_schedule IS 'When its newest dump is restored for a trial and compared; null: never';

COMMENT ON COLUMN pgsnapman.dump_job.drill_instance_id IS 'Where: an instance for scratch databases';

COMMENT ON COLUMN pgsnapman.dump_job.before_hook_id IS 'Script that the worker runs before the dump; if it fails, no dump is taken';

COMMENT ON COLUMN pgsnapman.dump_job.after_hook_id IS 'Script that the worker runs after the dump, whatever became of it';

COMMENT ON COLUMN pgsnapman.dump_job.skipped_at IS 'When the database wanted no dump last (on_demand): nothing is missing since then';

ALTER TABLE pgsnapman.dump_job ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.dump_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.dump_job_trigger (
    dump_job_id integer NOT NULL,
    restore_job_id integer NOT NULL,
    "position" integer DEFAULT 1 NOT NULL
);

COMMENT ON TABLE pgsnapman.dump_job_trigger IS 'Restore jobs that run when a dump job ends well (copy jobs)';

COMMENT ON COLUMN pgsnapman.dump_job_trigger.dump_job_id IS 'The dump job';

COMMENT ON COLUMN pgsnapman.dump_job_trigger.restore_job_id IS 'The restore job';

COMMENT ON COLUMN pgsnapman.dump_job_trigger."position" IS 'Order, if there are several';

CREATE TABLE pgsnapman.instance (
    id integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    port integer DEFAULT 5432 NOT NULL,
    maintenance_db text DEFAULT 'postgres'::text NOT NULL,
    username text,
    service text,
    sslmode text,
    status text DEFAULT 'active'::text NOT NULL,
    default_worker_id integer,
    window_start time without time zone DEFAULT '20:00:00'::time without time zone NOT NULL,
    window_end time without time zone DEFAULT '06:00:00'::time without time zone NOT NULL,
    auto_add text DEFAULT 'off'::text NOT NULL,
    max_parallel integer,
    trusted boolean DEFAULT true NOT NULL,
    restores text DEFAULT 'allowed'::text NOT NULL,
    environment text,
    color text,
    comment text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT instance_auto_add_is_known CHECK ((auto_add = ANY (ARRAY['off'::text, 'halted'::text, 'active'::text, 'inherit'::text]))),
    CONSTRAINT instance_host_is_plain_text CHECK ((pgsnapman.is_plain_text(host) AND (host !~ '\s'::text))),
    CONSTRAINT instance_maintenance_db_is_a_name CHECK (((octet_length(maintenance_db) >= 1) AND (octet_length(maintenance_db) <= 63))),
    CONSTRAINT instance_max_parallel_is_positive CHECK ((max_parallel > 0)),
    CONSTRAINT instance_name_is_plain_text CHECK (pgsnapman.is_plain_text(name)),
    CONSTRAINT instance_port_is_a_port CHECK (((port >= 1) AND (port <= 65535))),
    CONSTRAINT instance_restores_is_known CHECK ((restores = ANY (ARRAY['allowed'::text, 'confirm'::text, 'never'::text]))),
    CONSTRAINT instance_sslmode_is_known CHECK ((sslmode = ANY (ARRAY['disable'::text, 'allow'::text, 'prefer'::text, 'require'::text, 'verify-ca'::text, 'verify-full'::text]))),
    CONSTRAINT instance_status_is_active_or_halted CHECK ((status = ANY (ARRAY['active'::text, 'halted'::text]))),
    CONSTRAINT instance_username_is_a_name CHECK (((octet_length(username) >= 1) AND (octet_length(username) <= 63))),
    CONSTRAINT instance_window_is_not_empty CHECK ((window_start <> window_end))
);

COMMENT ON TABLE pgsnapman.instance IS 'A Postgres server: host and port';

COMMENT ON COLUMN pgsnapman.instance.id IS 'Number to refer to the instance by';

COMMENT ON COLUMN pgsnapman.instance.name IS 'Name for people; host or host:port if none is given';

COMMENT ON COLUMN pgsnapman.instance.host IS 'Host name, address, or a socket directory of the worker; local: the worker''s usual socket directory';

COMMENT ON COLUMN pgsnapman.instance.port IS 'TCP port, or the number in the socket''s name';

COMMENT ON COLUMN pgsnapman.instance.maintenance_db IS 'Database to connect to for questions about the whole instance';

COMMENT ON COLUMN pgsnapman.instance.username IS 'Role to log in as; null: PGUSER of the worker, else its operating system account';

COMMENT ON COLUMN pgsnapman.instance.service IS 'Section of the worker''s connection service file; it gives what is not said here';

COMMENT ON COLUMN pgsnapman.instance.sslmode IS 'As in libpq; null: the service file, PGSSLMODE, or prefer';

COMMENT ON COLUMN pgsnapman.instance.status IS 'active, or halted: then its jobs are skipped';

COMMENT ON COLUMN pgsnapman.instance.default_worker_id IS 'Worker that takes its dumps unless a job says otherwise';

COMMENT ON COLUMN pgsnapman.instance.window_start IS 'Backup window: jobs without a schedule get a random minute inside';

COMMENT ON COLUMN pgsnapman.instance.window_end IS 'End of the window, exclusive; earlier than the start: the window crosses midnight';

COMMENT ON COLUMN pgsnapman.instance.auto_add IS 'What happens with a new database: off, a dump job that is halted or active, or inherit (as the worker says)';

COMMENT ON COLUMN pgsnapman.instance.max_parallel IS 'Jobs that use it at a time; null: the setting of that name';

COMMENT ON COLUMN pgsnapman.instance.trusted IS 'False: its dumps are restored only as a non-superuser and with tools that have all known fixes';

COMMENT ON COLUMN pgsnapman.instance.restores IS 'Whether it may be the target of a restore: allowed, confirm, never';

COMMENT ON COLUMN pgsnapman.instance.environment IS 'Label such as prod or test';

COMMENT ON COLUMN pgsnapman.instance.color IS 'Colour of the label in the manager';

COMMENT ON COLUMN pgsnapman.instance.comment IS 'For people';

COMMENT ON COLUMN pgsnapman.instance.created_at IS 'When the row was made';

ALTER TABLE pgsnapman.instance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.instance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.message (
    id bigint NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    level text NOT NULL,
    tool text DEFAULT 'pgsnapman'::text NOT NULL,
    logged_at timestamp with time zone DEFAULT now() NOT NULL,
    text text NOT NULL,
    job_class text,
    job_id integer,
    worker_id integer,
    worker_name text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT message_job_class_is_known CHECK ((job_class = ANY (ARRAY['dump'::text, 'restore'::text, 'clean'::text, 'verify'::text, 'discovery'::text, 'config'::text]))),
    CONSTRAINT message_level_is_known CHECK ((level = ANY (ARRAY['debug'::text, 'info'::text, 'warning'::text, 'error'::text, 'critical'::text])))
);

COMMENT ON TABLE pgsnapman.message IS 'Lines for the administrator';

COMMENT ON COLUMN pgsnapman.message.id IS 'Number of the row';

COMMENT ON COLUMN pgsnapman.message.uuid IS 'Identity, chosen by whoever wrote it';

COMMENT ON COLUMN pgsnapman.message.level IS 'debug, info, warning, error, critical';

COMMENT ON COLUMN pgsnapman.message.tool IS 'Who speaks: pgsnapman, pg_dump, pg_restore, …';

COMMENT ON COLUMN pgsnapman.message.logged_at IS 'When it happened';

COMMENT ON COLUMN pgsnapman.message.text IS 'What happened, in a sentence';

COMMENT ON COLUMN pgsnapman.message.job_class IS 'Kind of work that it is about';

COMMENT ON COLUMN pgsnapman.message.job_id IS 'Number of the dump job or restore job';

COMMENT ON COLUMN pgsnapman.message.worker_id IS 'Where it happened; null: the worker is gone';

COMMENT ON COLUMN pgsnapman.message.worker_name IS 'Name of the worker then';

COMMENT ON COLUMN pgsnapman.message.created_at IS 'When the row arrived';

ALTER TABLE pgsnapman.message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE pgsnapman.migration IS 'Which versions of the catalog''s schema were installed, and when';

COMMENT ON COLUMN pgsnapman.migration.number IS 'Number of the migration; the highest is the version of the catalog';

COMMENT ON COLUMN pgsnapman.migration.name IS 'Name of its file';

COMMENT ON COLUMN pgsnapman.migration.sha256 IS 'SHA-256 of the file as it was installed';

COMMENT ON COLUMN pgsnapman.migration.applied_at IS 'When it was installed';

CREATE TABLE pgsnapman.repository (
    worker_id integer NOT NULL,
    repository_id uuid NOT NULL,
    format_version integer NOT NULL,
    dump_count integer NOT NULL,
    raw_bytes bigint NOT NULL,
    stored_bytes bigint NOT NULL,
    free_bytes bigint,
    growth_bytes_per_day bigint,
    reported_at timestamp with time zone NOT NULL,
    CONSTRAINT repository_sizes_are_not_negative CHECK ((LEAST((dump_count)::bigint, raw_bytes, stored_bytes, free_bytes) >= 0))
);

COMMENT ON TABLE pgsnapman.repository IS 'The repository of each worker, as it reported it last';

COMMENT ON COLUMN pgsnapman.repository.worker_id IS 'Whose';

COMMENT ON COLUMN pgsnapman.repository.repository_id IS 'Identity of the repository';

COMMENT ON COLUMN pgsnapman.repository.format_version IS 'Version of its format';

COMMENT ON COLUMN pgsnapman.repository.dump_count IS 'Dumps in it';

COMMENT ON COLUMN pgsnapman.repository.raw_bytes IS 'Size of these dumps, not compressed';

COMMENT ON COLUMN pgsnapman.repository.stored_bytes IS 'What they take on disk';

COMMENT ON COLUMN pgsnapman.repository.free_bytes IS 'Free room on that disk';

COMMENT ON COLUMN pgsnapman.repository.growth_bytes_per_day IS 'Mean growth over the last days';

COMMENT ON COLUMN pgsnapman.repository.reported_at IS 'When it was reported';

CREATE TABLE pgsnapman.request (
    id bigint NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    worker_id integer NOT NULL,
    kind text NOT NULL,
    arguments jsonb DEFAULT '{}'::jsonb NOT NULL,
    plan_sha256 text,
    state text DEFAULT 'waiting'::text NOT NULL,
    answer jsonb,
    requested_by text DEFAULT CURRENT_USER NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '1 day'::interval) NOT NULL,
    started_at timestamp with time zone,
    answered_at timestamp with time zone,
    CONSTRAINT request_arguments_is_an_object CHECK ((jsonb_typeof(arguments) = 'object'::text)),
    CONSTRAINT request_kind_is_known CHECK ((kind = ANY (ARRAY['plan_restore'::text, 'run_dump_job'::text, 'run_restore_job'::text, 'undo'::text, 'drill'::text, 'verify'::text, 'cancel'::text, 'clean'::text, 'prune'::text, 'check'::text, 'refresh'::text, 'discover'::text, 'doctor'::text, 'test_instance'::text, 'list_databases'::text, 'list_tables'::text, 'list_target'::text, 'log'::text, 'script_allowed'::text, 'repository_status'::text]))),
    CONSTRAINT request_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text, 'refused'::text, 'expired'::text])))
);

COMMENT ON TABLE pgsnapman.request IS 'Something asked of one worker, and its answer';

COMMENT ON COLUMN pgsnapman.request.id IS 'Number of the row; workers answer in this order';

COMMENT ON COLUMN pgsnapman.request.uuid IS 'Identity; a request is carried out once';

COMMENT ON COLUMN pgsnapman.request.worker_id IS 'Who is asked';

COMMENT ON COLUMN pgsnapman.request.kind IS 'What is asked';

COMMENT ON COLUMN pgsnapman.request.arguments IS 'Its arguments, by kind';

COMMENT ON COLUMN pgsnapman.request.plan_sha256 IS 'Hash of the plan that somebody confirmed; refused if the facts changed since';

COMMENT ON COLUMN pgsnapman.request.state IS 'waiting, running, done, failed, refused, expired';

COMMENT ON COLUMN pgsnapman.request.answer IS 'The answer; for a failure {code, message, hint}';

COMMENT ON COLUMN pgsnapman.request.requested_by IS 'Who asked';

COMMENT ON COLUMN pgsnapman.request.requested_at IS 'When';

COMMENT ON COLUMN pgsnapman.request.expires_at IS 'Never carried out after this';

COMMENT ON COLUMN pgsnapman.request.started_at IS 'When the worker began';

COMMENT ON COLUMN pgsnapman.request.answered_at IS 'When the worker answered';

ALTER TABLE pgsnapman.request ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.restore_job (
    id integer NOT NULL,
    dump_id bigint,
    latest_of_dump_job_id integer,
    dest_instance_id integer NOT NULL,
    dest_dbname text NOT NULL,
    restore_type text DEFAULT 'full'::text NOT NULL,
    schemas text[] DEFAULT '{}'::text[] NOT NULL,
    tables text[] DEFAULT '{}'::text[] NOT NULL,
    schema_as text,
    existing_db text DEFAULT 'leave'::text NOT NULL,
    existing_data text DEFAULT 'leave'::text NOT NULL,
    role_handling text DEFAULT 'use'::text NOT NULL,
    tablespace_handling text DEFAULT 'none'::text NOT NULL,
    tablespace_map jsonb DEFAULT '{}'::jsonb NOT NULL,
    role_map jsonb DEFAULT '{}'::jsonb NOT NULL,
    options text[] DEFAULT '{}'::text[] NOT NULL,
    parallel integer DEFAULT 2 NOT NULL,
    accept_losses boolean DEFAULT false NOT NULL,
    properties text,
    passwords boolean DEFAULT false NOT NULL,
    job_type text DEFAULT 'single'::text NOT NULL,
    schedule text,
    run_at timestamp with time zone,
    timezone text,
    before_script_id integer,
    after_script_id integer,
    catch_up interval,
    stall_timeout interval,
    status text DEFAULT 'active'::text NOT NULL,
    activated_at timestamp with time zone DEFAULT now() NOT NULL,
    claimed_by integer,
    claimed_at timestamp with time zone,
    run_uuid uuid,
    finished_at timestamp with time zone,
    comment text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    keep text[] DEFAULT '{}'::text[] NOT NULL,
    force boolean DEFAULT false NOT NULL,
    after_hook_id integer,
    CONSTRAINT restore_job_catch_up_is_not_negative CHECK ((catch_up >= '00:00:00'::interval)),
    CONSTRAINT restore_job_dest_dbname_is_a_name CHECK (((octet_length(dest_dbname) >= 1) AND (octet_length(dest_dbname) <= 63))),
    CONSTRAINT restore_job_existing_data_is_leave_or_truncate CHECK ((existing_data = ANY (ARRAY['leave'::text, 'truncate'::text]))),
    CONSTRAINT restore_job_existing_db_is_known CHECK ((existing_db = ANY (ARRAY['rename'::text, 'drop'::text, 'drop_before'::text, 'leave'::text]))),
    CONSTRAINT restore_job_has_at_most_one_source CHECK ((num_nonnulls(dump_id, latest_of_dump_job_id) <=
CASE job_type
    WHEN 'trigger'::text THEN 0
    ELSE 1
END)),
    CONSTRAINT restore_job_job_type_is_known CHECK ((job_type = ANY (ARRAY['single'::text, 'repeat'::text, 'trigger'::text]))),
    CONSTRAINT restore_job_keep_is_publications_or_subscriptions CHECK ((keep <@ ARRAY['publications'::text, 'subscriptions'::text])),
    CONSTRAINT restore_job_options_are_allowed CHECK (pgsnapman.are_restore_options(options)),
    CONSTRAINT restore_job_parallel_is_1_to_64 CHECK (((parallel >= 1) AND (parallel <= 64))),
    CONSTRAINT restore_job_properties_is_source_or_target CHECK ((properties = ANY (ARRAY['source'::text, 'target'::text]))),
    CONSTRAINT restore_job_restore_type_is_known CHECK ((restore_type = ANY (ARRAY['full'::text, 'schema'::text, 'data'::text]))),
    CONSTRAINT restore_job_role_handling_is_use_or_none CHECK ((role_handling = ANY (ARRAY['use'::text, 'none'::text]))),
    CONSTRAINT restore_job_role_map_is_an_object CHECK ((jsonb_typeof(role_map) = 'object'::text)),
    CONSTRAINT restore_job_run_at_is_for_single_jobs CHECK (((run_at IS NULL) OR (job_type = 'single'::text))),
    CONSTRAINT restore_job_schedule_is_five_fields_or_a_nickname CHECK (pgsnapman.is_schedule(schedule)),
    CONSTRAINT restore_job_schedule_is_for_repeat_jobs CHECK (((schedule IS NOT NULL) = (job_type = 'repeat'::text))),
    CONSTRAINT restore_job_schema_as_is_a_name CHECK (((octet_length(schema_as) >= 1) AND (octet_length(schema_as) <= 63))),
    CONSTRAINT restore_job_stall_timeout_is_positive CHECK ((stall_timeout > '00:00:00'::interval)),
    CONSTRAINT restore_job_status_is_active_or_halted CHECK ((status = ANY (ARRAY['active'::text, 'halted'::text]))),
    CONSTRAINT restore_job_tablespace_handling_is_use_or_none CHECK ((tablespace_handling = ANY (ARRAY['use'::text, 'none'::text]))),
    CONSTRAINT restore_job_tablespace_map_is_an_object CHECK ((jsonb_typeof(tablespace_map) = 'object'::text)),
    CONSTRAINT restore_job_truncate_is_for_data CHECK (((existing_data = 'leave'::text) OR (restore_type = 'data'::text)))
);

COMMENT ON TABLE pgsnapman.restore_job IS 'Which dump to restore where, and how';

COMMENT ON COLUMN pgsnapman.restore_job.id IS 'Number to refer to the job by';

COMMENT ON COLUMN pgsnapman.restore_job.dump_id IS 'The dump to restore';

COMMENT ON COLUMN pgsnapman.restore_job.latest_of_dump_job_id IS 'Or: the newest good dump of this dump job';

COMMENT ON COLUMN pgsnapman.restore_job.dest_instance_id IS 'Where to restore to';

COMMENT ON COLUMN pgsnapman.restore_job.dest_dbname IS 'Name of the database there';

COMMENT ON COLUMN pgsnapman.restore_job.restore_type IS 'full, schema (no data), data (only data)';

COMMENT ON COLUMN pgsnapman.restore_job.schemas IS 'Exact names of schemas; empty: all';

COMMENT ON COLUMN pgsnapman.restore_job.tables IS 'Exact names of tables as in dump_job; empty: all';

COMMENT ON COLUMN pgsnapman.restore_job.schema_as IS 'New name for the one schema that is restored';

COMMENT ON COLUMN pgsnapman.restore_job.existing_db IS 'If the database exists: rename it, drop it after or before the restore, or leave it and refuse';

COMMENT ON COLUMN pgsnapman.restore_job.existing_data IS 'Data only: leave what is there, or truncate first';

COMMENT ON COLUMN pgsnapman.restore_job.role_handling IS 'use: create missing roles, set owners and privileges; none: everything belongs to the restoring role';

COMMENT ON COLUMN pgsnapman.restore_job.tablespace_handling IS 'use: the tablespaces of the source; none: the default one';

COMMENT ON COLUMN pgsnapman.restore_job.tablespace_map IS 'Tablespaces under other names: {"old": "new"}';

COMMENT ON COLUMN pgsnapman.restore_job.role_map IS 'Roles under other names: {"old": "new"}';

COMMENT ON COLUMN pgsnapman.restore_job.options IS 'More options for pg_restore, from the allow-list';

COMMENT ON COLUMN pgsnapman.restore_job.parallel IS 'Parallel jobs of pg_restore';

COMMENT ON COLUMN pgsnapman.restore_job.accept_losses IS 'True: what could not be restored is a warning, not a failure';

COMMENT ON COLUMN pgsnapman.restore_job.properties IS 'Properties of the database from the source or the target; null: source for a new one, target for one that is replaced';

COMMENT ON COLUMN pgsnapman.restore_job.passwords IS 'True: created roles get the password hashes of the source';

COMMENT ON COLUMN pgsnapman.restore_job.job_type IS 'single: once; repeat: on its schedule; trigger: when a dump ends';

COMMENT ON COLUMN pgsnapman.restore_job.schedule IS 'Five cron fields or a nickname, for repeat jobs';

COMMENT ON COLUMN pgsnapman.restore_job.run_at IS 'When a single job is to run; null: as soon as possible';

COMMENT ON COLUMN pgsnapman.restore_job.timezone IS 'Time zone of the schedule; null: the worker''s';

COMMENT ON COLUMN pgsnapman.restore_job.before_script_id IS 'SQL to run in the new database before the restore';

COMMENT ON COLUMN pgsnapman.restore_job.after_script_id IS 'SQL to run in the new database after the restore, before anybody can connect (masking)';

COMMENT ON COLUMN pgsnapman.restore_job.catch_up IS 'How old a missed run may be to be made up; null: as the worker';

COMMENT ON COLUMN pgsnapman.restore_job.stall_timeout IS 'Time without progress after which it is ended; null: as the worker';

COMMENT ON COLUMN pgsnapman.restore_job.status IS 'active or halted';

COMMENT ON COLUMN pgsnapman.restore_job.activated_at IS 'When it became active last; runs before that are not made up';

COMMENT ON COLUMN pgsnapman.restore_job.claimed_by IS 'Single job: worker that took it';

COMMENT ON COLUMN pgsnapman.restore_job.claimed_at IS 'Single job: when';

COMMENT ON COLUMN pgsnapman.restore_job.run_uuid IS 'Single job: uuid that its run will have';

COMMENT ON COLUMN pgsnapman.restore_job.finished_at IS 'Single job: when it ended, well or not';

COMMENT ON COLUMN pgsnapman.restore_job.comment IS 'For people';

COMMENT ON COLUMN pgsnapman.restore_job.created_at IS 'When the row was made';

COMMENT ON COLUMN pgsnapman.restore_job.keep IS 'On another instance: publications and subscriptions, which are left out otherwise';

COMMENT ON COLUMN pgsnapman.restore_job.force IS 'Dump of a whole cluster: also into an instance that has databases; what exists there is left as it is';

COMMENT ON COLUMN pgsnapman.restore_job.after_hook_id IS 'Script that the worker runs after the restore, whatever became of it; not to be mixed up with after_script_id, which is SQL';

ALTER TABLE pgsnapman.restore_job ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.restore_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.restore_run (
    id bigint NOT NULL,
    uuid uuid NOT NULL,
    restore_job_id integer,
    dump_id bigint,
    dump_uuid uuid,
    worker_id integer,
    dest_instance_id integer,
    worker_name text,
    dest_instance_name text,
    dest_dbname text NOT NULL,
    trigger_kind text DEFAULT 'manual'::text NOT NULL,
    due_at timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    table_count integer,
    row_count bigint,
    undo_dbname text,
    undo_oid oid,
    drill jsonb,
    tool_version text,
    pgsnapman_version text,
    warnings text[] DEFAULT '{}'::text[] NOT NULL,
    message text,
    log_tail text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    error_code text,
    CONSTRAINT restore_run_ended_after_it_started CHECK ((ended_at >= started_at)),
    CONSTRAINT restore_run_error_code_is_a_word CHECK ((error_code ~ '^[a-z_]+$'::text)),
    CONSTRAINT restore_run_outcome_is_known CHECK ((outcome = ANY (ARRAY['ok'::text, 'ok_with_warnings'::text, 'failed'::text, 'cancelled'::text, 'stalled'::text]))),
    CONSTRAINT restore_run_trigger_kind_is_known CHECK ((trigger_kind = ANY (ARRAY['schedule'::text, 'single'::text, 'manual'::text, 'dump'::text, 'drill'::text])))
);

COMMENT ON TABLE pgsnapman.restore_run IS 'The restore log: one row for each execution of a restore job';

COMMENT ON COLUMN pgsnapman.restore_run.id IS 'Number to refer to the run by';

COMMENT ON COLUMN pgsnapman.restore_run.uuid IS 'Identity, chosen by the worker';

COMMENT ON COLUMN pgsnapman.restore_run.restore_job_id IS 'The job; null: it is gone';

COMMENT ON COLUMN pgsnapman.restore_run.dump_id IS 'The dump; null: it is gone';

COMMENT ON COLUMN pgsnapman.restore_run.dump_uuid IS 'Identity of the dump';

COMMENT ON COLUMN pgsnapman.restore_run.worker_id IS 'Who restored; null: the worker is gone';

COMMENT ON COLUMN pgsnapman.restore_run.dest_instance_id IS 'Where to; null: the instance is gone';

COMMENT ON COLUMN pgsnapman.restore_run.worker_name IS 'Name of the worker then';

COMMENT ON COLUMN pgsnapman.restore_run.dest_instance_name IS 'Name of the instance then';

COMMENT ON COLUMN pgsnapman.restore_run.dest_dbname IS 'Name of the database';

COMMENT ON COLUMN pgsnapman.restore_run.trigger_kind IS 'What started it: schedule, single, manual, dump (a dump that ended), drill';

COMMENT ON COLUMN pgsnapman.restore_run.due_at IS 'When the schedule wanted it';

COMMENT ON COLUMN pgsnapman.restore_run.started_at IS 'When it started';

COMMENT ON COLUMN pgsnapman.restore_run.ended_at IS 'When it ended';

COMMENT ON COLUMN pgsnapman.restore_run.outcome IS 'ok, ok_with_warnings, failed, cancelled, stalled';

COMMENT ON COLUMN pgsnapman.restore_run.table_count IS 'Tables that got data';

COMMENT ON COLUMN pgsnapman.restore_run.row_count IS 'Rows in them';

COMMENT ON COLUMN pgsnapman.restore_run.undo_dbname IS 'Name under which the replaced database is kept';

COMMENT ON COLUMN pgsnapman.restore_run.undo_oid IS 'And its OID';

COMMENT ON COLUMN pgsnapman.restore_run.drill IS 'Result of the comparison, for a drill';

COMMENT ON COLUMN pgsnapman.restore_run.tool_version IS 'Version of pg_restore';

COMMENT ON COLUMN pgsnapman.restore_run.pgsnapman_version IS 'Version of pgsnapman';

COMMENT ON COLUMN pgsnapman.restore_run.warnings IS 'Warnings, one an element';

COMMENT ON COLUMN pgsnapman.restore_run.message IS 'Why it failed';

COMMENT ON COLUMN pgsnapman.restore_run.log_tail IS 'Last lines of its log';

COMMENT ON COLUMN pgsnapman.restore_run.created_at IS 'When the row arrived';

COMMENT ON COLUMN pgsnapman.restore_run.error_code IS 'Kind of failure, such as run_failed or configuration (no tools fit); null if it ended well';

ALTER TABLE pgsnapman.restore_run ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.restore_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.retention_approval (
    id integer NOT NULL,
    worker_id integer NOT NULL,
    dump_job_id integer,
    subject text NOT NULL,
    dump_uuids uuid[] NOT NULL,
    good_count integer NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    approved_at timestamp with time zone,
    approved_by text
);

COMMENT ON TABLE pgsnapman.retention_approval IS 'Cleanings that would drop a large share of a job''s good dumps and wait for an approval';

COMMENT ON COLUMN pgsnapman.retention_approval.id IS 'Number to refer to it by';

COMMENT ON COLUMN pgsnapman.retention_approval.worker_id IS 'Worker that waits';

COMMENT ON COLUMN pgsnapman.retention_approval.dump_job_id IS 'Job whose dumps they are; null: it is gone';

COMMENT ON COLUMN pgsnapman.retention_approval.subject IS 'What was dumped, for people';

COMMENT ON COLUMN pgsnapman.retention_approval.dump_uuids IS 'Dumps that would go';

COMMENT ON COLUMN pgsnapman.retention_approval.good_count IS 'Good dumps that there were then';

COMMENT ON COLUMN pgsnapman.retention_approval.requested_at IS 'When the cleaning stopped';

COMMENT ON COLUMN pgsnapman.retention_approval.approved_at IS 'When somebody approved; the next cleaning drops them then';

COMMENT ON COLUMN pgsnapman.retention_approval.approved_by IS 'Who did';

ALTER TABLE pgsnapman.retention_approval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.retention_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.script (
    id integer NOT NULL,
    name text NOT NULL,
    code text NOT NULL,
    sha256 text GENERATED ALWAYS AS (pgsnapman.sha256_hex(code)) STORED,
    comment text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT script_name_is_a_plain_word CHECK ((name ~ '^[a-z0-9_-]{1,63}$'::text))
);

COMMENT ON TABLE pgsnapman.script IS 'Scripts that jobs refer to; a worker runs only those that its own configuration allows';

COMMENT ON COLUMN pgsnapman.script.id IS 'Number of the row';

COMMENT ON COLUMN pgsnapman.script.name IS 'Lower case letters, digits, - and _';

COMMENT ON COLUMN pgsnapman.script.code IS 'The text';

COMMENT ON COLUMN pgsnapman.script.sha256 IS 'SHA-256 of the text in UTF-8, for the allow-list of a worker';

COMMENT ON COLUMN pgsnapman.script.comment IS 'For people';

COMMENT ON COLUMN pgsnapman.script.created_at IS 'When the row was made';

ALTER TABLE pgsnapman.script ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.script_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgsnapman.setting (
    key text NOT NULL,
    value text NOT NULL,
    comment text,
    CONSTRAINT setting_key_is_a_plain_word CHECK ((key ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT setting_value_fits_the_key CHECK (
CASE
    WHEN (key = 'catch_up'::text) THEN ((value)::interval >= '00:00:00'::interval)
    WHEN (key = ANY (ARRAY['stall_timeout'::text, 'lock_wait_timeout'::text])) THEN ((value)::interval > '00:00:00'::interval)
    WHEN (key = ANY (ARRAY['max_parallel_dumps'::text, 'max_parallel_restores'::text, 'max_parallel'::text])) THEN (value ~ '^[1-9][0-9]{0,5}$'::text)
    WHEN (key = ANY (ARRAY['max_drop_percent'::text, 'undo_keep'::text, 'failed_keep_days'::text, 'message_keep_days'::text])) THEN (value ~ '^[0-9]{1,6}$'::text)
    WHEN (key = 'verify_percent'::text) THEN (value ~ '^([0-9]{1,2}|100)$'::text)
    WHEN (key = 'retention_on_delete'::text) THEN (value ~ '^[0-9]{1,6}(,[0-9]{1,6}){3}$'::text)
    WHEN (key = 'catalog_id'::text) THEN (value ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'::text)
    ELSE true
END)
);

COMMENT ON TABLE pgsnapman.setting IS 'Defaults for the whole system; columns of the same name on a worker, an instance or a job win over them';

COMMENT ON COLUMN pgsnapman.setting.key IS 'Name of the setting';

COMMENT ON COLUMN pgsnapman.setting.value IS 'Its value as text; times as Postgres intervals';

COMMENT ON COLUMN pgsnapman.setting.comment IS 'What it does';

CREATE TABLE pgsnapman.worker (
    id integer NOT NULL,
    name text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    timezone text,
    config_schedule text DEFAULT '0 * * * *'::text NOT NULL,
    clean_schedule text DEFAULT '30 8 * * *'::text NOT NULL,
    verify_schedule text DEFAULT '0 9 * * *'::text NOT NULL,
    discovery_schedule text DEFAULT '15 * * * *'::text NOT NULL,
    auto_add text DEFAULT 'off'::text NOT NULL,
    restore_worker_id integer,
    max_parallel_dumps integer,
    max_parallel_restores integer,
    catch_up interval,
    stall_timeout interval,
    login_role name,
    root_id uuid,
    machine_id text,
    last_seen_at timestamp with time zone,
    version text,
    tools jsonb,
    comment text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    verify_percent integer,
    CONSTRAINT worker_auto_add_is_off_halted_or_active CHECK ((auto_add = ANY (ARRAY['off'::text, 'halted'::text, 'active'::text]))),
    CONSTRAINT worker_catch_up_is_not_negative CHECK ((catch_up >= '00:00:00'::interval)),
    CONSTRAINT worker_clean_schedule_is_a_schedule CHECK (pgsnapman.is_schedule(clean_schedule)),
    CONSTRAINT worker_config_schedule_is_a_schedule CHECK (pgsnapman.is_schedule(config_schedule)),
    CONSTRAINT worker_discovery_schedule_is_a_schedule CHECK (pgsnapman.is_schedule(discovery_schedule)),
    CONSTRAINT worker_max_parallel_dumps_is_positive CHECK ((max_parallel_dumps > 0)),
    CONSTRAINT worker_max_parallel_restores_is_positive CHECK ((max_parallel_restores > 0)),
    CONSTRAINT worker_name_is_plain_text CHECK (pgsnapman.is_plain_text(name)),
    CONSTRAINT worker_stall_timeout_is_positive CHECK ((stall_timeout > '00:00:00'::interval)),
    CONSTRAINT worker_status_is_active_or_halted CHECK ((status = ANY (ARRAY['active'::text, 'halted'::text]))),
    CONSTRAINT worker_verify_percent_is_0_to_100 CHECK (((verify_percent >= 0) AND (verify_percent <= 100))),
    CONSTRAINT worker_verify_schedule_is_a_schedule CHECK (pgsnapman.is_schedule(verify_schedule))
);

COMMENT ON TABLE pgsnapman.worker IS 'A machine that takes dumps and performs restores';

COMMENT ON COLUMN pgsnapman.worker.id IS 'Number to refer to the worker by';

COMMENT ON COLUMN pgsnapman.worker.name IS 'Name that the worker gives itself in its configuration';

COMMENT ON COLUMN pgsnapman.worker.status IS 'active, or halted: then nothing runs on it';

COMMENT ON COLUMN pgsnapman.worker.timezone IS 'Time zone of its schedules; null: the machine''s own';

COMMENT ON COLUMN pgsnapman.worker.config_schedule IS 'When it reads the whole configuration again, changed or not';

COMMENT ON COLUMN pgsnapman.worker.clean_schedule IS 'When it removes what retention drops';

COMMENT ON COLUMN pgsnapman.worker.verify_schedule IS 'When it verifies dumps';

COMMENT ON COLUMN pgsnapman.worker.discovery_schedule IS 'When it looks for new and vanished databases';

COMMENT ON COLUMN pgsnapman.worker.auto_add IS 'What instances with auto_add = inherit do with new databases: off, or add a job that is halted or active';

COMMENT ON COLUMN pgsnapman.worker.restore_worker_id IS 'The worker that restores this worker''s dumps; null: itself';

COMMENT ON COLUMN pgsnapman.worker.max_parallel_dumps IS 'Dumps at a time; null: the setting of that name';

COMMENT ON COLUMN pgsnapman.worker.max_parallel_restores IS 'Restores at a time; null: the setting of that name';

COMMENT ON COLUMN pgsnapman.worker.catch_up IS 'How old a missed run may be to be made up; null: the setting of that name';

COMMENT ON COLUMN pgsnapman.worker.stall_timeout IS 'Time without progress after which a run is ended; null: the setting of that name';

COMMENT ON COLUMN pgsnapman.worker.login_role IS 'Database role that this worker logs in with, for row-level security';

COMMENT ON COLUMN pgsnapman.worker.root_id IS 'Identity of the root directory that works under this name';

COMMENT ON COLUMN pgsnapman.worker.machine_id IS 'Identity of the machine that holds the root directory';

COMMENT ON COLUMN pgsnapman.worker.last_seen_at IS 'Last time that it reached the catalog';

COMMENT ON COLUMN pgsnapman.worker.version IS 'Version of pgsnapman there';

COMMENT ON COLUMN pgsnapman.worker.tools IS 'Postgres client tools found there: an array of {version, directory}';

COMMENT ON COLUMN pgsnapman.worker.comment IS 'For people';

COMMENT ON COLUMN pgsnapman.worker.created_at IS 'When the row was made';

COMMENT ON COLUMN pgsnapman.worker.verify_percent IS 'Share of its dumps not yet verified that it verifies each time; null: the setting of that name';

ALTER TABLE pgsnapman.worker ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgsnapman.worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY pgsnapman.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.activity
    ADD CONSTRAINT activity_uuid_is_unique UNIQUE (uuid);

ALTER TABLE ONLY pgsnapman.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.database
    ADD CONSTRAINT database_is_unique_in_its_instance UNIQUE (instance_id, name);

ALTER TABLE ONLY pgsnapman.database
    ADD CONSTRAINT database_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.dump_content
    ADD CONSTRAINT dump_content_pkey PRIMARY KEY (dump_id);

ALTER TABLE ONLY pgsnapman.dump_dbname
    ADD CONSTRAINT dump_dbname_pkey PRIMARY KEY (dbname);

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.dump_job_trigger
    ADD CONSTRAINT dump_job_trigger_is_unique PRIMARY KEY (dump_job_id, restore_job_id);

ALTER TABLE ONLY pgsnapman.dump
    ADD CONSTRAINT dump_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.dump
    ADD CONSTRAINT dump_uuid_is_unique UNIQUE (uuid);

ALTER TABLE ONLY pgsnapman.instance
    ADD CONSTRAINT instance_name_is_unique UNIQUE (name);

ALTER TABLE ONLY pgsnapman.instance
    ADD CONSTRAINT instance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.message
    ADD CONSTRAINT message_uuid_is_unique UNIQUE (uuid);

ALTER TABLE ONLY pgsnapman.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY pgsnapman.repository
    ADD CONSTRAINT repository_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY pgsnapman.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.request
    ADD CONSTRAINT request_uuid_is_unique UNIQUE (uuid);

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.restore_run
    ADD CONSTRAINT restore_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.restore_run
    ADD CONSTRAINT restore_run_uuid_is_unique UNIQUE (uuid);

ALTER TABLE ONLY pgsnapman.retention_approval
    ADD CONSTRAINT retention_approval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.script
    ADD CONSTRAINT script_name_is_unique UNIQUE (name);

ALTER TABLE ONLY pgsnapman.script
    ADD CONSTRAINT script_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgsnapman.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (key);

ALTER TABLE ONLY pgsnapman.worker
    ADD CONSTRAINT worker_name_is_unique UNIQUE (name);

ALTER TABLE ONLY pgsnapman.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (id);

CREATE INDEX activity_worker_id_idx ON pgsnapman.activity USING btree (worker_id);

CREATE INDEX audit_changed_at_idx ON pgsnapman.audit USING btree (changed_at DESC, id DESC);

CREATE INDEX audit_row_idx ON pgsnapman.audit USING btree (table_name, row_id, id DESC);

CREATE INDEX audit_transaction_id_idx ON pgsnapman.audit USING btree (transaction_id);

CREATE INDEX dump_dbname_raw_bytes_idx ON pgsnapman.dump USING btree (dbname, COALESCE(raw_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_dbname_started_at_idx ON pgsnapman.dump USING btree (dbname, started_at DESC, id DESC);

CREATE INDEX dump_dbname_stored_bytes_idx ON pgsnapman.dump USING btree (dbname, COALESCE(stored_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_instance_raw_bytes_idx ON pgsnapman.dump USING btree (instance_id, COALESCE(raw_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_instance_started_at_idx ON pgsnapman.dump USING btree (instance_id, started_at DESC, id DESC);

CREATE INDEX dump_instance_stored_bytes_idx ON pgsnapman.dump USING btree (instance_id, COALESCE(stored_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_job_instance_id_idx ON pgsnapman.dump_job USING btree (instance_id, dbname);

CREATE INDEX dump_job_started_at_idx ON pgsnapman.dump USING btree (dump_job_id, started_at DESC, id DESC);

CREATE INDEX dump_job_trigger_restore_job_id_idx ON pgsnapman.dump_job_trigger USING btree (restore_job_id);

CREATE INDEX dump_job_waiting_idx ON pgsnapman.dump_job USING btree (id) WHERE ((job_type = 'single'::text) AND (finished_at IS NULL));

CREATE INDEX dump_job_worker_id_idx ON pgsnapman.dump_job USING btree (worker_id);

CREATE INDEX dump_keep_to_note_idx ON pgsnapman.dump USING btree (worker_id) WHERE (keep <> keep_noted);

CREATE INDEX dump_outcome_raw_bytes_idx ON pgsnapman.dump USING btree (outcome, COALESCE(raw_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_outcome_started_at_idx ON pgsnapman.dump USING btree (outcome, started_at DESC, id DESC);

CREATE INDEX dump_outcome_stored_bytes_idx ON pgsnapman.dump USING btree (outcome, COALESCE(stored_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_raw_bytes_idx ON pgsnapman.dump USING btree (COALESCE(raw_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_removing_idx ON pgsnapman.dump USING btree (worker_id) WHERE (state = 'removing'::text);

CREATE INDEX dump_started_at_idx ON pgsnapman.dump USING btree (started_at DESC, id DESC);

CREATE INDEX dump_stored_bytes_idx ON pgsnapman.dump USING btree (COALESCE(stored_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_to_verify_idx ON pgsnapman.dump USING btree (worker_id, started_at) WHERE ((state = 'available'::text) AND (verified_level < 3));

CREATE INDEX dump_verified_idx ON pgsnapman.dump USING btree (verified_level, started_at DESC, id DESC);

CREATE INDEX dump_worker_raw_bytes_idx ON pgsnapman.dump USING btree (worker_id, COALESCE(raw_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX dump_worker_started_at_idx ON pgsnapman.dump USING btree (worker_id, started_at DESC, id DESC);

CREATE INDEX dump_worker_stored_bytes_idx ON pgsnapman.dump USING btree (worker_id, COALESCE(stored_bytes, ('-1'::integer)::bigint) DESC, id DESC);

CREATE INDEX instance_default_worker_id_idx ON pgsnapman.instance USING btree (default_worker_id);

CREATE UNIQUE INDEX instance_host_port_and_worker_are_unique ON pgsnapman.instance USING btree (host, port, COALESCE(default_worker_id, 0));

CREATE INDEX message_job_id_logged_at_idx ON pgsnapman.message USING btree (job_id, logged_at DESC, id DESC);

CREATE INDEX message_level_logged_at_idx ON pgsnapman.message USING btree (level, logged_at DESC, id DESC);

CREATE INDEX message_logged_at_idx ON pgsnapman.message USING btree (logged_at DESC, id DESC);

CREATE INDEX message_worker_level_logged_at_idx ON pgsnapman.message USING btree (worker_id, level, logged_at DESC, id DESC);

CREATE INDEX message_worker_logged_at_idx ON pgsnapman.message USING btree (worker_id, logged_at DESC, id DESC);

CREATE INDEX request_requested_at_idx ON pgsnapman.request USING btree (requested_at);

CREATE INDEX request_waiting_idx ON pgsnapman.request USING btree (worker_id, id) WHERE (state = 'waiting'::text);

CREATE INDEX restore_job_dest_instance_id_idx ON pgsnapman.restore_job USING btree (dest_instance_id);

CREATE INDEX restore_job_dump_id_idx ON pgsnapman.restore_job USING btree (dump_id);

CREATE INDEX restore_job_latest_of_dump_job_id_idx ON pgsnapman.restore_job USING btree (latest_of_dump_job_id);

CREATE INDEX restore_job_waiting_idx ON pgsnapman.restore_job USING btree (id) WHERE ((job_type = 'single'::text) AND (finished_at IS NULL));

CREATE INDEX restore_run_dest_dbname_started_at_idx ON pgsnapman.restore_run USING btree (dest_dbname, started_at DESC, id DESC);

CREATE INDEX restore_run_dest_instance_started_at_idx ON pgsnapman.restore_run USING btree (dest_instance_id, started_at DESC, id DESC);

CREATE INDEX restore_run_dump_id_idx ON pgsnapman.restore_run USING btree (dump_id);

CREATE INDEX restore_run_dump_uuid_idx ON pgsnapman.restore_run USING btree (dump_uuid);

CREATE INDEX restore_run_job_started_at_idx ON pgsnapman.restore_run USING btree (restore_job_id, started_at DESC, id DESC);

CREATE UNIQUE INDEX restore_run_of_a_trigger_is_unique ON pgsnapman.restore_run USING btree (restore_job_id, dump_uuid) WHERE (trigger_kind = 'dump'::text);

CREATE INDEX restore_run_outcome_started_at_idx ON pgsnapman.restore_run USING btree (outcome, started_at DESC, id DESC);

CREATE INDEX restore_run_started_at_idx ON pgsnapman.restore_run USING btree (started_at DESC, id DESC);

CREATE INDEX restore_run_worker_started_at_idx ON pgsnapman.restore_run USING btree (worker_id, started_at DESC, id DESC);

CREATE UNIQUE INDEX retention_approval_is_unique ON pgsnapman.retention_approval USING btree (worker_id, COALESCE(dump_job_id, 0), subject);

CREATE TRIGGER activity_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.activity FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER database_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.database FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER dump_job_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.dump_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER dump_job_check_timezone BEFORE INSERT OR UPDATE OF timezone ON pgsnapman.dump_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.check_timezone();

CREATE TRIGGER dump_job_complete BEFORE INSERT OR UPDATE ON pgsnapman.dump_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.complete_dump_job();

CREATE TRIGGER dump_job_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.dump_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER dump_job_trigger_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.dump_job_trigger FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER dump_job_trigger_check BEFORE INSERT OR UPDATE ON pgsnapman.dump_job_trigger FOR EACH ROW EXECUTE FUNCTION pgsnapman.check_dump_job_trigger();

CREATE TRIGGER dump_job_trigger_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.dump_job_trigger FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER dump_note_dbname AFTER INSERT OR UPDATE OF dbname ON pgsnapman.dump FOR EACH ROW EXECUTE FUNCTION pgsnapman.note_dbname();

CREATE TRIGGER dump_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.dump FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER instance_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.instance FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER instance_name BEFORE INSERT OR UPDATE OF name ON pgsnapman.instance FOR EACH ROW EXECUTE FUNCTION pgsnapman.name_instance();

CREATE TRIGGER instance_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.instance FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER message_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.message FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER repository_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.repository FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER request_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.request FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER restore_job_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.restore_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER restore_job_check BEFORE INSERT OR UPDATE ON pgsnapman.restore_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.check_restore_job();

CREATE TRIGGER restore_job_check_timezone BEFORE INSERT OR UPDATE OF timezone ON pgsnapman.restore_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.check_timezone();

CREATE TRIGGER restore_job_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.restore_job FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER restore_run_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.restore_run FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER retention_approval_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.retention_approval FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER script_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.script FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER script_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.script FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER setting_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.setting FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER setting_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.setting FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

CREATE TRIGGER worker_audit AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.worker FOR EACH ROW EXECUTE FUNCTION pgsnapman.write_audit();

CREATE TRIGGER worker_check_timezone BEFORE INSERT OR UPDATE OF timezone ON pgsnapman.worker FOR EACH ROW EXECUTE FUNCTION pgsnapman.check_timezone();

CREATE TRIGGER worker_notify AFTER INSERT OR DELETE OR UPDATE ON pgsnapman.worker FOR EACH ROW EXECUTE FUNCTION pgsnapman.notify_change();

ALTER TABLE ONLY pgsnapman.database
    ADD CONSTRAINT database_instance_exists FOREIGN KEY (instance_id) REFERENCES pgsnapman.instance(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.dump_content
    ADD CONSTRAINT dump_content_dump_exists FOREIGN KEY (dump_id) REFERENCES pgsnapman.dump(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.dump
    ADD CONSTRAINT dump_instance_exists FOREIGN KEY (instance_id) REFERENCES pgsnapman.instance(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_after_hook_exists FOREIGN KEY (after_hook_id) REFERENCES pgsnapman.script(id);

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_before_hook_exists FOREIGN KEY (before_hook_id) REFERENCES pgsnapman.script(id);

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_claimed_by_exists FOREIGN KEY (claimed_by) REFERENCES pgsnapman.worker(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_drill_instance_exists FOREIGN KEY (drill_instance_id) REFERENCES pgsnapman.instance(id);

ALTER TABLE ONLY pgsnapman.dump
    ADD CONSTRAINT dump_job_exists FOREIGN KEY (dump_job_id) REFERENCES pgsnapman.dump_job(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_instance_exists FOREIGN KEY (instance_id) REFERENCES pgsnapman.instance(id);

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_script_exists FOREIGN KEY (script_id) REFERENCES pgsnapman.script(id);

ALTER TABLE ONLY pgsnapman.dump_job_trigger
    ADD CONSTRAINT dump_job_trigger_dump_job_exists FOREIGN KEY (dump_job_id) REFERENCES pgsnapman.dump_job(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.dump_job_trigger
    ADD CONSTRAINT dump_job_trigger_restore_job_exists FOREIGN KEY (restore_job_id) REFERENCES pgsnapman.restore_job(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.dump_job
    ADD CONSTRAINT dump_job_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id);

ALTER TABLE ONLY pgsnapman.dump
    ADD CONSTRAINT dump_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.instance
    ADD CONSTRAINT instance_default_worker_exists FOREIGN KEY (default_worker_id) REFERENCES pgsnapman.worker(id);

ALTER TABLE ONLY pgsnapman.message
    ADD CONSTRAINT message_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.repository
    ADD CONSTRAINT repository_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.request
    ADD CONSTRAINT request_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_after_hook_exists FOREIGN KEY (after_hook_id) REFERENCES pgsnapman.script(id);

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_after_script_exists FOREIGN KEY (after_script_id) REFERENCES pgsnapman.script(id);

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_before_script_exists FOREIGN KEY (before_script_id) REFERENCES pgsnapman.script(id);

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_claimed_by_exists FOREIGN KEY (claimed_by) REFERENCES pgsnapman.worker(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_dest_instance_exists FOREIGN KEY (dest_instance_id) REFERENCES pgsnapman.instance(id);

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_dump_exists FOREIGN KEY (dump_id) REFERENCES pgsnapman.dump(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.restore_job
    ADD CONSTRAINT restore_job_latest_of_dump_job_exists FOREIGN KEY (latest_of_dump_job_id) REFERENCES pgsnapman.dump_job(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.restore_run
    ADD CONSTRAINT restore_run_dest_instance_exists FOREIGN KEY (dest_instance_id) REFERENCES pgsnapman.instance(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.restore_run
    ADD CONSTRAINT restore_run_dump_exists FOREIGN KEY (dump_id) REFERENCES pgsnapman.dump(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.restore_run
    ADD CONSTRAINT restore_run_job_exists FOREIGN KEY (restore_job_id) REFERENCES pgsnapman.restore_job(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.restore_run
    ADD CONSTRAINT restore_run_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id) ON DELETE SET NULL;

ALTER TABLE ONLY pgsnapman.retention_approval
    ADD CONSTRAINT retention_approval_dump_job_exists FOREIGN KEY (dump_job_id) REFERENCES pgsnapman.dump_job(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.retention_approval
    ADD CONSTRAINT retention_approval_worker_exists FOREIGN KEY (worker_id) REFERENCES pgsnapman.worker(id) ON DELETE CASCADE;

ALTER TABLE ONLY pgsnapman.worker
    ADD CONSTRAINT worker_restore_worker_exists FOREIGN KEY (restore_worker_id) REFERENCES pgsnapman.worker(id) ON DELETE SET NULL;
