import { activity } from './activity.ts';
import { audit, scripts, settings } from './administration.ts';
import { databases } from './databases.ts';
import { dumpJobs } from './dump-jobs.ts';
import { dumps } from './dumps.ts';
import { instances } from './instances.ts';
import { messages } from './messages.ts';
import { restoreJobs } from './restore-jobs.ts';
import { restoreLog } from './restore-log.ts';
import type { ListScreen } from './screen.ts';
import type { ListScreenId, ScreenId } from './screen-ids.ts';
import { workers } from './workers.ts';

const ALL: Readonly<Record<ListScreenId, ListScreen>> = {
  workers,
  instances,
  databases,
  dumpjobs: dumpJobs,
  dumps,
  restorejobs: restoreJobs,
  restorelog: restoreLog,
  messages,
  activity,
  scripts,
  settings,
  audit,
};

export function listScreen(id: ListScreenId): ListScreen {
  return ALL[id];
}

/** Where the digits lead, and by which other names a screen can be gone to. */
export interface Destination {
  digit: string | null;
  name: string;
  aliases: readonly string[];
  title: string;
  screen: ScreenId;
  scope?: Readonly<Record<string, boolean>>;
}

export const DESTINATIONS: readonly Destination[] = [
  { digit: '1', name: 'overview', aliases: ['home'], title: 'Overview', screen: 'overview' },
  { digit: '2', name: 'workers', aliases: ['worker'], title: 'Workers', screen: 'workers' },
  { digit: '3', name: 'instances', aliases: ['instance'], title: 'Instances', screen: 'instances' },
  { digit: '4', name: 'databases', aliases: ['database', 'db'], title: 'Databases', screen: 'databases' },
  { digit: '5', name: 'dumpjobs', aliases: ['dumpjob', 'jobs'], title: 'Dump jobs', screen: 'dumpjobs' },
  { digit: '6', name: 'dumps', aliases: ['dump'], title: 'Dumps', screen: 'dumps' },
  { digit: '7', name: 'restorejobs', aliases: ['restorejob'], title: 'Restore jobs', screen: 'restorejobs' },
  { digit: '8', name: 'restorelog', aliases: ['restores'], title: 'Restore log', screen: 'restorelog' },
  { digit: '9', name: 'messages', aliases: ['message'], title: 'Messages', screen: 'messages' },
  { digit: '0', name: 'activity', aliases: ['running'], title: 'Activity', screen: 'activity' },
  {
    digit: null,
    name: 'copyjobs',
    aliases: ['copyjob'],
    title: 'Copy jobs',
    screen: 'dumpjobs',
    scope: { copies: true },
  },
  {
    digit: null,
    name: 'uncovered',
    aliases: [],
    title: 'Databases without a job',
    screen: 'databases',
    scope: { uncovered: true },
  },
  {
    digit: null,
    name: 'failures',
    aliases: ['failed'],
    title: 'Failed dumps',
    screen: 'dumps',
    scope: { failed: true },
  },
  { digit: null, name: 'scripts', aliases: ['script'], title: 'Scripts', screen: 'scripts' },
  { digit: null, name: 'settings', aliases: ['setting'], title: 'Settings', screen: 'settings' },
  { digit: null, name: 'audit', aliases: ['changes'], title: 'Audit', screen: 'audit' },
];
