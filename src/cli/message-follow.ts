import { setTimeout as sleep } from 'node:timers/promises';
import { plain } from '../core/text/plain.ts';
import { formatTime } from '../core/text/time.ts';
import { listMessages, type MessageRow, messagesAfter } from '../sql/catalog/messages.ts';
import type { Connection } from '../sql/connection.ts';
import type { Context } from './context.ts';
import { interruptSignal } from './interruption.ts';
import type { ListOptions } from './options/list-options.ts';

/** Of what is there already, when nothing else is said. */
const FIRST_LINES = 10;
/** Where notifications do not arrive (a transaction pooler), messages are still seen soon. */
const LOOK_EVERY_MS = 5_000;

/** `message list --follow`: the last messages, then each new one as it arrives, until Ctrl-C. */
export async function followMessages(context: Context, options: ListOptions): Promise<void> {
  const signal = interruptSignal();
  await context.withCatalog(async (catalog) => {
    const bell = new Bell(catalog, signal);
    await bell.install();
    const since = options.since === undefined ? { limit: FIRST_LINES } : {};
    const first = (await listMessages(catalog, { ...options, ...since })).toReversed();
    for (const message of first) print(context, message);
    let last = Math.max(0, ...first.map(({ id }) => id));
    if (first.length === 0) last = await newestId(catalog);
    while (!signal.aborted) {
      await bell.wait();
      for (const message of await messagesAfter(catalog, last, options)) {
        print(context, message);
        last = Math.max(last, message.id);
      }
    }
  });
}

async function newestId(catalog: Connection): Promise<number> {
  return (await listMessages(catalog, { limit: 1 }))[0]?.id ?? 0;
}

/** Rings when the catalog tells of messages, at the end, and now and then. */
class Bell {
  readonly #catalog: Connection;
  readonly #signal: AbortSignal;
  #ring: () => void = () => {};
  #rung = false;

  constructor(catalog: Connection, signal: AbortSignal) {
    this.#catalog = catalog;
    this.#signal = signal;
  }

  async install(): Promise<void> {
    const ring = (): void => {
      this.#rung = true;
      this.#ring();
    };
    this.#catalog.onNotification((_channel, table) => {
      if (table === 'message') ring();
    });
    this.#signal.addEventListener('abort', ring);
    await this.#catalog.execute('listen pgsnapman');
  }

  async wait(): Promise<void> {
    const stop = new AbortController();
    const rung = new Promise<void>((resolve) => {
      this.#ring = resolve;
    });
    if (!this.#rung)
      await Promise.race([rung, sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => {})]);
    stop.abort();
    this.#rung = false;
  }
}

function print({ output }: Context, message: MessageRow): void {
  if (output.json) {
    output.line(JSON.stringify(message));
    return;
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = output.forPeople ? formatTime(message.logged_at, zone) : message.logged_at.toISOString();
  const text = `${time}  ${message.level}  ${message.worker_name ?? '-'}  ${message.text}`;
  output.line(output.paint(message.level, plain(text)));
}
