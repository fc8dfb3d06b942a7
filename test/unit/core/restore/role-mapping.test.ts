import { expect, test } from 'vitest';
import { mapRoles } from '../../../../src/core/restore/role-mapping.ts';
import { BOSS, facts, role, target } from './parts.ts';

const there = (...names: string[]) =>
  target({ roles: [...target().roles, ...names.map((name) => ({ name, superuser: false, can_become: true }))] });

test('roles keep their names', () => {
  const mapping = mapRoles(facts({ roles: [role('app')] }), {}, target());
  expect(mapping.targetName('app')).toBe('app');
  expect(mapping.renamed.size).toBe(0);
});

test('the first superuser of the source is the role that restores, if the target has none of that name', () => {
  const mapping = mapRoles(facts({ roles: [BOSS] }), {}, target());
  expect(mapping.targetName('boss')).toBe('root');
  expect(mapping.replacedBootstrap).toBe('boss');
});

test('the first superuser of the source is the role of that name, if the target has it', () => {
  const mapping = mapRoles(facts({ roles: [BOSS] }), {}, there('boss'));
  expect(mapping.targetName('boss')).toBe('boss');
  expect(mapping.replacedBootstrap).toBeNull();
});

test('the role map wins over both', () => {
  for (const facing of [target(), there('boss')]) {
    const mapping = mapRoles(facts({ roles: [BOSS] }), { boss: 'owner', app: 'app' }, facing);
    expect([mapping.targetName('boss'), mapping.replacedBootstrap]).toEqual(['owner', null]);
    expect([...mapping.renamed]).toEqual([['boss', 'owner']]);
  }
});

test('a role called like a property of every object is not taken for a mapped one', () => {
  const mapping = mapRoles(facts({ roles: [role('constructor', { bootstrap: true })] }), {}, target());
  expect(mapping.targetName('constructor')).toBe('root');
});
