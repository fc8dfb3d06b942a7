import { helpGroups } from './help.ts';

/** The documentation of all keys, as Markdown. */
export function keysDocument(): string {
  const groups = helpGroups().map(({ title, entries }) => {
    const rows = entries.map(({ keys, help }) => `| ${keys.split(' ').map(code).join(' ')} | ${cell(help)} |`);
    return [`## ${title}`, '', '| keys | what they do |', '| --- | --- |', ...rows, ''].join('\n');
  });
  return [
    '# Keys of the manager',
    '',
    '<!-- Made by scripts/write-keys.mjs from the registry in src/tui/keys/commands.ts; do not edit. -->',
    '',
    'The same list is on the screen with `?`. A key that cannot do anything where you are says why.',
    '',
    ...groups,
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
/** A backquote or a bar inside code needs care in a table. */
const code = (key: string): string => (key === '`' ? '`` ` ``' : `\`${key.replaceAll('|', '\\|')}\``);
