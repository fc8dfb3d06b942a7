-- The optional roles of the catalog; run as often as one likes, also after an upgrade that added tables.
-- pgsnapman_owner owns everything and has no login. A worker's login is a member of pgsnapman_worker and is named in
-- worker.login_role: that is how its rows are known.

do $$
declare
    name text;
begin
    foreach name in array '{pgsnapman_owner,pgsnapman_manager,pgsnapman_worker,pgsnapman_viewer}'::text[] loop
        if not exists (select from pg_catalog.pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
    execute format('grant create on database %I to pgsnapman_owner', current_database());
end $$;

alter schema pgsnapman owner to pgsnapman_owner;

do $$
declare
    item record;
begin
    for item in select c.oid::regclass as name from pg_catalog.pg_class as c
        where c.relnamespace = 'pgsnapman'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') loop
        execute format('alter table %s owner to pgsnapman_owner', item.name);
    end loop;
    for item in select p.oid::regprocedure as name from pg_catalog.pg_proc as p
        where p.pronamespace = 'pgsnapman'::regnamespace loop
        execute format('alter routine %s owner to pgsnapman_owner', item.name);
    end loop;
end $$;

-- Whose a row is. The role of the session counts, also inside the functions that run as the owner.

create or replace function pgsnapman.is_own_worker(worker integer) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    return exists (select from pgsnapman.worker as w where w.id = worker and w.login_role = session_user);
comment on function pgsnapman.is_own_worker(integer) is 'True if the session is logged in as this worker';

create or replace function pgsnapman.is_own_instance(instance integer) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    return exists (select from pgsnapman.instance as i where i.id = instance and pgsnapman.is_own_worker(i.default_worker_id));
comment on function pgsnapman.is_own_instance(integer) is 'True if the session is logged in as the default worker of this instance';

create or replace function pgsnapman.is_own_dump(dump bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    return exists (select from pgsnapman.dump as d where d.id = dump and pgsnapman.is_own_worker(d.worker_id));
comment on function pgsnapman.is_own_dump(bigint) is 'True if the session is logged in as the worker that took this dump';

create or replace function pgsnapman.restores_for(holder integer) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    return exists (select from pgsnapman.worker as w
        where w.id = holder and pgsnapman.is_own_worker(coalesce(w.restore_worker_id, w.id)));
comment on function pgsnapman.restores_for(integer) is 'True if the session is logged in as the worker that restores the dumps of this one';

create or replace function pgsnapman.is_own_restore(dump bigint, latest_of integer) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    return exists (select from pgsnapman.dump as d where d.id = dump and pgsnapman.restores_for(d.worker_id))
        or exists (select from pgsnapman.dump_job as j join pgsnapman.instance as i on i.id = j.instance_id
            where j.id = latest_of and pgsnapman.restores_for(coalesce(j.worker_id, i.default_worker_id)));
comment on function pgsnapman.is_own_restore(bigint, integer) is 'True if the session is logged in as the worker that performs a restore job with this source';

do $$
declare
    item record;
begin
    for item in select p.oid::regprocedure as name from pg_catalog.pg_proc as p
        where p.pronamespace = 'pgsnapman'::regnamespace loop
        execute format('alter routine %s owner to pgsnapman_owner', item.name);
    end loop;
end $$;

-- Nothing for everybody, then what each role needs.

revoke all on schema pgsnapman from public;
revoke all on all tables in schema pgsnapman from public, pgsnapman_worker, pgsnapman_viewer;
revoke all on all routines in schema pgsnapman from public;
grant usage on schema pgsnapman to pgsnapman_manager, pgsnapman_worker, pgsnapman_viewer;
grant execute on all routines in schema pgsnapman to pgsnapman_manager, pgsnapman_worker, pgsnapman_viewer;
grant select on all tables in schema pgsnapman to pgsnapman_manager, pgsnapman_worker, pgsnapman_viewer;
grant insert, update, delete on all tables in schema pgsnapman to pgsnapman_manager;
revoke insert, update, delete on pgsnapman.audit, pgsnapman.migration from pgsnapman_manager;

grant update (root_id, machine_id, version, tools, last_seen_at) on pgsnapman.worker to pgsnapman_worker;
grant update (claimed_by, claimed_at, run_uuid, finished_at, cleaned_at, skipped_at) on pgsnapman.dump_job to pgsnapman_worker;
grant update (claimed_by, claimed_at, run_uuid, finished_at) on pgsnapman.restore_job to pgsnapman_worker;
grant insert (instance_id, dbname, status, comment) on pgsnapman.dump_job to pgsnapman_worker;
grant insert, update on pgsnapman.database, pgsnapman.repository to pgsnapman_worker;
grant insert, update, delete on pgsnapman.dump, pgsnapman.dump_content, pgsnapman.restore_run, pgsnapman.message,
    pgsnapman.activity, pgsnapman.retention_approval to pgsnapman_worker;
grant update (state, answer, started_at, answered_at), delete on pgsnapman.request to pgsnapman_worker;
grant delete on pgsnapman.audit to pgsnapman_worker;

-- Rows: managers and viewers see all, workers see all and write their own.

do $$
declare
    rule record;
    command text;
begin
    for rule in select * from (values
        ('worker', 'update', 'pgsnapman.is_own_worker(id)'),
        ('dump_job', 'insert', 'pgsnapman.is_own_instance(instance_id)'),
        ('dump_job', 'update', 'pgsnapman.is_own_worker(worker_id) or pgsnapman.is_own_worker(claimed_by)
            or (worker_id is null and pgsnapman.is_own_instance(instance_id))'),
        ('restore_job', 'update', 'pgsnapman.is_own_worker(claimed_by) or pgsnapman.is_own_restore(dump_id, latest_of_dump_job_id)'),
        ('database', 'all', 'pgsnapman.is_own_instance(instance_id)'),
        ('dump', 'all', 'pgsnapman.is_own_worker(worker_id)'),
        ('dump_content', 'all', 'pgsnapman.is_own_dump(dump_id)'),
        ('restore_run', 'all', 'pgsnapman.is_own_worker(worker_id)'),
        ('message', 'all', 'pgsnapman.is_own_worker(worker_id)'),
        ('activity', 'all', 'pgsnapman.is_own_worker(worker_id)'),
        ('request', 'all', 'pgsnapman.is_own_worker(worker_id)'),
        ('repository', 'all', 'pgsnapman.is_own_worker(worker_id)'),
        ('retention_approval', 'all', 'pgsnapman.is_own_worker(worker_id) and approved_at is null'),
        ('retention_approval', 'delete', 'pgsnapman.is_own_worker(worker_id)'),
        ('audit', 'delete', 'changed_at < now() - (select value::integer from pgsnapman.setting where key = ''message_keep_days'') * interval ''1 day''')
    ) as listed (table_name, command, condition) loop
        execute format('alter table pgsnapman.%I enable row level security', rule.table_name);
        execute format('drop policy if exists manager on pgsnapman.%I', rule.table_name);
        execute format('create policy manager on pgsnapman.%I to pgsnapman_manager using (true) with check (true)', rule.table_name);
        execute format('drop policy if exists reader on pgsnapman.%I', rule.table_name);
        execute format('create policy reader on pgsnapman.%I for select to pgsnapman_worker, pgsnapman_viewer using (true)', rule.table_name);
        execute format('drop policy if exists %I on pgsnapman.%I', 'worker_' || rule.command, rule.table_name);
        command := case rule.command
            when 'insert' then format('with check (%s)', rule.condition)
            when 'delete' then format('using (%s)', rule.condition)
            else format('using (%s) with check (%s)', rule.condition, rule.condition)
        end;
        execute format('create policy %I on pgsnapman.%I for %s to pgsnapman_worker %s',
            'worker_' || rule.command, rule.table_name, rule.command, command);
    end loop;
end $$;
