import { BlockSet } from '../../core/repository/block-set.ts';
import { readNeeds } from './dump-documents.ts';
import { readManifest } from './dump-folder.ts';
import type { CheckProblem } from './repository.ts';

interface Entry {
  reason: string;
  dumps: Set<string>;
  /** Dumps that need one of these are hurt, too. */
  blocks: BlockSet;
}

/**
 * Collects problems: one entry for each thing that is damaged. Which dumps need a block is looked up at the end, and only
 * if there is damage: to remember it for every block would take memory for all dumps times all blocks.
 */
export class CheckProblems {
  readonly #found = new Map<string, Entry>();

  /** @param dump the folder that is hurt; null: none is */
  add(subject: string, reason: string, dump: string | null): void {
    const entry = this.#entry(subject, reason);
    if (dump !== null) entry.dumps.add(dump);
  }

  /** Something is wrong that keeps this block from being read. */
  addBlock(subject: string, reason: string, { pack, block }: { pack: string; block: number }): void {
    this.#entry(subject, reason).blocks.add(pack, block);
  }

  /** All problems, with every dump that each of them hurts. */
  async list(repository: string, folders: readonly string[]): Promise<CheckProblem[]> {
    const entries = [...this.#found.values()].filter(({ blocks }) => blocks.size > 0);
    for (const folder of entries.length === 0 ? [] : folders) {
      const needs = await needsOf(repository, folder);
      for (const { blocks, dumps } of entries) if (needs !== null && blocks.meets(needs)) dumps.add(folder);
    }
    return [...this.#found].map(([subject, { reason, dumps }]) => ({ subject, reason, dumps: [...dumps] }));
  }

  #entry(subject: string, reason: string): Entry {
    const entry = this.#found.get(subject) ?? { reason, dumps: new Set<string>(), blocks: new BlockSet() };
    this.#found.set(subject, entry);
    return entry;
  }
}

/** Null: they cannot be read, which is a problem of its own. */
async function needsOf(repository: string, folder: string): Promise<BlockSet | null> {
  try {
    const { manifest } = await readManifest(repository, folder);
    const needs = new BlockSet();
    await readNeeds({ repository, folder: `dumps/${folder}`, manifest }, needs);
    return needs;
  } catch {
    return null;
  }
}
