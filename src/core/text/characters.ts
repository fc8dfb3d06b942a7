const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
let segmenter: Intl.Segmenter | undefined;

/** Characters as people see them. The segmenter takes 20 ms to make, so it is made for the first text that needs it. */
export function charactersOf(text: string): string[] {
  if (PRINTABLE_ASCII.test(text)) return Array.from(text);
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
