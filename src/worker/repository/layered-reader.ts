import { errorText, PgSnapManError } from '../../core/errors.ts';
import type { DumpState } from '../../core/manifest/dump-state.ts';
import type { Manifest } from '../../core/manifest/manifest.ts';
import { openMirror } from './chunk-reader.ts';
import type { DumpReader } from './repository.ts';

/**
 * The dumps of a worker's own repository and of the mirrors that its configuration names, as if they lay in one. A dump
 * that is in several is read from the first. Mirrors are opened when the own repository lacks what is asked for; one
 * that cannot be opened is an error only then.
 */
export class LayeredReader implements DumpReader {
  readonly #own: DumpReader;
  readonly #mirrors: { directory: string; opened: Promise<DumpReader> | null }[];

  /** @param own stays its owner's: `close` closes the mirrors only */
  constructor(own: DumpReader, mirrors: readonly string[]) {
    this.#own = own;
    this.#mirrors = mirrors.map((directory) => ({ directory, opened: null }));
  }

  async list(): ReturnType<DumpReader['list']> {
    const { manifests, unreadable } = await this.#own.list();
    const found = new Map(manifests.map((manifest) => [manifest.uuid, manifest]));
    const problems = [...unreadable];
    for (const mirror of this.#mirrors) {
      try {
        const other = await (await this.#open(mirror)).list();
        for (const manifest of other.manifests) if (!found.has(manifest.uuid)) found.set(manifest.uuid, manifest);
        problems.push(...other.unreadable.map((dump) => ({ ...dump, folder: `${mirror.directory}: ${dump.folder}` })));
      } catch (error) {
        problems.push({ folder: mirror.directory, reason: errorText(error), damaged: false });
      }
    }
    const byTime = (a: Manifest, b: Manifest) => a.started_at.getTime() - b.started_at.getTime();
    return { manifests: [...found.values()].sort(byTime), unreadable: problems };
  }

  /** @throws PgSnapManError configuration when it is not found and a mirror cannot be read */
  async manifest(uuid: string): ReturnType<DumpReader['manifest']> {
    return (await (await this.#home(uuid))?.manifest(uuid)) ?? null;
  }

  async state(uuid: string): Promise<DumpState | null> {
    return (await (await this.#home(uuid))?.state(uuid)) ?? null;
  }

  readonly facts: DumpReader['facts'] = async (uuid) => (await this.#of(uuid)).facts(uuid);
  readonly clusterFacts: DumpReader['clusterFacts'] = async (uuid) => (await this.#of(uuid)).clusterFacts(uuid);
  readonly scriptFacts: DumpReader['scriptFacts'] = async (uuid) => (await this.#of(uuid)).scriptFacts(uuid);
  readonly content: DumpReader['content'] = async (uuid) => (await this.#of(uuid)).content(uuid);
  readonly globalsSql: DumpReader['globalsSql'] = async (uuid) => (await this.#of(uuid)).globalsSql(uuid);
  readonly files: DumpReader['files'] = async (uuid) => (await this.#of(uuid)).files(uuid);
  readonly materialize: DumpReader['materialize'] = async (uuid, ...rest) =>
    (await this.#of(uuid)).materialize(uuid, ...rest);

  async close(): Promise<void> {
    for (const { opened } of this.#mirrors) await (await opened?.catch(() => null))?.close();
  }

  /** Where a dump is; without it the own repository, which then says that it has none. */
  async #of(uuid: string): Promise<DumpReader> {
    return (await this.#home(uuid)) ?? this.#own;
  }

  async #home(uuid: string): Promise<DumpReader | null> {
    if ((await this.#own.manifest(uuid)) !== null) return this.#own;
    const failures: string[] = [];
    for (const mirror of this.#mirrors) {
      try {
        const reader = await this.#open(mirror);
        if ((await reader.manifest(uuid)) !== null) return reader;
      } catch (error) {
        failures.push(`mirror ${mirror.directory} cannot be read: ${errorText(error)}`);
      }
    }
    if (failures.length === 0) return null;
    throw new PgSnapManError(
      'configuration',
      `dump ${uuid} is not in this worker's repository, and ${failures.join(', ')}`,
      'mount it, or correct repository.mirrors in the configuration file',
    );
  }

  #open(mirror: { directory: string; opened: Promise<DumpReader> | null }): Promise<DumpReader> {
    mirror.opened ??= openMirror(mirror.directory).catch((error: unknown) => {
      mirror.opened = null; // it may be mounted later
      throw error;
    });
    return mirror.opened;
  }
}
