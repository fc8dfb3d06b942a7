import { builtProgram } from '../support/built-program.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startTestCatalog } from '../support/clusters.ts';
import { type TerminalOptions, TestTerminal } from './terminal.ts';

/** A catalog of its own, a home with a configuration that leads there, and the manager in a terminal. */
export interface Workplace {
  catalog: Awaited<ReturnType<typeof startTestCatalog>>;
  home: CliHome;
  open(options?: TerminalOptions & { args?: readonly string[] }): Promise<TestTerminal>;
  /** The same in a shell, which goes on afterwards. */
  openInShell(script: (command: string) => string, options?: TerminalOptions): Promise<TestTerminal>;
  remove(): Promise<void>;
}

export async function createWorkplace(): Promise<Workplace> {
  const catalog = await startTestCatalog();
  const home = await createCliHome({ catalogUrl: catalog.catalogUrl });
  const program = await builtProgram();
  const opened: TestTerminal[] = [];
  const surroundings = {
    HOME: home.directory,
    NO_COLOR: undefined,
    COLORTERM: undefined,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    CI: '',
  };
  const start = (file: string, args: readonly string[], options: TerminalOptions = {}): TestTerminal => {
    const terminal = new TestTerminal(file, args, { ...options, env: { ...surroundings, ...options.env } });
    opened.push(terminal);
    return terminal;
  };
  return {
    catalog,
    home,
    async open(options = {}) {
      const terminal = start(
        process.execPath,
        [program, '--config', home.configFile, 'tui', ...(options.args ?? [])],
        options,
      );
      await terminal.waitFor(/pgsnapman .*\[(RW|RO)\]/);
      return terminal;
    },
    async openInShell(script, options) {
      const command = `${process.execPath} ${program} --config ${home.configFile} tui`;
      return start('/bin/bash', ['--norc', '-c', script(command)], options);
    },
    async remove() {
      for (const terminal of opened) await terminal.dispose();
      await home.remove();
      await catalog.remove();
    },
  };
}
