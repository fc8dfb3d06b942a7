/** A set of blocks, by the pack that they were born in. Kept and written as ranges: neighbours usually go together. */
export class BlockSet {
  readonly #packs = new Map<string, Set<number>>();
  /** What was added last for each pack: dumps of the same database need mostly the same, line by line. */
  readonly #lastLines = new Map<string, string>();

  /** True if it was not in yet. */
  add(pack: string, block: number): boolean {
    const blocks = this.#packs.get(pack) ?? new Set<number>();
    this.#packs.set(pack, blocks);
    if (blocks.has(block)) return false;
    blocks.add(block);
    return true;
  }

  has(pack: string, block: number): boolean {
    return this.#packs.get(pack)?.has(block) === true;
  }

  *all(): Generator<{ pack: string; block: number }> {
    for (const [pack, blocks] of this.#packs) for (const block of blocks) yield { pack, block };
  }

  /** True if both have a block in common. */
  meets(other: BlockSet): boolean {
    for (const { pack, block } of this.all()) if (other.has(pack, block)) return true;
    return false;
  }

  packs(): string[] {
    return [...this.#packs.keys()];
  }

  blocks(pack: string): ReadonlySet<number> {
    return this.#packs.get(pack) ?? new Set();
  }

  get size(): number {
    let size = 0;
    for (const blocks of this.#packs.values()) size += blocks.size;
    return size;
  }

  /** One line a pack: its name, then ranges such as `0-17 19`; at the end `end <packs>`. */
  format(): string {
    const lines = [...this.#packs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([pack, blocks]) => `${pack} ${ranges(blocks)}`);
    return ['pgsnapman-needs 1', ...lines, `end ${lines.length}`, ''].join('\n');
  }

  /** Adds what `format` wrote. @throws Error when it is damaged */
  addFormatted(text: string): void {
    const lines = text.split('\n');
    const end = lines.length - 2;
    if (lines[0] !== 'pgsnapman-needs 1' || lines[end] !== `end ${end - 1}`)
      throw new Error('the list of needed blocks is damaged');
    for (const line of lines.slice(1, end)) {
      if (this.#lastLines.get(line.slice(0, 16)) !== line) this.#addLine(copyOf(line));
    }
  }

  #addLine(line: string): void {
    const [pack = '', ...parts] = line.split(' ');
    if (!/^[0-9a-f]{16}$/.test(pack)) throw new Error('the list of needed blocks is damaged');
    for (const part of parts) this.#addRange(pack, part);
    this.#lastLines.set(pack, line);
  }

  #addRange(pack: string, range: string): void {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range);
    if (match === null) throw new Error('the list of needed blocks is damaged');
    const last = Number(match[2] ?? match[1]);
    for (let block = Number(match[1]); block <= last; block += 1) this.add(pack, block);
  }
}

/** A string of its own: a part of a longer one would keep all of that in memory. */
function copyOf(text: string): string {
  return new TextDecoder('latin1').decode(new TextEncoder().encode(text));
}

function ranges(blocks: ReadonlySet<number>): string {
  const sorted = [...blocks].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    while (j + 1 < sorted.length && sorted[j + 1] === (sorted[j] as number) + 1) j += 1;
    parts.push(i === j ? `${sorted[i]}` : `${sorted[i]}-${sorted[j]}`);
    i = j + 1;
  }
  return parts.join(' ');
}
