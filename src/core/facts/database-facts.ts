import * as z from 'zod';

/**
 * What is true of a database and of the roles, tablespaces and extensions that it needs, read in the snapshot that its
 * dump was taken in. The archive of pg_dump carries some of it, but only for a database of the same name; a restore
 * under another name is made from this. Names are raw (unquoted), sizes are bytes.
 */
const oid = z.number().int().nonnegative();

/** One right out of an ACL, as `aclexplode` gives it; a null grantee is PUBLIC. */
const grantSchema = z.object({
  grantor: z.string(),
  grantee: z.string().nullable(),
  privilege: z.string(),
  grantable: z.boolean(),
});
export type Grant = z.infer<typeof grantSchema>;

/** A whole ACL; null: never changed, the built-in default holds. */
const aclSchema = z.array(grantSchema).nullable();
export type Acl = z.infer<typeof aclSchema>;

/** A configuration parameter as `alter … set` keeps it: name and value as text. */
const parameterSchema = z.object({ name: z.string(), value: z.string() });
export type Parameter = z.infer<typeof parameterSchema>;

const securityLabelSchema = z.object({ provider: z.string(), label: z.string() });

const roleFactsSchema = z.object({
  name: z.string(),
  superuser: z.boolean(),
  inherit: z.boolean(),
  createrole: z.boolean(),
  createdb: z.boolean(),
  login: z.boolean(),
  replication: z.boolean(),
  bypassrls: z.boolean(),
  connection_limit: z.number().int(),
  /** As text in ISO format or `infinity`; null: for ever. */
  valid_until: z.string().nullable(),
  /** Null: none, or not readable by the dumping role (then `passwords_readable` is false). */
  password_hash: z.string().nullable(),
  settings: z.array(parameterSchema),
  comment: z.string().nullable(),
  /** The role that initdb made: present on every server, perhaps under another name. */
  bootstrap: z.boolean(),
});
export type RoleFacts = z.infer<typeof roleFactsSchema>;

const membershipSchema = z.object({
  role: z.string(),
  member: z.string(),
  grantor: z.string(),
  admin: z.boolean(),
  /** Null before server version 16, which has no such option. */
  inherit: z.boolean().nullable(),
  set: z.boolean().nullable(),
});
export type Membership = z.infer<typeof membershipSchema>;

export const databaseFactsSchema = z.object({
  format: z.literal(1),
  server: z.object({ version: z.string(), version_num: z.number().int() }),
  database: z.object({
    name: z.string(),
    oid,
    owner: z.string(),
    encoding: z.string(),
    locale_provider: z.enum(['libc', 'icu', 'builtin']),
    collate: z.string(),
    ctype: z.string(),
    /** ICU or builtin locale; null with libc. */
    locale: z.string().nullable(),
    icu_rules: z.string().nullable(),
    collation_version: z.string().nullable(),
    tablespace: z.string(),
    connection_limit: z.number().int(),
    allow_connections: z.boolean(),
    is_template: z.boolean(),
    size_bytes: z.number(),
    comment: z.string().nullable(),
    acl: aclSchema,
    settings: z.array(parameterSchema),
    role_settings: z.array(z.object({ role: z.string(), settings: z.array(parameterSchema) })),
    security_labels: z.array(securityLabelSchema),
  }),
  /** Every role that the database depends on, with the roles that those are members of, recursively; no `pg_…` roles. */
  roles: z.array(roleFactsSchema),
  /** Memberships among these roles, and theirs in predefined (`pg_…`) roles. */
  memberships: z.array(membershipSchema),
  passwords_readable: z.boolean(),
  /** Rights of these roles on configuration parameters, which servers have from version 15 on. */
  parameter_grants: z
    .array(z.object({ parameter: z.string(), grantee: z.string(), privilege: z.string(), grantable: z.boolean() }))
    .default([]),
  tablespaces: z.array(
    z.object({
      name: z.string(),
      owner: z.string(),
      location: z.string(),
      options: z.array(parameterSchema),
      acl: aclSchema,
      comment: z.string().nullable(),
    }),
  ),
  extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string(), owner: z.string() })),
  schemas: z.array(z.object({ name: z.string(), owner: z.string(), acl: aclSchema, comment: z.string().nullable() })),
  /** Tables, partitions and materialized views with storage; estimates for progress, not counts. */
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      oid,
      kind: z.enum(['table', 'matview']),
      estimated_rows: z.number(),
      size_bytes: z.number(),
    }),
  ),
  large_objects: z.number().int(),
  /** What pg_dump leaves out without a word; each becomes a warning. */
  left_out: z.array(z.string()),
});
export type DatabaseFacts = z.infer<typeof databaseFactsSchema>;
