import { setFlagsFromString } from 'node:v8';

/**
 * Lets the garbage collector run before the heap has grown over a hundred megabytes, which it otherwise would: drawing
 * makes much garbage of short life, and V8 takes a machine with free memory as leave to keep it. Both settings are read
 * again with each collection, so they may be set while the program runs.
 */
export function keepHeapSmall(): void {
  // The young generation stays as small as it is at the start.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The old one is collected when it has grown by this much since the last time.
  setFlagsFromString('--heap-growing-percent=40');
}
