import * as z from 'zod';

/**
 * Lets zod check values by walking its schemas instead of compiling a function for each first, which pays only for who
 * checks many. Call it before the first check.
 */
export function parseWithoutCompiling(): void {
  z.config({ jitless: true });
}
