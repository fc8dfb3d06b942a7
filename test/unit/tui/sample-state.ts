import { naturalWidths } from '../../../src/tui/list/columns.ts';
import type { ListRow } from '../../../src/tui/list/list-state.ts';
import { newList } from '../../../src/tui/list/list-state.ts';
import type { ListScreenId } from '../../../src/tui/screens/screen-ids.ts';
import { listScreen } from '../../../src/tui/screens/screens.ts';
import { type AppState, initialState, OVERVIEW } from '../../../src/tui/state/app-state.ts';
import { detailsView, listView } from '../../../src/tui/state/navigate.ts';
import { createTheme } from '../../../src/tui/theme/theme.ts';

export const NOW = new Date('2026-11-22T12:00:00Z');
const at = (text: string): Date => new Date(`2026-11-${text}:00Z`);
/** Escape sequences, line ends, wide and combining characters, a long name. */
const NAMES = ['shop', 'evil\u001b[31m\u001b[2J\nname', '顧客データ', 'ü"quoted" name', 'x'.repeat(63)] as const;
const name = (index: number): string => NAMES[index % NAMES.length] ?? '';
const OUTCOMES = ['ok', 'failed', 'ok_with_warnings', 'stalled', 'cancelled'] as const;
const outcome = (index: number): (typeof OUTCOMES)[number] => OUTCOMES[index % OUTCOMES.length] ?? 'ok';

const job = (index: number) => ({
  id: index + 1,
  timezone: 'Europe/Berlin',
  own_timezone: null,
  schemas: [],
  tables: [],
  job_type: 'repeat',
  schedule: '4 3 * * *',
  run_at: null,
  status: index === 1 ? 'halted' : 'active',
  activated_at: at('01T00:00'),
  claimed_at: null,
  finished_at: null,
  comment: index === 2 ? 'a comment' : null,
  created_at: at('01T00:00'),
  last_started_at: at('22T03:04'),
  last_outcome: outcome(index),
  last_message: index === 1 ? 'pg_dump: error: \u001b[1mlost' : null,
  running_stage: index === 3 ? 'copying' : null,
});

