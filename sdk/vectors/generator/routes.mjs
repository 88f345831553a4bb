// Route rules applied to requests, before a handler runs.
import { NOW } from './files.mjs';

const ROUTES = [
  { m: ['GET'], p: '/health', public: true },
  { m: ['GET'], p: '/me', auth: true },
  { m: ['GET'], p: '/orders', need: 'Order:list' },
  { m: ['GET'], p: '/orders/:id', need: 'Order:read' },
  { m: ['POST'], p: '/orders', need: 'Order:list', scopes: ['orders', 'orders:write'] },
  { m: ['*'], p: '/admin/*', need: 'Admin:use', acr: 'aal2', max_age: 900, fresh: true },
  { m: ['GET'], p: '/vault', auth: true, acr: 'urn:shop:vault' },
  { m: ['GET'], p: '/pages/*', public: true },
  { m: ['GET'], p: '/pages/Drafts', need: 'Order:list' },
];
const auth = (more = {}) => ({
  claims: { sub: 'u1', client_id: 'client_shop', sid: 's1', acr: 'aal1', auth_time: NOW - 60, scope: 'openid orders', ...more.claims },
  roles: more.roles ?? ['viewer'],
});
const ok = (more = {}) => ({ status: 200, ...more });
const no = (status, code, reason, more = {}) => ({ status, code, reason, ...more });
const SUPER = { roles: ['viewer', 'chief'], claims: { acr: 'aal2' } };

