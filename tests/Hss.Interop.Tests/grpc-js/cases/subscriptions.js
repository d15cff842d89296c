'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const crypto = require('node:crypto');
const { check, refused, invalid } = require('../support.js');

const status = grpc.status;

module.exports = async ({ api, documents, imsi }) => {
  const wanted = documents.subscription(imsi(10));
  const name = `subscriptions/${wanted.subscription_id}`;
  const get = () => api.call('SubscriptionService.GetSubscription', { name });

  await check('create and get', async () => {
    const made = await api.call('SubscriptionService.CreateSubscription', { subscription: wanted, request_id: crypto.randomUUID() });
    assert.strictEqual(made.name, name);
    assert.ok(made.etag && made.create_time.seconds > 0);
    const { aka } = made.private_identities[0];
    assert.deepStrictEqual([aka.algorithm, aka.k, aka.opc, aka.amf, aka.k_fingerprint.length], ['MILENAGE', '', '', '8000', 16]);
    assert.strictEqual(made.implicit_registration_sets[0].public_identities[0].identity, documents.publicIdentity(imsi(10)));
    assert.deepStrictEqual(made.service_profiles[0].initial_filter_criteria[0].parameters, { as_uri: documents.applicationServer() });
    assert.deepStrictEqual(await get(), made);
  });

  await check('errors of create and get', async () => {
    await refused(status.ALREADY_EXISTS, api.call('SubscriptionService.CreateSubscription', { subscription: wanted }));
    const [first] = wanted.private_identities;
    const bad = { ...documents.subscription(imsi(11)), private_identities: [{ ...first, identity: 'no identity', aka: { ...first.aka, k: 'XY' } }] };
    await invalid(api.call('SubscriptionService.CreateSubscription', { subscription: bad }), 'subscription.private_identities[0].identity', 'subscription.private_identities[0].aka.k');
    await invalid(api.call('SubscriptionService.CreateSubscription', {}), 'subscription');
    await refused(status.NOT_FOUND, api.call('SubscriptionService.GetSubscription', { name: 'subscriptions/none' }));
    await invalid(api.call('SubscriptionService.GetSubscription', { name: '' }), 'name');
  });

  await check('update', async () => {
    const before = await get();
    const update = (subscription, ...paths) => api.call('SubscriptionService.UpdateSubscription', { subscription, update_mask: { paths } });
    const after = await update({ name, etag: before.etag, registration_allowed: false, imsi: '999999' }, 'registration_allowed');
    assert.deepStrictEqual([after.registration_allowed, after.imsi], [false, before.imsi]);
    assert.notStrictEqual(after.etag, before.etag);
    await refused(status.ABORTED, update({ name, etag: before.etag, registration_allowed: true }, 'registration_allowed'));
    await invalid(update({ name }, 'private_identities.aka'), 'update_mask');
    await refused(status.NOT_FOUND, update({ name: 'subscriptions/none', registration_allowed: true }, 'registration_allowed'));
    // Absent means true, and a client can tell that from false.
    assert.strictEqual((await update({ name, registration_allowed: true }, 'registration_allowed')).registration_allowed ?? true, true);
  });

  await check('upsert', async () => {
    const upsert = request => api.call('SubscriptionService.UpsertSubscription', request);
    const stored = await get();
    assert.strictEqual((await upsert({ subscription: stored })).outcome, 'UNCHANGED');
    const document = { document_json: documents.json(imsi(12)) };
    assert.strictEqual((await upsert({ ...document, validate_only: true })).outcome, 'CREATED');
    await refused(status.NOT_FOUND, api.call('SubscriptionService.GetSubscription', { name: `subscriptions/imsi-${imsi(12)}` }));
    const request_id = crypto.randomUUID();
    const made = await upsert({ ...document, request_id });
    assert.strictEqual(made.outcome, 'CREATED');
    assert.deepStrictEqual((await upsert({ ...document, request_id })).subscription, made.subscription);
    assert.strictEqual((await upsert(document)).outcome, 'UNCHANGED');
    const changed = await upsert({ subscription: { ...stored, charging: { primary_collection: 'aaa://ccf.example.org' } } });
    assert.deepStrictEqual([changed.outcome, changed.subscription.charging.primary_collection], ['UPDATED', 'aaa://ccf.example.org']);
    await refused(status.ABORTED, upsert({ ...document, etag: '1000000' }));
    await refused(status.ABORTED, upsert({ subscription: stored }));
    await invalid(upsert({ document_json: documents.json(imsi(12), 'XY') }), 'privateIdentities[0].aka.k');
    await invalid(upsert({}), 'subscription');
  });

  await check('watch sees what another call changes', async () => {
    const { subscription_id } = documents.subscription(imsi(13));
    const watch = api.stream('SubscriptionService.WatchSubscriptions', {});
    assert.strictEqual((await watch.next()).kind, 'HEARTBEAT');
    const { subscription } = await api.call('SubscriptionService.UpsertSubscription', { subscription: documents.subscription(imsi(13)) });
    const created = await watch.until(change => change.subscription_id === subscription_id);
    assert.deepStrictEqual([created.kind, created.actor], ['CREATED', 'local']);
    assert.deepStrictEqual(created.subscription, subscription);
    await api.call('SubscriptionService.DeleteSubscription', { name: subscription.name, etag: subscription.etag });
    const deleted = await watch.until(change => change.subscription_id === subscription_id);
    assert.deepStrictEqual([deleted.kind, deleted.subscription], ['DELETED', null]);
    watch.call.cancel();
    // From where the first one was.
    const again = api.stream('SubscriptionService.WatchSubscriptions', { resume_token: created.resume_token });
    assert.strictEqual((await again.until(change => change.subscription_id === subscription_id)).kind, 'DELETED');
    again.call.cancel();
    const bad = api.stream('SubscriptionService.WatchSubscriptions', { resume_token: 'nonsense' });
    assert.strictEqual((await bad.ended()).code, status.INVALID_ARGUMENT);
  });

  await check('explain', async () => {
    const private_identity = documents.privateIdentity(imsi(10));
    const good = await api.call('SubscriptionService.ExplainIdentity', { private_identity, public_identity: documents.publicIdentity(imsi(10)) });
    assert.ok(good.may_register && good.steps.length > 0 && good.summary.length > 0);
    assert.strictEqual(good.subscription_id, wanted.subscription_id);
    const other = await api.call('SubscriptionService.ExplainIdentity', { private_identity, public_identity: documents.publicIdentity(imsi(12)) });
    assert.deepStrictEqual([other.may_register, other.result], [false, 'DIAMETER_ERROR_IDENTITIES_DONT_MATCH']);
    await refused(status.INVALID_ARGUMENT, api.call('SubscriptionService.ExplainIdentity', {}));
  });

  await check('audit and undo', async () => {
    const list = async () => (await api.call('AuditService.ListAuditRecords', { subscription_id: wanted.subscription_id })).records;
    const records = await list();
    assert.deepStrictEqual(records.map(record => record.kind), ['UPDATED', 'UPDATED', 'UPDATED', 'CREATED']);
    assert.ok(records[0].actor === 'local' && records[0].remote_address.startsWith('127.') && records[0].method.length > 0 && records[0].summary.length > 0);
    assert.deepStrictEqual([records[0].after.charging.primary_collection, records[0].before.charging], ['aaa://ccf.example.org', null]);
    const undone = await api.call('AuditService.UndoAuditRecord', { id: records[0].id });
    assert.strictEqual(undone.undoes, records[0].id);
    assert.strictEqual((await get()).charging, null);
    await refused(status.FAILED_PRECONDITION, api.call('AuditService.UndoAuditRecord', { id: records[1].id }));
    await refused(status.NOT_FOUND, api.call('AuditService.UndoAuditRecord', { id: 1e12 }));
    await invalid(api.call('AuditService.ListAuditRecords', { page_token: 'nonsense' }), 'page_token');
  });

  await check('delete', async () => {
    const drop = more => api.call('SubscriptionService.DeleteSubscription', { name, ...more });
    await refused(status.ABORTED, drop({ etag: '1000000' }));
    await drop({ validate_only: true });
    await get();
    assert.deepStrictEqual(await drop(), {});
    await refused(status.NOT_FOUND, drop());
    await drop({ allow_missing: true });
    await invalid(drop({ name: 'nonsense' }), 'name');
  });
};
