import type { Acl, Grant } from '../facts/database-facts.ts';
import { quoteIdentifier } from '../postgres/identifiers.ts';
import type { Statement } from './statement.ts';

const DATABASE_PRIVILEGES = new Set(['CREATE', 'CONNECT', 'TEMPORARY']);

export interface AclPlan {
  statements: Statement[];
  warnings: string[];
}

/**
 * Makes the rights on a database what `acl` says, whatever they are before: names are those of the target already.
 * A grant that somebody other than the owner made is made in that role's name, after the one that allows it to.
 * @param acl null: the built-in default (everything for the owner, connect and temporary for everybody)
 * @param exists roles that will be there
 */
export function databaseAclStatements(
  database: string,
  owner: string,
  acl: Acl,
  exists: (role: string) => boolean,
): AclPlan {
  const name = quoteIdentifier(database);
  if (acl === null) {
    const sql = `grant connect, temporary on database ${name} to public`;
    return {
      statements: [{ sql, about: 'grant the rights that everybody has by default', essential: true }],
      warnings: [],
    };
  }
  const { usable, warnings } = usableGrants(acl, exists);
  const statements: Statement[] = ['public', quoteIdentifier(owner)].map((grantee) => ({
    sql: `revoke all on database ${name} from ${grantee}`,
    about: `revoke rights on the database from ${grantee}`,
    essential: true,
  }));
  for (const grant of inOrder(usable, owner)) statements.push(grantStatement(name, owner, grant));
  return { statements, warnings };
}

function usableGrants(acl: readonly Grant[], exists: (role: string) => boolean) {
  const usable: Grant[] = [];
  const warnings: string[] = [];
  for (const grant of acl) {
    const missing = [grant.grantee ?? '', grant.grantor].find((role) => role !== '' && !exists(role));
    const what = `right ${grant.privilege} on the database for ${grant.grantee === null ? 'everybody' : `"${grant.grantee}"`}`;
    if (!DATABASE_PRIVILEGES.has(grant.privilege)) warnings.push(`${what} is left out: it is not known`);
    else if (missing !== undefined)
      warnings.push(`${what} is left out: role "${missing}" does not exist on the target`);
    else usable.push(grant);
  }
  return { usable, warnings };
}

/** The owner's grants first, then whatever somebody may grant who has got the grant option by then. */
function inOrder(grants: readonly Grant[], owner: string): Grant[] {
  const may = new Set<string>();
  const waiting = [...grants];
  const ordered: Grant[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex(
      ({ grantor, privilege }) => grantor === owner || may.has(JSON.stringify([grantor, privilege])),
    );
    for (const grant of waiting.splice(Math.max(next, 0), 1)) {
      if (grant.grantable) may.add(JSON.stringify([grant.grantee, grant.privilege]));
      ordered.push(grant);
    }
  }
  return ordered;
}

function grantStatement(database: string, owner: string, grant: Grant): Statement {
  const grantee = grant.grantee === null ? 'public' : quoteIdentifier(grant.grantee);
  // The owner has every grant option without being given it.
  const option = grant.grantable && grant.grantee !== owner ? ' with grant option' : '';
  const about = `grant ${grant.privilege.toLowerCase()} on the database to ${grantee}`;
  const sql = `grant ${grant.privilege.toLowerCase()} on database ${database} to ${grantee}${option}`;
  if (grant.grantor === owner) return { sql, about, essential: false };
  const asGrantor = `set local role ${quoteIdentifier(grant.grantor)}; ${sql}; set local role none`;
  return { sql: asGrantor, about: `${about}, granted by ${quoteIdentifier(grant.grantor)}`, essential: false };
}
