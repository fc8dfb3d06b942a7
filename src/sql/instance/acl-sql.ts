/**
 * SQL that turns an ACL into JSON as `aclSchema` describes it. Order is kept: a grant with grant option comes before the
 * grants that rest on it. `expression` is SQL of ours, never a name from outside.
 */
export function aclAsJson(expression: string): string {
  return `case when ${expression} is null then null else coalesce((
    select jsonb_agg(jsonb_build_object(
      'grantor', pg_get_userbyid(entry.grantor),
      'grantee', case when entry.grantee = 0 then null else pg_get_userbyid(entry.grantee) end,
      'privilege', entry.privilege_type,
      'grantable', entry.is_grantable) order by entry.position)
    from aclexplode(${expression}) with ordinality as entry(grantor, grantee, privilege_type, is_grantable, position)
  ), '[]'::jsonb) end`;
}
