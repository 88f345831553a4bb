import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkClaims, scopeList } from '../dist/core/claims.js';
import { readHeader, readObject } from '../dist/core/jwt.js';
import { checkBinding } from '../dist/core/proof.js';
import { Refusal } from '../dist/core/refusal.js';
import { RevocationList } from '../dist/core/revocations.js';
import { LogWriter, logKey, readLog } from '../dist/core/store-log.js';
import { KeySet } from '../dist/issuer/keys.js';
import { checkRoute, rulesOf } from '../dist/policy/route-check.js';
import { evaluate } from '../dist/policy/evaluate.js';
import { segments } from '../dist/policy/path.js';
import { filterJson, residual } from '../dist/policy/residual.js';
import { RouteTable } from '../dist/policy/routes.js';
import { readTable } from '../dist/policy/table.js';
import { ownPath } from '../dist/web/origin.js';
import { verifyWebhook } from '../dist/webhooks.js';
import { matches } from '../dist/filters/matches.js';
import { vectors } from './vectors.js';

const defined = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
const refused = async (work) => {
  try {
    return { answer: await work() };
  } catch (cause) {
    if (cause.reason === undefined) throw cause;
    return { refusal: cause };
  }
};

describe('tokens', () => {
  const { now, options, jwks, cases } = vectors('tokens.json');
  const keys = new KeySet(fetch, async () => 'https://id.example.com/nowhere');
  keys.restore(jwks);
  for (const each of cases) {
    test(each.name, async () => {
      const settings = { ...options, ...each.options };
      const at = each.now ?? now;
      const { answer, refusal } = await refused(async () => {
        const header = readHeader(each.token, settings.algorithms);
        // The key set would be fetched once more for an unknown key; here there is nowhere to fetch it from.
        await keys.verify(each.token, header, -Infinity);
        return checkClaims(readObject(each.token.split('.')[1]), settings, at);
      });
      if (each.expect.reason) {
        assert.equal(refusal?.reason, each.expect.reason);
        assert.deepEqual([refusal.status, refusal.code], [each.expect.status, each.expect.code]);
        return;
      }
      assert.equal(refusal, undefined);
      const { kind, sub, client_id, scope, roles, jkt } = each.expect;
      assert.deepEqual(
        {
          kind: answer.sub === answer.client_id ? 'client' : 'user',
          sub: answer.sub,
          client_id: answer.client_id,
          scope: scopeList(answer.scope),
          roles: answer.roles ?? [],
          jkt: answer.cnf?.jkt,
        },
        { kind, sub, client_id, scope, roles, jkt },
      );
    });
  }
});

describe('proofs of a key', () => {
  const { cases, ...shared } = vectors('proofs.json');
  for (const each of cases) {
    test(each.name, async () => {
      const { now, clockSkew, url, method, token, scheme, jkt, proofs, target, expect } = { ...shared, ...each };
      const request = { method, target, url: url ?? undefined };
      const { answer, refusal } = await refused(() => checkBinding({ scheme, token, proofs }, jkt ?? undefined, request, clockSkew, now));
      assert.equal(refusal?.reason, expect.reason);
      if (refusal) assert.deepEqual([refusal.status, refusal.code], [expect.status, expect.code]);
      else assert.equal(answer?.jti ?? null, expect.jti);
    });
  }
});

describe('revocation', () => {
  const { now, snapshot, cases, sequences } = vectors('revocation.json');
  const begin = (max) => {
    const list = new RevocationList(max);
    assert.equal(list.replace(snapshot, now), 'replaced');
    return list;
  };
  const ask = (list, each, at) => list.revokedBy(each.claims, each.kid, at) ?? null;
  for (const each of cases) test(each.name, () => assert.equal(ask(begin(), each, now), each.revoked_by));
  for (const { name, max, steps } of sequences) {
    test(name, () => {
      const list = begin(max);
      for (const step of steps) {
        const at = step.now ?? now;
        if (step.ask) assert.equal(ask(list, step.ask, at), step.ask.revoked_by, step.ask.name);
        else if (step.snapshot) assert.equal(list.replace(step.snapshot, at), step.outcome);
        else assert.equal(list.receive(step.message, at), step.outcome, JSON.stringify(step.message));
        if (step.cursor !== undefined) assert.equal(list.cursor, step.cursor);
      }
    });
  }
  test('what a list gives to a store revokes the same', () => {
    const again = new RevocationList();
    const list = begin();
    again.restore({ epoch: list.epoch, cursor: list.cursor, revocations: list.entries() }, now);
    for (const each of cases) assert.equal(ask(again, each, now), each.revoked_by, each.name);
  });
});

