import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestTerminal } from '../e2e/terminal.ts';

export interface Measurement {
  what: string;
  value: number;
  unit: 'ms' | 'bytes' | 'MB' | 'times';
  /** null: for information only. */
  target: number | null;
}

export interface Program {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
}

const SIZE = { columns: 120, rows: 40 };
const DOWN = 'j';

const start = ({ file, args, env }: Program): TestTerminal => new TestTerminal(file, args, { ...SIZE, env });

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A Node that does nothing, from start to end: what the machine is able to just now. */
async function measureBareNode(): Promise<number> {
  const begun = performance.now();
  const terminal = new TestTerminal(process.execPath, ['-e', '0'], SIZE);
  await terminal.exited;
  const took = performance.now() - begun;
  await terminal.dispose();
  return took;
}

/**
 * From the start of the process until the first line of the screen is there, and until the first rows are; in turn with a
 * bare Node, so that the figures of a busy machine can be told from those of a slow program.
 */
async function measureStart(program: Program, runs: number): Promise<Measurement[]> {
  const bare: number[] = [];
  const paints: number[] = [];
  const rows: number[] = [];
  for (let run = 0; run <= runs; run++) {
    if (run > 0) bare.push(await measureBareNode());
    const begun = performance.now();
    const terminal = start(program);
    await terminal.waitFor(/^pgsnapman/, 20_000);
    const painted = performance.now() - begun;
    await terminal.waitFor(/Last 24 hours +dumps/, 20_000);
    // The first run fills the compile cache.
    if (run > 0) {
      paints.push(painted);
      rows.push(performance.now() - begun);
    }
    terminal.send('\u0003');
    await terminal.exited;
    await terminal.dispose();
  }
  return [
    { what: 'bare Node, start to end, median', value: median(bare), unit: 'ms', target: null },
    { what: 'start to first paint, median', value: median(paints), unit: 'ms', target: 250 },
    { what: 'start to first paint, fastest', value: Math.min(...paints), unit: 'ms', target: null },
    { what: 'start to first paint, in bare Nodes', value: median(paints) / median(bare), unit: 'times', target: null },
    { what: 'start to first data, median', value: median(rows), unit: 'ms', target: null },
  ];
}

async function openDumps(terminal: TestTerminal): Promise<void> {
  await terminal.waitFor(/Last 24 hours +dumps/, 20_000);
  terminal.send('6');
  await terminal.waitFor(/Dumps .* sort: started/);
  await terminal.settle(400);
}

interface KeyCost {
  firstByteMs: number;
  bytes: number;
}

/** Presses a key and waits until the program has said all that it has to say to it. */
async function press(terminal: TestTerminal, key: string, restMs: number): Promise<KeyCost> {
  const before = terminal.output.length;
  const begun = performance.now();
  terminal.send(key);
  while (terminal.output.length === before && performance.now() - begun < 1000) await sleep(0.2);
  const firstByteMs = performance.now() - begun;
  await sleep(restMs);
  return { firstByteMs, bytes: Buffer.byteLength(terminal.output.slice(before)) };
}

async function measureKeys(terminal: TestTerminal): Promise<Measurement[]> {
  const moves: KeyCost[] = [];
  for (let count = 0; count < 150; count++) moves.push(await press(terminal, DOWN, 60));
  const settled: KeyCost[] = [];
  for (let count = 0; count < 30; count++) settled.push(await press(terminal, 'k', 450));
  const pages: KeyCost[] = [];
  for (let count = 0; count < 25; count++) pages.push(await press(terminal, '\u001b[6~', 450));
  const latencies = [...moves, ...pages].map(({ firstByteMs }) => firstByteMs);
  const steps = moves.map(({ bytes }) => bytes);
  return [
    { what: 'key to first byte, median', value: median(latencies), unit: 'ms', target: 15 },
    { what: 'key to first byte, p95', value: quantile(latencies, 0.95), unit: 'ms', target: 35 },
    { what: 'bytes of a cursor move, median', value: median(steps), unit: 'bytes', target: 500 },
    {
      what: 'bytes of a cursor move, mean with jumps',
      value: steps.reduce((a, b) => a + b, 0) / steps.length,
      unit: 'bytes',
      target: null,
    },
    {
      what: 'bytes of a cursor move and a rest (the pane follows), median',
      value: median(settled.map(({ bytes }) => bytes)),
      unit: 'bytes',
      target: 500,
    },
    { what: 'bytes of a page, median', value: median(pages.map(({ bytes }) => bytes)), unit: 'bytes', target: 4500 },
  ];
}

/** Resident memory after 1,000 keys of all kinds. */
async function measureMemory(terminal: TestTerminal): Promise<Measurement> {
  const keys = ['j', 'j', 'k', '\u001b[6~', 'G', 'k', 'g', '5', 'j', '\u001b[6~', '6', 'j', '\u001b[6~', 'k', '3', '1'];
  for (let count = 0; count < 1000; count++) {
    terminal.send(keys[count % keys.length] ?? 'j');
    await sleep(15);
  }
  await terminal.settle(500, 60_000);
  const status = readFileSync(`/proc/${terminal.pid}/status`, 'utf8');
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
  return { what: 'memory after 1,000 keys', value: resident, unit: 'MB', target: 160 };
}

async function measureIdle(terminal: TestTerminal, seconds: number): Promise<Measurement> {
  terminal.send('6');
  await terminal.settle(1000, 60_000);
  const before = terminal.output.length;
  await sleep(seconds * 1000);
  const bytes = Buffer.byteLength(terminal.output.slice(before));
  return { what: 'idle for a minute', value: (bytes * 60) / seconds, unit: 'bytes', target: 2048 };
}

export async function measureTui(program: Program, idleSeconds = 60): Promise<Measurement[]> {
  const found = await measureStart(program, 9);
  const terminal = start(program);
  try {
    await openDumps(terminal);
    found.push(...(await measureKeys(terminal)));
    found.push(await measureMemory(terminal));
    found.push(await measureIdle(terminal, idleSeconds));
  } finally {
    await terminal.dispose();
  }
  return found;
}

export function reportTable(found: readonly Measurement[]): string {
  const lines = found.map(({ what, value, unit, target }) => {
    const shown = `${unit === 'bytes' ? Math.round(value) : value.toFixed(1)} ${unit}`;
    const wanted = target === null ? '' : `${target} ${unit}`;
    const verdict = target === null ? '' : value <= target ? 'holds' : 'MISSED';
    return [what.padEnd(52), shown.padStart(14), wanted.padStart(12), verdict].join('  ').trimEnd();
  });
  return ['what'.padEnd(52) + '  ' + 'measured'.padStart(14) + '  ' + 'target'.padStart(12), ...lines].join('\n');
}
