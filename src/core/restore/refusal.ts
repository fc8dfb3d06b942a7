/** Why a restore cannot be done as it is asked for: one sentence, and what to do. */
export interface Refusal {
  sentence: string;
  hint: string;
}