describe('the door', () => {
  const { now, table: json, cases } = vectors('routes.json');
  const rules = readTable(json);
  for (const each of cases) {
    test(each.name, async () => {
      const table = each.table === null ? null : rules;
      const { claims, roles } = each.auth ?? {};
      const token = claims && { ...claims, scope: scopeList(claims.scope) };
      const decide = (permission) =>
        evaluate(table, { roles, permission, user: { id: claims.sub, roles }, context: {}, token });
      const caller = each.auth && { scope: token.scope, acr: claims.acr, authTime: claims.auth_time, decide };
      const request = { method: each.method, path: each.path, preflight: each.preflight ?? false };
      const { answer, refusal } = await refused(() =>
        checkRoute(rulesOf(table).routes, request, caller, each.options?.onMissingRoute ?? 'deny', now),
      );
      const { status, code, reason } = each.expect;
      if (status !== 200) {
        assert.deepEqual([refusal?.status, refusal?.code, refusal?.reason], [status, code, reason]);
        const { scope, acrValues: acr_values, maxAge: max_age, permission } = refusal.details;
        const told = Object.fromEntries(
          Object.entries({ scope, acr_values, max_age, permission }).filter(([, value]) => value !== undefined),
        );
        const { status: _, code: __, reason: ___, ...expected } = each.expect;
        assert.deepEqual(told, expected);
        return;
      }
      assert.equal(refusal, undefined);
      assert.equal(answer.rule?.path ?? null, each.expect.rule);
      assert.equal(answer.conditional, each.expect.conditional);
      assert.equal(answer.fresh, each.expect.fresh ?? false);
    });
  }
});

describe('access rules', () => {
  const question = (each) => ({
    roles: each.roles,
    permission: each.permission,
    user: each.user ?? {},
    resource: each.resource,
    context: each.context ?? {},
    token: each.token ?? {},
  });
  /** What is left for a database lets through what `can` allows. */
  const leavesTheSame = (table, each) => {
    if (each.resource === undefined || each.expect === 'conditional') return;
    const left = residual(table, question(each));
    assert.equal(matches(left, each.resource), each.expect === 'allow');
  };
  const { table: json, cases } = vectors('policy/decisions.json');
  for (const each of cases) {
    test(each.name, () => {
      const table = readTable(json);
      assert.equal(evaluate(table, question(each)), each.expect);
      leavesTheSame(table, each);
    });
  }
  test('thousands of generated questions are answered as Cedar answers them', () => {
    let count = 0;
    for (const set of vectors('policy/generated.json').sets) {
      const table = readTable(set.table);
      for (const each of set.cases) {
        assert.equal(evaluate(table, question(each)), each.expect, JSON.stringify(each));
        leavesTheSame(table, each);
        count += 1;
      }
    }
    assert.ok(count > 100, `${count}`);
  });
  test('paths are read as the server reads them', () => {
    for (const { raw, segments: expected } of vectors('policy/paths.json').cases)
      assert.deepEqual(segments(raw) ?? null, expected, raw);
  });
  test('the most specific route rule counts', () => {
    const { routes, cases } = vectors('policy/routes.json');
    const read = routes.map((route) => ({ methods: route.m, path: route.p, scopes: [], public: false, fresh: false }));
    for (const table of [new RouteTable(read), new RouteTable([...read].reverse())]) {
      for (const { method, path, pattern } of cases)
        assert.equal(table.find(method, path)?.path ?? null, pattern ?? null, `${method} ${path}`);
    }
  });
});

