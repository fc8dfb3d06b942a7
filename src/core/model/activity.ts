/** What a running job says of itself; sizes in bytes; null where it is not known. */
export interface Progress {
  stage: string;
  item: string | null;
  done_bytes: number | null;
  total_bytes: number | null;
  done_items: number | null;
  total_items: number | null;
}

export interface Activity extends Progress {
  uuid: string;
  worker_id: number;
  kind: 'dump' | 'restore' | 'clean' | 'verify' | 'drill' | 'prune';
  job_id: number | null;
  subject: string;
  started_at: Date;
}
