// Rows 3, 4, 5, 5b and 7: the same daily dumps into our repository, restic's, borg's, and as gzip.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleChild } from '../bundle.ts';
import { isInstalled, median, run, type Taken, treeBytes } from '../measure.ts';
import { type BenchContext, compared, type Result, sizes } from '../result.ts';
import { bulkDatabase, nextDay, startBenchCluster } from './databases.ts';

const DAYS = 10;
const PEERS = ['restic', 'borg'] as const;
type Peer = (typeof PEERS)[number];

interface Series {
  ours: Taken[];
  added: number[];
  peers: Record<Peer, Taken[]>;
  gzipBytes: number[];
  recovered: Map<number, { megabytesPerSecond: number; raw: number }>;
}

export async function dailyDumps(context: BenchContext): Promise<Result[]> {
  const peers = PEERS.filter(isInstalled);
  for (const peer of PEERS) if (!peers.includes(peer)) context.note(`${peer} is not installed: left out`);
  const cluster = await startBenchCluster();
  const at = (name: string) => join(context.folder, name);
  const series: Series = { ours: [], added: [], peers: { restic: [], borg: [] }, gzipBytes: [], recovered: new Map() };
  try {
    const program = await bundleChild('store-directory', context.folder);
    const url = await bulkDatabase(cluster, 'daily', context.megabytes / 2);
    const pgDump = join(cluster.binDirectory, 'pg_dump');
    for (const peer of peers) beginPeer(peer, at(peer));
    for (let day = 0; day <= DAYS; day += 1) {
      if (day > 0) nextDay(url);
      for (const name of ['dump', 'gzip']) rmSync(at(name), { recursive: true, force: true });
      run([pgDump, '-Fd', '-Z0', '-j2', '-f', at('dump'), '-d', url]);
      run([pgDump, '-Fd', '-Z6', '-j2', '-f', at('gzip'), '-d', url]);
      series.gzipBytes.push(treeBytes(at('gzip')));
      for (const peer of peers) series.peers[peer].push(storeWithPeer(peer, at(peer), at('dump'), day));
      const taken = run([process.execPath, program, at('repository'), at('dump'), String(day)]);
      const { raw, added } = JSON.parse(taken.stdout);
      series.ours.push(taken);
      series.added.push(added);
      if (day === 0 || day === DAYS) series.recovered.set(day, recover(at('repository'), at('recovered'), raw));
    }
    return resultsOf(series, peers, treeBytes(at('repository')), (peer) => treeBytes(at(peer)));
  } finally {
    await cluster.remove();
  }
}

const PEER_ENVIRONMENT = { RESTIC_PASSWORD: 'bench', BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' };

function beginPeer(peer: Peer, directory: string): void {
  if (peer === 'restic') run(['restic', '-r', directory, '--no-cache', '-q', 'init'], PEER_ENVIRONMENT);
  else run(['borg', 'init', '-e', 'none', directory], PEER_ENVIRONMENT);
}

function storeWithPeer(peer: Peer, directory: string, folder: string, day: number): Taken {
  return peer === 'restic'
    ? run(['restic', '-r', directory, '--no-cache', '-q', 'backup', folder], PEER_ENVIRONMENT)
    : run(['borg', 'create', '-C', 'zstd,3', `${directory}::day${day}`, folder], PEER_ENVIRONMENT);
}

function recover(repository: string, out: string, raw: number) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const dump = readdirSync(join(repository, 'dumps')).sort().at(-1) as string;
  const { seconds } = run(['sh', join(repository, 'recover.sh'), dump, join(out, 'dump')]);
  rmSync(out, { recursive: true });
  return { megabytesPerSecond: raw / 1e6 / seconds, raw };
}

function resultsOf(
  series: Series,
  peers: readonly Peer[],
  stored: number,
  peerBytes: (peer: Peer) => number,
): Result[] {
  const results: Result[] = [];
  for (const peer of PEERS) {
    const has = peers.includes(peer);
    const goal = peer === 'restic' ? 0.45 : null;
    const [first, ...next] = series.peers[peer];
    results.push(
      compared('3', `taking a directory dump in, first; ${peer}`, series.ours[0] as Taken, first ?? null, goal),
    );
    results.push(
      compared('3', `next days (median); ${peer}`, median(series.ours.slice(1)), has ? median(next) : null, goal),
    );
  }
  for (const peer of PEERS) {
    const bytes = peers.includes(peer) ? peerBytes(peer) : null;
    results.push(sizes('4', `${DAYS + 1} daily dumps; ${peer}`, stored, bytes, peer === 'restic' ? 0.2 : null));
  }
  const gzip = series.gzipBytes.reduce((sum, bytes) => sum + bytes, 0);
  results.push(sizes('5', 'the same; gzip directory dumps', stored, gzip, 0.14));
  const last = series.added.at(-1) as number;
  results.push(
    sizes('5b', `what day ${DAYS} adds; a gzip directory dump`, last, series.gzipBytes.at(-1) as number, 0.04),
  );
  for (const [day, { megabytesPerSecond }] of series.recovered) {
    results.push({
      row: '7',
      work: `recover.sh, dump ${day + 1}, MB/s of raw data`,
      ours: `${megabytesPerSecond.toFixed(0)} MB/s`,
      peer: '',
      value: megabytesPerSecond,
      target: { atLeast: 20 },
      note: '',
    });
  }
  return results;
}
