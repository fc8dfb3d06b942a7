import type { RetentionDump } from '../../../../src/core/retention/plan-retention.ts';

/** A good dump that nobody has asked to keep. */
export function sampleDump(uuid: string, startedAt: string | Date, more: Partial<RetentionDump> = {}): RetentionDump {
  return {
    uuid,
    started_at: new Date(startedAt),
    outcome: 'ok',
    state: 'available',
    keep: 'auto',
    verified_level: 1,
    verification_failed: null,
    verification_failed_at: null,
    needed_by: [],
    ...more,
  };
}
