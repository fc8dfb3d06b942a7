import { findTools, toolsFor } from '../../src/worker/tools/find-tools.ts';
import { type DatabaseAddress, readDatabase } from './comparison/database-address.ts';
import { type DatabasePicture, type Facts, readPicture, type Things } from './comparison/database-picture.ts';
import { schemaDifferences } from './comparison/schema-text.ts';

export type { DatabaseAddress } from './comparison/database-address.ts';
export type { DatabasePicture } from './comparison/database-picture.ts';

export interface ComparisonOptions {
  /** Compare hashes of passwords, too; by default they are nobody's business. */
  passwords?: boolean;
  /** Of this version both schema dumps are made; default: what fits the newer of both servers. */
  pgDump?: string;
}

/**
 * Compares two databases, wherever they are and whatever they are called: the text of `pg_dump --schema-only`, rows and
 * content of every table, sequences, large objects, properties of the database, the roles that it uses with their
 * memberships, extensions. Returns the differences as sentences; none means that the one is a full copy of the other.
 * Both users must be superusers.
 */
export async function compareDatabases(
  source: DatabaseAddress,
  target: DatabaseAddress,
  options: ComparisonOptions = {},
): Promise<string[]> {
  const pgDump = options.pgDump ?? (await pgDumpFor([source, target]));
  return differences(await readPicture(source, pgDump), await readPicture(target, pgDump), options);
}

/** The picture of one database, for comparing it with a later one or with several. */
export async function takePicture(address: DatabaseAddress): Promise<DatabasePicture> {
  return readPicture(address, await pgDumpFor([address]));
}

/** The differences between two pictures, as sentences. */
export function differences(
  source: DatabasePicture,
  target: DatabasePicture,
  options: ComparisonOptions = {},
): string[] {
  const kinds = Object.keys(source.things);
  return [
    ...schemaDifferences(source.schema, target.schema),
    ...kinds.flatMap((kind) => thingDifferences(kind, source.things[kind] ?? {}, target.things[kind] ?? {}, options)),
  ];
}

function thingDifferences(kind: string, source: Things, target: Things, options: ComparisonOptions): string[] {
  const names = [...new Set([...Object.keys(source), ...Object.keys(target)])].sort();
  return names.flatMap((name) => {
    const [one, other] = [source[name], target[name]];
    if (other === undefined) return [`${kind} ${name} is missing in the target`];
    if (one === undefined) return [`${kind} ${name} is only in the target`];
    return factDifferences(`${kind} ${name}`, one, other, options);
  });
}

function factDifferences(subject: string, source: Facts, target: Facts, options: ComparisonOptions): string[] {
  const compared = Object.keys(source).filter((fact) => fact !== 'password' || options.passwords === true);
  return compared
    .filter((fact) => source[fact] !== target[fact])
    .map(
      (fact) => `${subject}: ${fact} is ${said(source[fact])} in the source and ${said(target[fact])} in the target`,
    );
}

const said = (value: string | null | undefined): string => (value === null || value === undefined ? 'nothing' : value);

async function pgDumpFor(addresses: readonly DatabaseAddress[]): Promise<string> {
  const versions = await Promise.all(
    addresses.map((address) =>
      readDatabase(address, async (rows) => Number((await rows('show server_version_num'))[0]?.server_version_num)),
    ),
  );
  return toolsFor(Math.max(...versions), await findTools()).pgDump;
}
