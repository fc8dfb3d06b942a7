import { formatBytes } from '../../../core/text/numbers.ts';
import type { RepositoryState } from '../../../sql/catalog/overview.ts';
import { verifiedWord } from '../../screens/states.ts';
import type { AppState } from '../../state/app-state.ts';
import { clean } from '../../text/clean.ts';
import { padTo, widthOf } from '../../text/fit.ts';
import { ago, shortTime } from '../../text/time.ts';
import { nameText, sparkline } from '../../text/values.ts';
import type { Theme } from '../../theme/theme.ts';
import { details, heading, line, list, type OverviewLine, type OverviewPart, reading } from './part.ts';

export function repositoryPart({ overview, now, zone }: AppState, theme: Theme): OverviewPart {
  const { repositories, oldestVerified: oldest } = overview;
  if (repositories === null) return reading('Repositories');
  const verified =
    oldest === null
      ? 'no dump is verified beyond being stored'
      : `${shortTime(oldest.started_at, now, zone)}  ${nameText(oldest.dbname)} on ${nameText(oldest.instance_name)}, ${verifiedWord(oldest.verified_level)}`;
  const nameWidth = Math.min(16, Math.max(0, ...repositories.map((each) => widthOf(clean(each.worker_name)))));
  return {
    head: [
      heading('Oldest verified', verified, oldest === null ? null : details('dumps', oldest.id)),
      heading(
        'Repositories',
        repositories.length === 0 ? 'none reported yet' : String(repositories.length),
        list('workers'),
      ),
    ],
    rows: repositories.map((each) => repositoryLine(each, nameWidth, theme)),
  };
}

function repositoryLine(repository: RepositoryState, nameWidth: number, theme: Theme): OverviewLine {
  const { stored_bytes: stored, free_bytes: free, growth_bytes_per_day: growth } = repository;
  const full = free === null || stored + free === 0 ? '' : `${Math.round((stored / (stored + free)) * 100)}% full`;
  const grows = growth === null ? '' : `+${formatBytes(growth)}/day`;
  const text = `  ${padTo(clean(repository.worker_name), nameWidth)} ${padTo(formatBytes(stored), 9, 'right')}, ${padTo(full, 8)} ${padTo(grows, 14)} ${sparkline(repository.added, theme.ascii)}`;
  return line(text, details('workers', repository.worker_id), free !== null && free < stored * 0.05 ? 'bad' : 'plain');
}

export function workerPart({ overview, pulse, now }: AppState): OverviewPart {
  const { unseen } = overview;
  if (unseen === null || pulse === null) return reading('Workers');
  if (pulse.workers === 0) {
    return {
      head: [heading('Workers', 'none; `pgsnapman worker register NAME` makes one', list('workers'), 'warning')],
      rows: [],
    };
  }
  const text = `${pulse.workers - unseen.length} of ${pulse.workers} seen`;
  return {
    head: [heading('Workers', text, list('workers'), unseen.length === 0 ? 'plain' : 'bad')],
    rows: unseen.map((worker) => {
      const seen = worker.last_seen_at === null ? 'never seen' : `last seen ${ago(worker.last_seen_at, now)}`;
      return line(`  ${padTo(clean(worker.name), 16)} ${seen}`, details('workers', worker.id), 'bad');
    }),
  };
}
