/** The value of --config if the words are `worker run [--config FILE]`, as cron says them; null: they are not. */
export function plainTick(argv: readonly string[]): { config: string | undefined } | null {
  const [noun, verb, option, config, ...more] = argv;
  if (noun !== 'worker' || verb !== 'run' || more.length > 0) return null;
  if (option === undefined) return { config: undefined };
  return option === '--config' && config !== undefined && config !== '' ? { config } : null;
}
