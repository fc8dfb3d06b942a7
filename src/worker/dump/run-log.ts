const TAIL_LINES = 200;
const MOST_WARNINGS = 100;

/**
 * The lines of a run: all go to its log, the last ones also into its result, and warnings are picked out. Lines of DETAIL
 * and CONTEXT of the server can hold values of rows and go nowhere.
 */
export class RunLog {
  private readonly write: (line: string) => void;
  private readonly tail: string[] = [];
  private readonly warningLines: string[] = [];
  private hidden = 0;

  constructor(write: (line: string) => void) {
    this.write = write;
  }

  add(line: string): void {
    if (/^(DETAIL|CONTEXT):/.test(line)) {
      this.hidden++;
      return;
    }
    this.write(line);
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    if (/warning: |^WARNING: /.test(line) && this.warningLines.length < MOST_WARNINGS) this.warningLines.push(line);
  }

  /** Lines that hold warnings, at most 100. */
  get warnings(): readonly string[] {
    return this.warningLines;
  }

  text(): string {
    const note = this.hidden === 0 ? [] : [`(${this.hidden} lines with details of the server left out)`];
    return [...this.tail, ...note].join('\n');
  }
}