const ROWS: Readonly<Record<ListScreenId, (index: number) => object>> = {
  workers: (index) => ({
    id: index + 1,
    name: `w${index + 1}`,
    status: index === 1 ? 'halted' : 'active',
    timezone: null,
    clean_schedule: '30 8 * * *',
    verify_schedule: '0 9 * * *',
    discovery_schedule: '15 * * * *',
    auto_add: 'off',
    restore_worker_name: null,
    last_seen_at: index === 2 ? at('20T00:00') : at('22T11:59'),
    version: '0.1.0',
    tools: [{ version: '15.18', directory: '/usr/lib/postgresql/15/bin' }],
    comment: null,
    created_at: at('01T00:00'),
    instance_count: 3,
    job_count: 40,
    running_count: 1,
    dump_count: 500,
    raw_bytes: 5e12,
    stored_bytes: 4e11,
    free_bytes: 6e11,
    growth_bytes_per_day: 3e9,
  }),
  instances: (index) => ({
    id: index + 1,
    name: name(index),
    host: `db${index}.example.org`,
    port: 5432,
    maintenance_db: 'postgres',
    username: null,
    service: null,
    sslmode: null,
    status: 'active',
    worker_id: 1,
    worker_name: 'w1',
    window_start: '20:00',
    window_end: '06:00',
    auto_add: 'off',
    max_parallel: null,
    trusted: true,
    restores: 'allowed',
    environment: 'prod',
    comment: null,
    created_at: at('01T00:00'),
    job_count: 7,
    database_count: 9,
    database_bytes: 9e10,
    last_dump_at: at('22T03:04'),
  }),
  databases: (index) => ({
    id: index + 1,
    instance_id: 1,
    instance_name: 'pg-prod-1',
    name: name(index),
    size_bytes: 7e9 + index,
    first_seen_at: at('01T00:00'),
    last_seen_at: at('22T11:00'),
    dropped_at: index === 3 ? at('20T00:00') : null,
    covered: index !== 1,
    job_count: 1,
    last_good_at: index === 2 ? null : at('22T03:04'),
  }),
  dumpjobs: (index) => ({
    ...job(index),
    instance_id: 1,
    instance_name: 'pg-prod-1',
    instance_status: 'active',
    worker_id: 1,
    worker_name: 'w1',
    worker_status: 'active',
    worker_last_seen_at: at('22T11:59'),
    dbname: name(index),
    dump_type: 'full',
    options: [],
    keep_daily: 14,
    keep_weekly: 2,
    keep_monthly: 5,
    keep_yearly: 2,
    keep_last: 2,
    parallel: 2,
    on_demand: false,
    skipped_at: null,
    script_name: null,
    before_hook_name: null,
    after_hook_name: null,
    trigger_count: index === 0 ? 1 : 0,
    last_dump_id: 9,
  }),
  dumps: (index) => ({
    id: index + 1,
    uuid: '0190a0c1-0000-7000-8000-000000000001',
    dump_job_id: 3,
    worker_id: 1,
    instance_id: 1,
    worker_name: 'w1',
    instance_name: 'pg-prod-1',
    dbname: name(index),
    dump_type: 'full',
    trigger_kind: 'schedule',
    started_at: at('22T03:04'),
    ended_at: at('22T03:45'),
    outcome: outcome(index),
    state: index === 0 || index === 2 ? 'available' : null,
    raw_bytes: index === 1 ? null : 1.8e11,
    stored_bytes: 4e10,
    new_bytes: 3e9,
    database_bytes: 3e11,
    table_count: 120,
    row_count: 123_456_789,
    server_version: '15.18',
    tool_version: '15.18',
    verified_level: index % 5,
    verified_at: null,
    verification_failed: null,
    keep: 'auto',
    warnings: index === 2 ? ['role "a\u0007b" is gone'] : [],
    message: index === 1 ? 'pg_dump: error: connection lost\u001b[2J' : null,
  }),
  restorejobs: (index) => ({
    ...job(index),
    dump_id: null,
    latest_of_dump_job_id: 3,
    source_dbname: name(index),
    source_instance_name: 'pg-prod-1',
    trigger_job_ids: [],
    dest_instance_id: 2,
    dest_instance_name: 'pg-test-1',
    dest_instance_status: 'active',
    dest_dbname: name(index + 1),
    restore_type: 'full',
    existing_db: 'leave',
    role_handling: 'use',
    after_hook_name: null,
    last_run_id: 4,
  }),
  restorelog: (index) => ({
    id: index + 1,
    uuid: '0190a0c1-0000-7000-8000-000000000002',
    restore_job_id: 2,
    dump_id: 3,
    dump_uuid: null,
    dest_instance_id: 2,
    worker_name: 'w1',
    dest_instance_name: 'pg-test-1',
    dest_dbname: name(index),
    source_dbname: name(index + 1),
    source_instance_name: 'pg-prod-1',
    trigger_kind: 'dump',
    started_at: at('22T04:00'),
    ended_at: at('22T04:30'),
    outcome: outcome(index),
    table_count: 120,
    row_count: 5000,
    undo_dbname: null,
    tool_version: '15.18',
    warnings: [],
    message: index === 1 ? 'disk full' : null,
  }),
  messages: (index) => ({
    id: index + 1,
    level: ['info', 'warning', 'error', 'critical', 'debug'][index % 5],
    tool: 'pgsnapman',
    logged_at: at('22T03:04'),
    text: `database ${name(index)} could not be dumped; look at its log`,
    job_class: 'dump',
    job_id: 3,
    worker_id: 1,
    worker_name: 'w1',
  }),
  activity: (index) => ({
    id: index + 1,
    uuid: '0190a0c1-0000-7000-8000-000000000003',
    worker_id: 1,
    worker_name: 'w1',
    kind: index === 1 ? 'restore' : 'dump',
    job_id: 3,
    subject: `${name(index)} on pg-prod-1`,
    started_at: at('22T11:50'),
    stage: 'copying',
    item: `public.${name(index)}`,
    done_bytes: 5e9 * (index + 1),
    total_bytes: index === 2 ? null : 3e10,
    done_items: null,
    total_items: null,
    cancel_requested: false,
    heartbeat_at: NOW,
  }),
  scripts: (index) => ({
    id: index + 1,
    name: `mask_${index}`,
    sha256: 'ab'.repeat(32),
    comment: name(index),
    created_at: at('01T00:00'),
    size_bytes: 900,
  }),
  settings: (index) => ({ id: `setting_${index}`, value: '24 hours', comment: name(index) }),
  audit: (index) => ({
    id: index + 1,
    changed_at: at('22T10:00'),
    changed_by: 'alice',
    application: 'pgsnapman',
    table_name: 'dump_job',
    row_id: '3',
    action: 'update',
    before: { status: 'active', comment: null },
    after: { status: 'halted', comment: name(index) },
  }),
};

