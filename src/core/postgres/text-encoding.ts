/**
 * Server encodings of Postgres whose names or meanings differ from those of the Encoding Standard (TextDecoder).
 * `latin1`: every byte stands for itself; also used where nothing better is known, so that decoding never fails.
 */
const LABELS: Readonly<Record<string, string>> = {
  UTF8: 'utf-8',
  SQL_ASCII: 'utf-8',
  EUC_JP: 'euc-jp',
  EUC_JIS_2004: 'euc-jp',
  EUC_KR: 'euc-kr',
  EUC_CN: 'gbk',
  KOI8R: 'koi8-r',
  KOI8U: 'koi8-u',
  LATIN2: 'iso-8859-2',
  LATIN3: 'iso-8859-3',
  LATIN4: 'iso-8859-4',
  LATIN6: 'iso-8859-10',
  LATIN7: 'iso-8859-13',
  LATIN8: 'iso-8859-14',
  LATIN9: 'iso-8859-15',
  LATIN10: 'iso-8859-16',
  ISO_8859_5: 'iso-8859-5',
  ISO_8859_6: 'iso-8859-6',
  ISO_8859_7: 'iso-8859-7',
  ISO_8859_8: 'iso-8859-8',
  WIN866: 'ibm866',
  WIN874: 'windows-874',
  WIN1250: 'windows-1250',
  WIN1251: 'windows-1251',
  WIN1252: 'windows-1252',
  WIN1253: 'windows-1253',
  WIN1254: 'windows-1254',
  WIN1255: 'windows-1255',
  WIN1256: 'windows-1256',
  WIN1257: 'windows-1257',
  WIN1258: 'windows-1258',
};

/** A function that turns bytes of a Postgres encoding (its canonical name) into text; it never fails. */
export function textDecoder(encoding: string): (bytes: Uint8Array) => string {
  const label = LABELS[encoding.toUpperCase()];
  if (label === undefined) return latin1;
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return latin1(bytes);
    }
  };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