const CASES = [
  ['public, nobody', 'GET', '/health', null, ok({ rule: '/health' })],
  ['public, with a token', 'GET', '/health', auth(), ok({ rule: '/health' })],
  ['signed in', 'GET', '/me', auth(), ok({ rule: '/me' })],
  ['nobody where somebody must be', 'GET', '/me', null, no(401, 'AUTH_REQUIRED', 'token_missing')],
  ['HEAD is asked as GET', 'HEAD', '/me', auth(), ok({ rule: '/me' })],
  ['a permission that is held', 'GET', '/orders', auth(), ok({ rule: '/orders' })],
  ['no role', 'GET', '/orders', auth({ roles: [] }), no(403, 'NOT_ALLOWED', 'permission_denied', { permission: 'Order:list' })],
  ['nobody where a permission is needed', 'GET', '/orders', null, no(401, 'AUTH_REQUIRED', 'token_missing')],
  ['one deny wins', 'GET', '/orders', auth({ roles: ['viewer', 'suspended'] }), no(403, 'NOT_ALLOWED', 'permission_denied', { permission: 'Order:list' })],
  ['it depends on the resource', 'GET', '/orders/42', auth(), ok({ rule: '/orders/:id', conditional: 'Order:read' })],
  ['a scope is missing', 'POST', '/orders', auth(), no(403, 'NOT_ALLOWED', 'scope_insufficient', { scope: 'orders orders:write' })],
  ['scopes come before permissions', 'POST', '/orders', auth({ roles: [] }), no(403, 'NOT_ALLOWED', 'scope_insufficient', { scope: 'orders orders:write' })],
  ['every scope is there', 'POST', '/orders', auth({ claims: { scope: 'orders:write orders' } }), ok({ rule: '/orders' })],
  ['not listed', 'GET', '/secret', auth(), no(403, 'NOT_ALLOWED', 'route_unlisted')],
  ['not listed, and nobody: signing in would not help', 'GET', '/secret', null, no(403, 'NOT_ALLOWED', 'route_unlisted')],
  ['not listed, where that is allowed', 'GET', '/secret', null, ok({ rule: null }), { options: { onMissingRoute: 'allow' } }],
  ['another method is not listed', 'DELETE', '/me', auth(), no(403, 'NOT_ALLOWED', 'route_unlisted')],
  ['two readings of a path', 'GET', '/orders//42', auth(), no(400, 'REQUEST_INVALID', 'path_ambiguous')],
  ['two readings, where missing routes are allowed', 'GET', '/x/%2e%2e/me', auth(), no(400, 'REQUEST_INVALID', 'path_ambiguous'), { options: { onMissingRoute: 'allow' } }],
  ['a preflight passes: it carries no token', 'OPTIONS', '/orders', null, ok({ rule: null }), { preflight: true }],
  ['OPTIONS that is no preflight', 'OPTIONS', '/orders', null, no(403, 'NOT_ALLOWED', 'route_unlisted')],
  ['authenticated too weakly (RFC 9470)', 'GET', '/admin/users', auth({ roles: ['chief'] }), no(401, 'REAUTHENTICATION_REQUIRED', 'acr_insufficient', { acr_values: 'aal2', max_age: 900 })],
  ['strongly enough, and to be asked of Usher', 'GET', '/admin/users', auth(SUPER), ok({ rule: '/admin/*', fresh: true })],
  ['a stronger way is enough', 'GET', '/admin', auth({ roles: ['chief'], claims: { acr: 'aal3' } }), ok({ rule: '/admin/*', fresh: true })],
  ['a way that nobody can compare is not', 'GET', '/admin', auth({ roles: ['chief'], claims: { acr: 'strong' } }), no(401, 'REAUTHENTICATION_REQUIRED', 'acr_insufficient', { acr_values: 'aal2', max_age: 900 })],
  ['exactly the age', 'GET', '/admin', auth({ ...SUPER, claims: { acr: 'aal2', auth_time: NOW - 900 } }), ok({ rule: '/admin/*', fresh: true })],
  ['a second too old', 'GET', '/admin', auth({ ...SUPER, claims: { acr: 'aal2', auth_time: NOW - 901 } }), no(401, 'REAUTHENTICATION_REQUIRED', 'auth_too_old', { acr_values: 'aal2', max_age: 900 })],
  ['nobody knows when', 'GET', '/admin', auth({ ...SUPER, claims: { acr: 'aal2', auth_time: null } }), no(401, 'REAUTHENTICATION_REQUIRED', 'auth_too_old', { acr_values: 'aal2', max_age: 900 })],
  ['step-up comes before permissions', 'GET', '/admin', auth({ roles: [] }), no(401, 'REAUTHENTICATION_REQUIRED', 'acr_insufficient', { acr_values: 'aal2', max_age: 900 })],
  ['strong and not allowed', 'GET', '/admin', auth({ claims: { acr: 'aal2' } }), no(403, 'NOT_ALLOWED', 'permission_denied', { permission: 'Admin:use' })],
  ['an acr of one\'s own is compared as it is', 'GET', '/vault', auth({ claims: { acr: 'urn:shop:vault' } }), ok({ rule: '/vault' })],
  ['aal2 is no acr of one\'s own', 'GET', '/vault', auth({ claims: { acr: 'aal2' } }), no(401, 'REAUTHENTICATION_REQUIRED', 'acr_insufficient', { acr_values: 'urn:shop:vault' })],
  ['a path is decoded once', 'GET', '/%6de', auth(), ok({ rule: '/me' })],
  ['another case of a path, where missing routes are allowed: many frameworks ignore case', 'GET', '/ADMIN/users', null, no(400, 'REQUEST_INVALID', 'path_ambiguous'), { options: { onMissingRoute: 'allow' } }],
  ['another case, escaped', 'GET', '/%41dmin/users', null, no(400, 'REQUEST_INVALID', 'path_ambiguous'), { options: { onMissingRoute: 'allow' } }],
  ['another case of a path that a public rule holds as well', 'GET', '/pages/drafts', null, no(400, 'REQUEST_INVALID', 'path_ambiguous')],
  ['exactly the case', 'GET', '/pages/Drafts', auth(), ok({ rule: '/pages/Drafts' })],
  ['another case of a public path', 'GET', '/HEALTH', null, ok({ rule: null }), { options: { onMissingRoute: 'allow' } }],
  ['capitals that no other rule has', 'GET', '/orders/ABC', auth(), ok({ rule: '/orders/:id', conditional: 'Order:read' })],
  ['a method that no rule has for the path', 'DELETE', '/VAULT', null, ok({ rule: null }), { options: { onMissingRoute: 'allow' } }],
  ['nothing is published: a signed-in user is not let through', 'GET', '/me', auth(), no(503, 'UNAVAILABLE', 'rules_unpublished'), { table: null }],
  ['nothing is published: nor is anybody', 'GET', '/health', null, no(503, 'UNAVAILABLE', 'rules_unpublished'), { table: null }],
  ['nothing is published: nor is a route that may be missing', 'GET', '/secret', null, no(503, 'UNAVAILABLE', 'rules_unpublished'), { table: null, options: { onMissingRoute: 'allow' } }],
  ['nothing is published: nor is a preflight', 'OPTIONS', '/orders', null, no(503, 'UNAVAILABLE', 'rules_unpublished'), { table: null, preflight: true }],
  ['paths are compared as they are', 'GET', '/Me', auth(), no(403, 'NOT_ALLOWED', 'route_unlisted')],
];

export function routes(shop) {
  const table = { ...shop, routes: ROUTES, roles: { ...shop.roles, chief: { 'Admin:use': '*', 'Order:list': '*' } } };
  const cases = CASES.map(([name, method, path, who, expect, more]) => {
    const auth = who && { ...who, claims: Object.fromEntries(Object.entries(who.claims).filter(([, value]) => value !== null)) };
    return { name, method, path, auth, ...more, expect };
  });
  return { now: NOW, table, cases };
}