export const sampleRows = (screen: ListScreenId, count = 5): ListRow[] =>
  Array.from(
    { length: count },
    (_, index) => ({ cursor_keys: [String(index)], ...ROWS[screen](index) }) as unknown as ListRow,
  );

export function connectedState(columns: number, rows: number): AppState {
  const state = initialState({ columns, rows }, NOW, 'UTC', false);
  return {
    ...state,
    connection: { state: 'connected', name: 'catalog@db0', readOnly: false, message: null, slow: false },
    pulse: { workers: 3, workers_seen: 2, running: 2, failed: 1 },
    pulseWanted: false,
  };
}

/** A list with sample rows on the screen. */
export function listState(screen: ListScreenId, columns: number, rows = 24): AppState {
  const view = listView(screen, {}, null);
  const found = sampleRows(screen);
  const definition = listScreen(screen);
  const context = { theme: createTheme({ color: false, ascii: true }), now: NOW, zone: 'UTC' };
  const list = {
    ...newList(view.key, screen, {}, definition.sort),
    rows: found,
    natural: naturalWidths(definition.columns, found, context, {}),
    loaded: true,
    wanted: null,
    startReached: true,
    endReached: true,
    countWanted: false,
    cursor: 1,
    matching: 5,
    total: 5,
  };
  const state = connectedState(columns, rows);
  return { ...state, stack: [OVERVIEW, view], lists: { [view.key]: list }, paneRow: found[1]?.id ?? null };
}

export function detailsState(screen: ListScreenId, columns: number, extra: unknown): AppState {
  const state = listState(screen, columns);
  const row = sampleRows(screen)[1];
  if (row === undefined) throw new Error('no sample row');
  const view = detailsView(screen, row);
  const details = { row, extra, scroll: 0, wrap: true, wanted: false, gone: false, error: null };
  return { ...state, stack: [...state.stack, view], details: { [view.key]: details } };
}

export function overviewState(columns: number, rows = 24): AppState {
  const state = connectedState(columns, rows);
  const scheduled = {
    kind: 'dump',
    id: 3,
    dbname: name(1),
    instance_name: 'pg-prod-1',
    worker_name: 'w1',
    schedule: '4 3 * * *',
    timezone: null,
    activated_at: at('01T00:00'),
    last_good_at: at('20T03:04'),
  } as const;
  return {
    ...state,
    overview: {
      ...state.overview,
      wanted: new Set(),
      running: sampleRows('activity', 2) as unknown as AppState['overview']['running'],
      day: {
        outcomes: [
          { kind: 'dump', outcome: 'ok', count: 1905 },
          { kind: 'dump', outcome: 'failed', count: 1 },
          { kind: 'restore', outcome: 'ok', count: 12 },
        ],
        failures: [
          {
            kind: 'dump',
            id: 7,
            outcome: 'failed',
            started_at: at('22T03:04'),
            dbname: name(1),
            instance_name: 'pg-prod-1',
            message: 'lost\u001b[2J',
          },
        ],
      },
      forecast: {
        next: [{ at: at('22T12:30'), job: scheduled }],
        late: [{ due: at('21T03:04'), job: scheduled }],
        jobs: 2030,
      },
      uncovered: {
        anyKnown: true,
        count: 1,
        databases: [{ id: 4, name: name(2), instance_name: 'pg-prod-1', size_bytes: 7e9 }],
      },
      repositories: [
        {
          worker_id: 1,
          worker_name: 'w1',
          dump_count: 500,
          raw_bytes: 5e12,
          stored_bytes: 4e11,
          free_bytes: 6e11,
          growth_bytes_per_day: 3e9,
          added: [0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3],
        },
      ],
      unseen: [{ id: 3, name: 'w3', last_seen_at: at('20T00:00') }],
      oldestVerified: {
        id: 2,
        dbname: 'shop',
        instance_name: 'pg-prod-1',
        started_at: at('02T03:04'),
        verified_level: 4,
      },
    },
  };
}
