import type { DatabaseFacts } from '../facts/database-facts.ts';
import { quoteIdentifier, quoteLiteral } from '../postgres/identifiers.ts';
import { databaseAclStatements } from './acl-sql.ts';
import { settingClause } from './setting-sql.ts';
import type { Statement } from './statement.ts';

type Database = DatabaseFacts['database'];

const LOCALE_PROVIDER_SINCE = 150_000;
const ICU_RULES_SINCE = 160_000;
const BUILTIN_PROVIDER_SINCE = 170_000;

/** Why the target cannot have a database of this locale at all; null: its version can. */
export function localeRefusal(database: Database, serverVersionNum: number): string | null {
  const { locale_provider: provider } = database;
  if (provider === 'builtin' && serverVersionNum < BUILTIN_PROVIDER_SINCE) {
    return 'the database uses the built-in locale provider, which PostgreSQL has from version 17 on';
  }
  if (provider === 'icu' && serverVersionNum < LOCALE_PROVIDER_SINCE) {
    return 'the database uses ICU as its locale provider, which PostgreSQL has from version 15 on';
  }
  if (database.icu_rules !== null && serverVersionNum < ICU_RULES_SINCE) {
    return 'the database has ICU rules, which PostgreSQL has from version 16 on';
  }
  return null;
}

/**
 * `create database` for the database that a restore works in: empty, with the source's encoding and locale, and closed
 * to everybody until the rights on it are settled.
 * @param tablespace null: the target's default
 */
export function createDatabaseSql(
  name: string,
  database: Database,
  serverVersionNum: number,
  tablespace: string | null,
): string {
  const options = ['template = template0', `encoding = ${quoteLiteral(database.encoding)}`];
  if (serverVersionNum >= LOCALE_PROVIDER_SINCE) options.push(`locale_provider = ${database.locale_provider}`);
  options.push(`lc_collate = ${quoteLiteral(database.collate)}`, `lc_ctype = ${quoteLiteral(database.ctype)}`);
  if (database.locale !== null && database.locale_provider !== 'libc') {
    const option = database.locale_provider === 'builtin' ? 'builtin_locale' : 'icu_locale';
    options.push(`${option} = ${quoteLiteral(database.locale)}`);
  }
  if (database.icu_rules !== null) options.push(`icu_rules = ${quoteLiteral(database.icu_rules)}`);
  if (tablespace !== null) options.push(`tablespace = ${quoteIdentifier(tablespace)}`);
  options.push('allow_connections = false');
  return `create database ${quoteIdentifier(name)} with ${options.join(' ')}`;
}

/**
 * Right after its creation: nobody but its owner and superusers gets in. (Temporary tables stay allowed: functions that
 * run as other roles while materialized views are filled may need them.)
 */
export function openForUsOnly(name: string): string[] {
  const database = quoteIdentifier(name);
  return [
    `revoke connect on database ${database} from public`,
    `alter database ${database} with allow_connections true`,
  ];
}

export interface PropertyOptions {
  /** Name of the database that gets the properties. */
  name: string;
  /** Role of the target that owns it in the end. */
  owner: string;
  /** The role that restores, its owner so far. */
  restoringRole: string;
  targetName(source: string): string;
  /** Roles of the target that are there by then. */
  exists(role: string): boolean;
  /** False: nothing that names a role is taken over; rights of everybody are. */
  withRoles: boolean;
}

export interface PropertyPlan {
  statements: Statement[];
  warnings: string[];
}

/**
 * What makes a complete staging database the copy of its source: owner, rights, settings, comment, limits. Applied
 * last, as settings such as `default_transaction_read_only` would break the restore.
 */
