import { Box } from 'ink';
import type { ReactElement, ReactNode } from 'react';
import { cut } from '../text/fit.ts';
import { Line } from './line.tsx';
import { useTheme } from './theme-context.ts';

/** What lies over the lower part of the screen: a rule, a title, its content, always of the same height. */
export function PanelFrame({
  title,
  width,
  height,
  children,
}: {
  title: string;
  width: number;
  height: number;
  children: ReactNode;
}): ReactElement {
  const theme = useTheme();
  return (
    <Box flexDirection="column" height={height} flexShrink={0} overflow="hidden">
      <Line text={theme.paint('accent', theme.symbols.line.repeat(width))} />
      <Line text={theme.paint('heading', cut(title, width, theme.symbols.ellipsis))} />
      {children}
    </Box>
  );
}
