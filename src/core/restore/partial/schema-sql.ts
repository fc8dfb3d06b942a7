import type { DatabaseFacts, Grant } from '../../facts/database-facts.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifiers.ts';
import type { Statement } from '../statement.ts';

type SchemaFacts = DatabaseFacts['schemas'][number];

export interface SchemaOptions {
  /** False: the schema belongs to the restoring role, and nobody else gets rights. */
  withRoles: boolean;
  targetName(source: string): string;
  exists(role: string): boolean;
}

/**
 * Makes a schema that the archive has no entry for (a dump of some tables only, or `public` as every database has it)
 * from the facts: owner, rights, comment.
 * @param facts null: the facts do not know it
 */
export function createSchema(name: string, facts: SchemaFacts | null, options: SchemaOptions): Statement[] {
  const schema = quoteIdentifier(name);
  const statements: Statement[] = [
    { sql: `create schema ${schema}`, about: `create schema ${schema}`, essential: true },
  ];
  const add = (sql: string) => statements.push({ sql, about: sql, essential: true });
  if (facts === null) return statements;
  const owner = options.targetName(facts.owner);
  const withOwner = options.withRoles && options.exists(owner) && !owner.startsWith('pg_');
  if (withOwner) add(`alter schema ${schema} owner to ${quoteIdentifier(owner)}`);
  if (options.withRoles && facts.acl !== null) {
    for (const grant of facts.acl) {
      const sql = grantSql(schema, facts.owner, grant, options);
      if (sql !== null) add(sql);
    }
  }
  if (facts.comment !== null) add(`comment on schema ${schema} is ${quoteLiteral(facts.comment)}`);
  return statements;
}

/** The owner has all rights without being given them; what others granted is granted by the owner here. */
function grantSql(schema: string, owner: string, grant: Grant, options: SchemaOptions): string | null {
  const { grantee, privilege, grantable } = grant;
  if (grantee === owner || !['CREATE', 'USAGE'].includes(privilege)) return null;
  const role = grantee === null ? null : options.targetName(grantee);
  if (role !== null && !options.exists(role)) return null;
  const to = role === null ? 'public' : quoteIdentifier(role);
  return `grant ${privilege.toLowerCase()} on schema ${schema} to ${to}${grantable ? ' with grant option' : ''}`;
}
