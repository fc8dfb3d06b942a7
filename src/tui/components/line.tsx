import { Text } from 'ink';
import { memo, type ReactElement } from 'react';

/** One line of the terminal; those whose text did not change are not made again. */
export const Line = memo(function Line({ text }: { text: string }): ReactElement {
  // An empty text takes no line at all.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

/** Lines keyed by their place on the screen, whatever stands there: scrolling changes texts, it moves nothing. */
export function Lines({ lines }: { lines: readonly string[] }): ReactElement {
  const slots = lines.map((text, slot) => ({ text, slot }));
  return (
    <>
      {slots.map(({ text, slot }) => (
        <Line key={slot} text={text} />
      ))}
    </>
  );
}
