/** Rules that keep a dump. */
export type KeepRule =
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'yearly'
  | 'keep_yes'
  | 'last'
  | 'verified'
  | 'needed'
  | 'future'
  | 'damaged'
  | 'failed_recently';
/** Rules that drop one. */
type DropRule = 'thinned_out' | 'keep_no' | 'removing' | 'damaged_long_ago' | 'failed_long_ago';

/** Why a dump is kept or dropped. */
export interface RetentionReason {
  rule: KeepRule | DropRule;
  /** For people: `daily 2026-11-23`. */
  text: string;
}

const TEXTS = {
  keep_yes: 'marked to be kept',
  last: 'among the newest good ones',
  verified: 'the newest verified one',
  future: 'dated in the future: a clock is or was wrong',
  damaged: 'verification failed: it stays for a look',
  failed_recently: 'failed a short time ago',
  keep_no: 'marked to be dropped',
  removing: 'is being removed',
  damaged_long_ago: 'verification failed long ago, and there are good ones',
  failed_long_ago: 'failed long ago',
} as const;

/** A reason that needs no more words. */
export function reason(rule: keyof typeof TEXTS): RetentionReason {
  return { rule, text: TEXTS[rule] };
}
