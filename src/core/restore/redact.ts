/** Words after which a quoted text is the name of an object; any other quoted text may be a value. */
const NAMING =
  /\b(access method|aggregate|collation|column|constraint|conversion|data wrapper|database|domain|encoding|enum|event trigger|extension|function|index|language|library|method|module|operator|parameter|partition|policy|procedure|provider|publication|relation|role|rule|schema|sequence|server|statistics|subscription|table|tablespace|trigger|type|user|view)\s*$/i;

/**
 * Takes values out of a server's message: everything in double quotes that does not follow the name of a kind of
 * object, such as `"abc"` in `invalid input syntax for type integer: "abc"`.
 */
export function redactValues(message: string): string {
  let result = '';
  let position = 0;
  for (const { index, 0: quoted } of message.matchAll(/"(?:[^"]|"")*"?/g)) {
    const before = message.slice(position, index);
    result += before + (NAMING.test(before) ? quoted : '(hidden)');
    position = index + quoted.length;
  }
  return result + message.slice(position);
}