export function databaseProperties(database: Database, options: PropertyOptions): PropertyPlan {
  const name = quoteIdentifier(options.name);
  const statements: Statement[] = [];
  const warnings = database.security_labels.map(
    ({ provider }) => `the database's security label of provider "${provider}" is left out: set it by hand`,
  );
  if (options.owner !== options.restoringRole) {
    const owner = quoteIdentifier(options.owner);
    statements.push({
      sql: `alter database ${name} owner to ${owner}`,
      about: `give the database to ${owner}`,
      essential: true,
    });
  }
  const acl = databaseAclStatements(options.name, options.owner, targetAcl(database, options), options.exists);
  statements.push(...acl.statements, ...settingStatements(name, database));
  warnings.push(...acl.warnings);
  if (options.withRoles) {
    const roleSettings = roleSettingStatements(name, database, options);
    statements.push(...roleSettings.statements);
    warnings.push(...roleSettings.warnings);
  }
  statements.push(...limitStatements(name, database));
  return { statements, warnings };
}

/** Without roles what remains is what everybody may do, granted by the owner. */
function targetAcl({ acl, owner: sourceOwner }: Database, options: PropertyOptions): Database['acl'] {
  if (acl === null) return null;
  const { owner, targetName, withRoles } = options;
  if (withRoles) {
    return acl.map((grant) => ({
      ...grant,
      grantor: grant.grantor === sourceOwner ? owner : targetName(grant.grantor),
      grantee: grant.grantee === null ? null : targetName(grant.grantee),
    }));
  }
  const everything = ['CREATE', 'CONNECT', 'TEMPORARY'].map((privilege) => ({ grantee: owner, privilege }));
  const everybody = acl.filter(({ grantee }) => grantee === null);
  return [...everything, ...everybody].map(({ grantee, privilege }) => ({
    grantor: owner,
    grantee,
    privilege,
    grantable: false,
  }));
}

function settingStatements(name: string, { settings }: Database): Statement[] {
  return settings.map((setting) => ({
    sql: `alter database ${name} ${settingClause(setting)}`,
    about: `set ${setting.name} of the database`,
    essential: false,
  }));
}

function roleSettingStatements(name: string, database: Database, options: PropertyOptions): PropertyPlan {
  const plan: PropertyPlan = { statements: [], warnings: [] };
  for (const { role, settings } of database.role_settings) {
    const target = options.targetName(role);
    if (!options.exists(target)) {
      plan.warnings.push(
        `settings of role "${role}" in the database are left out: role "${target}" does not exist on the target`,
      );
      continue;
    }
    for (const setting of settings) {
      plan.statements.push({
        sql: `alter role ${quoteIdentifier(target)} in database ${name} ${settingClause(setting)}`,
        about: `set ${setting.name} of role ${quoteIdentifier(target)} in the database`,
        essential: false,
      });
    }
  }
  return plan;
}

/**
 * Comment and settings of a database in another encoding than UTF-8, for a session in that database: catalogs that all
 * databases share hold texts in the encoding of the session that wrote them. The name is not written out, as it is in
 * the encoding of the session that created the database.
 */
export function propertiesFromInside({ comment, settings }: Pick<Database, 'comment' | 'settings'>): Statement[] {
  const statements = settings.map((setting) => ({
    sql: executeInside('alter database %I %s', settingClause(setting)),
    about: `set ${setting.name} of the database`,
    essential: false,
  }));
  if (comment === null) return statements;
  const sql = executeInside('comment on database %I is %L', comment);
  return [...statements, { sql, about: 'comment on the database', essential: false }];
}

function executeInside(format: string, text: string): string {
  const call = `pg_catalog.format('${format}', pg_catalog.current_database(), ${quoteLiteral(text)})`;
  return `do language plpgsql ${quoteLiteral(`begin execute ${call}; end`)}`;
}

function limitStatements(name: string, database: Database): Statement[] {
  const statements: Statement[] = [];
  if (database.comment !== null) {
    const sql = `comment on database ${name} is ${quoteLiteral(database.comment)}`;
    statements.push({ sql, about: 'comment on the database', essential: false });
  }
  if (database.connection_limit !== -1) {
    const sql = `alter database ${name} with connection limit ${database.connection_limit}`;
    statements.push({ sql, about: 'set the connection limit of the database', essential: false });
  }
  if (database.is_template) {
    const sql = `alter database ${name} with is_template true`;
    statements.push({ sql, about: 'mark the database as a template', essential: false });
  }
  return statements;
}