describe('filters', () => {
  const { project, permission, user, cases } = vectors('filters.json');
  const fixed = { v: 1, project, revision: 1, iat: 0, default: 'deny', permissions: { [permission]: 'item' }, routes: [] };
  for (const { name, rule, filter } of cases) {
    test(name, () => {
      const isCondition = typeof rule === 'object';
      const table = readTable({
        ...fixed,
        conditions: isCondition ? { condition: rule } : {},
        roles: { reader: { [permission]: isCondition ? 'condition' : rule } },
      });
      const left = residual(table, { roles: ['reader'], permission, user, context: {}, token: {} });
      assert.deepEqual(JSON.parse(filterJson(left)), filter);
    });
  }
});

describe('the log of a store', () => {
  const { secret, key_hex, issuer, client, cases } = vectors('store-log.json');
  const owner = { issuer, client };
  test('its key is derived from the secret', () => assert.equal(logKey(secret).toString('hex'), key_hex));
  for (const each of cases) {
    test(each.name, async () => {
      const { answer, refusal } = await refused(() => readLog(each.text, logKey(secret), owner));
      if (each.expect.reason) return assert.equal(refusal?.reason, each.expect.reason);
      assert.equal(refusal, undefined);
      const { state, dropped } = answer;
      assert.deepEqual(
        {
          epoch: state.epoch,
          cursor: state.cursor,
          at: state.at,
          named: state.revocations.map((entry) => entry.v),
          policy: state.policy?.jws ?? null,
          policy_etag: state.policy?.etag ?? null,
          jwks_etag: state.jwks?.etag ?? null,
          clients: state.clients,
          dropped,
        },
        each.expect,
      );
      return undefined;
    });
  }
  test('what is written is read', () => {
    const state = readLog(cases[0].text, logKey(secret), owner).state;
    const text = new LogWriter(logKey(secret)).begin(owner, { ...state, cursor: 22 });
    assert.deepEqual(readLog(text, logKey(secret), owner).state, state);
  });
});

describe('where web mode sends somebody after signing in', () => {
  const { base, cases } = vectors('returns.json');
  for (const { name, wanted, path } of cases) test(name, () => assert.equal(ownPath(wanted, new URL(base)), path));
});

describe('webhooks', () => {
  const { now, secrets, cases } = vectors('webhooks.json');
  for (const each of cases) {
    test(each.name, async () => {
      const { answer, refusal } = await refused(() =>
        verifyWebhook(each.body, each.headers, each.secrets ?? secrets, now),
      );
      if (each.expect.reason) assert.equal(refusal?.reason, each.expect.reason);
      else assert.deepEqual(answer, each.expect);
    });
  }
});

describe('what callers are told of a refusal', () => {
  for (const { name, reason, details, expect } of vectors('refusals.json').cases) {
    test(name, () => {
      const { acr_values: acrValues, max_age: maxAge, ...more } = details;
      const refusal = new Refusal(reason, { ...more, ...defined({ acrValues, maxAge }) });
      const headers = refusal.headers();
      assert.deepEqual(
        {
          challenge: headers['www-authenticate'] ?? null,
          retry_after: headers['retry-after'] ?? null,
          body: refusal.problem(),
        },
        expect,
      );
    });
  }
});

test('a refusal is a problem of RFC 9457 with a challenge of RFC 6750', () => {
  const refusal = new Refusal('scope_insufficient', { scope: 'orders "x"' });
  assert.equal(refusal.headers()['www-authenticate'], 'Bearer error="insufficient_scope", scope="orders x"');
  assert.deepEqual(refusal.problem('abc'), {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    detail: 'The token does not have the required scope.',
    code: 'NOT_ALLOWED',
    details: { scope: 'orders "x"' },
    traceId: 'abc',
  });
  assert.equal(new Refusal('token_missing').headers()['www-authenticate'], 'Bearer');
  assert.equal(new Refusal('permission_denied').headers()['www-authenticate'], undefined);
});
