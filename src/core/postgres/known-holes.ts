import type { ToolVersion } from './version.ts';

/**
 * Security holes of pg_dump, pg_dumpall, pg_restore, psql and libpq: things that a hostile server, or a dump of one, can
 * do to a worker. `fixedMinors`: major version → first minor with the fix; older majors never got it, newer ones were
 * never released without it. Source: https://www.postgresql.org/support/security/
 */
interface Hole {
  id: string;
  fixedMinors: Readonly<Record<number, number>>;
}

const HOLES: readonly Hole[] = [
  // psql: a server could run commands through \gset.
  { id: 'CVE-2020-25696', fixedMinors: { 12: 5, 13: 1 } },
  // libpq: a man in the middle could inject answers before TLS was there.
  { id: 'CVE-2021-23222', fixedMinors: { 12: 9, 13: 5, 14: 1 } },
  // libpq: a server could make a client with Kerberos send back its memory.
  { id: 'CVE-2022-41862', fixedMinors: { 12: 14, 13: 10, 14: 7, 15: 2 } },
  // pg_dump: whoever creates objects could run SQL with the rights of the dumping role.
  { id: 'CVE-2024-7348', fixedMinors: { 12: 20, 13: 16, 14: 13, 15: 8, 16: 4 } },
  // libpq: error texts of an unauthenticated server were believed.
  { id: 'CVE-2024-10977', fixedMinors: { 12: 21, 13: 17, 14: 14, 15: 9, 16: 5, 17: 1 } },
  // psql, libpq: quoting functions let invalid UTF-8 through.
  { id: 'CVE-2025-1094', fixedMinors: { 13: 19, 14: 16, 15: 11, 16: 7, 17: 3 } },
  // pg_dump: a superuser of the source could run commands where the dump is restored with psql.
  { id: 'CVE-2025-8714', fixedMinors: { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 } },
  // pg_dump: names with newlines could do the same.
  { id: 'CVE-2025-8715', fixedMinors: { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 } },
  // libpq: sizes could wrap around, and writes go past the end of a buffer.
  { id: 'CVE-2025-12818', fixedMinors: { 13: 23, 14: 20, 15: 15, 16: 11, 17: 7, 18: 1 } },
  // libpq: a server could overwrite the stack of pg_dump or psql that reads large objects.
  { id: 'CVE-2026-6477', fixedMinors: { 14: 23, 15: 18, 16: 14, 17: 10, 18: 4 } },
  // psql: data of a COPY that failed was run as commands.
  { id: 'CVE-2026-6464', fixedMinors: { 14: 24, 15: 19, 16: 15, 17: 11, 18: 6 } },
  // pg_dump: the fix of CVE-2025-8714 could be escaped.
  { id: 'CVE-2026-18408', fixedMinors: { 14: 24, 15: 19, 16: 15, 17: 11, 18: 6 } },
];

/** Names of the holes that this version of the client programs has, oldest first. */
export function knownHoles(version: ToolVersion): string[] {
  return HOLES.filter((hole) => isOpen(hole, version)).map((hole) => hole.id);
}

/** The first minor of this major without any known hole; null: there is none, the major is out of support. */
export function firstMinorWithoutHoles(major: number): number | null {
  let minor = 0;
  for (const { fixedMinors } of HOLES) {
    if (major > newestMajor(fixedMinors)) continue;
    const fixed = fixedMinors[major];
    if (fixed === undefined) return null;
    minor = Math.max(minor, fixed);
  }
  return minor;
}

function isOpen({ fixedMinors }: Hole, version: ToolVersion): boolean {
  if (version.major > newestMajor(fixedMinors)) return false;
  const fixed = fixedMinors[version.major];
  return fixed === undefined || version.minor < fixed;
}

function newestMajor(fixedMinors: Readonly<Record<number, number>>): number {
  return Math.max(...Object.keys(fixedMinors).map(Number));
}
