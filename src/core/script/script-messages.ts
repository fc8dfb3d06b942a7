import { type MessageLevel, messageLevelSchema } from '../model/results.ts';
import { plain } from '../text/plain.ts';

/** Bytes of a file of messages that are looked at. */
export const MOST_MESSAGE_BYTES = 256 * 1024;
const MOST_MESSAGES = 100;
const LONGEST_TEXT = 1_000;

export interface ScriptMessage {
  level: MessageLevel;
  text: string;
}

/**
 * What a script has written into its file of messages: a line each, level TAB text. A line without a level that is known
 * is for information. Text is cleaned of control characters and cut; at most 100 messages count, and the last says how
 * many did not.
 * @param isCut there was more in the file
 */
export function scriptMessages(content: string, isCut = false): ScriptMessage[] {
  const lines = content.split(/\r\n|\n|\r/).filter((line) => plain(line).trim() !== '');
  const found = lines.slice(0, MOST_MESSAGES).map(messageOf);
  const more = lines.length - found.length;
  if (more === 0 && !isCut) return found;
  const text = isCut ? 'further messages were left out' : `${more} further messages were left out`;
  return [...found, { level: 'warning', text }];
}

function messageOf(line: string): ScriptMessage {
  const [first = '', ...rest] = line.split('\t');
  const level = messageLevelSchema.safeParse(first.trim().toLowerCase());
  if (!level.success || rest.length === 0) return { level: 'info', text: cut(line) };
  return { level: level.data, text: cut(rest.join('\t')) };
}

function cut(text: string): string {
  const clean = plain(text).trim();
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT).toWellFormed()}…` : clean;
}

/** True for what is a warning of the run too. */
export const isWarning = ({ level }: ScriptMessage): boolean => level !== 'debug' && level !== 'info';
