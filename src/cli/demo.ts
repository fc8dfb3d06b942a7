import { addVerb, type NounBuilder } from './command-tree.ts';
import type { Context } from './context.ts';
import type { DemoOptions } from './demo/demo.ts';
import { someText } from './options/values.ts';

/** `demo [--dir DIR] [--keep]` */
export const addDemoCommand: NounBuilder = (program, settings) => {
  addVerb<DemoOptions>(program, settings, 'demo', 'show the main job on throw-away Postgres clusters', demo)
    .option('--dir <directory>', 'folder of the demo; default: in the temporary folder', someText('--dir'))
    .option('--keep', 'leave the clusters running')
    .option('--stop', 'only stop the clusters that an earlier demo left running');
};

async function demo(context: Context, _args: readonly string[], options: DemoOptions): Promise<void> {
  const { runDemo, stopDemo } = await import('./demo/demo.ts');
  await (options.stop === true ? stopDemo(context, options) : runDemo(context, options));
}
