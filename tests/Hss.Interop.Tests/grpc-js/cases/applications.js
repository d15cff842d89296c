'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { check, refused, invalid, eventually, say } = require('../support.js');

const status = grpc.status;

module.exports = async ({ config, api, documents, imsi }) => {
  const ask = (method, request) => api.call(`ApplicationServerService.${method}`, request);
  const id = imsi(40);
  const subscription_id = `imsi-${id}`, private_identity = documents.privateIdentity(id), public_identity = documents.publicIdentity(id);
  const host = config.applicationServer, name = `applicationServers/${host}`, server_name = documents.applicationServer();
  const notifications = state => ask('ListNotifications', { diameter_host: host, state }).then(answer => answer.notifications);

  await check('what an application server may do', async () => {
    const permissions = [{ data_reference: 'REPOSITORY_DATA', operations: ['PULL', 'UPDATE', 'SUBSCRIBE'] }, { data_reference: 'IMS_USER_STATE', operations: ['PULL', 'SUBSCRIBE'] }];
    const put = await ask('PutApplicationServer', { application_server: { diameter_host: host, permissions } });
    assert.deepStrictEqual([put.outcome, put.application_server.name, put.application_server.permissions], ['CREATED', name, permissions]);
    assert.deepStrictEqual(await ask('GetApplicationServer', { name }), put.application_server);
    assert.deepStrictEqual((await ask('ListApplicationServers', {})).application_servers.filter(one => one.name === name), [put.application_server]);
    assert.strictEqual((await ask('PutApplicationServer', { application_server: put.application_server })).outcome, 'UNCHANGED');
    await refused(status.ABORTED, ask('PutApplicationServer', { application_server: { ...put.application_server, etag: '1' } }));
    await invalid(ask('PutApplicationServer', { application_server: { diameter_host: host, permissions: [{ data_reference: 'MSISDN', operations: ['PULL', 'UPDATE'] }] } }),
      'application_server.permissions[0].operations[1]');
    await refused(status.NOT_FOUND, ask('GetApplicationServer', { name: 'applicationServers/none.example.org' }));
    await refused(status.NOT_FOUND, ask('DeleteApplicationServer', { name: 'applicationServers/none.example.org' }));
  });

  await check('services are switched', async () => {
    const subscription = documents.subscription(id, { service_profiles: [{ name: 'plain', initial_filter_criteria: [{
      priority: 1, application_server: { server_name }, dsai_tags: ['voicemail'],
      trigger_point: { condition_type_cnf: false, service_point_triggers: [{ groups: [0], method: 'INVITE' }, { groups: [0], session_case: 'ORIGINATING_REGISTERED' }] },
    }] }] });
    subscription.private_identities[0].msisdns = [`+${id}`];
    await api.call('SubscriptionService.UpsertSubscription', { subscription });
    const got = await api.call('SubscriptionService.GetSubscription', { name: `subscriptions/${subscription_id}` });
    assert.deepStrictEqual(got.private_identities[0].msisdns, [id]);
    const off = await ask('SetServiceActivation', { public_identity, server_name, dsai_tag: 'voicemail', active: false });
    assert.deepStrictEqual(off, { subscription_id, public_identity, server_name, dsai_tag: 'voicemail', active: false });
    assert.deepStrictEqual((await ask('ListServiceActivations', { subscription_id })).service_activations, [off]);
    await refused(status.NOT_FOUND, ask('SetServiceActivation', { public_identity, server_name, dsai_tag: 'none', active: true }));
    await invalid(ask('ListServiceActivations', {}), 'subscription_id');
  });

  await check('access data', async () => {
    const sh_data = '<Sh-Data><PSUserState>2</PSUserState></Sh-Data>';
    const report = await ask('ReportAccess', { private_identity, sh_data });
    assert.deepStrictEqual([report.private_identity, report.sh_data, report.report_time.seconds > 0], [private_identity, sh_data, true]);
    assert.deepStrictEqual(await ask('GetAccessReport', { private_identity }), report);
    await invalid(ask('ReportAccess', { private_identity, sh_data: '<Sh-Data/>' }), 'sh_data');
    await refused(status.FAILED_PRECONDITION, ask('ReportAccess', { private_identity, sh_data, report_time: { seconds: 1 } }));
    assert.deepStrictEqual(await ask('DeleteAccessReport', { private_identity }), {});
    await refused(status.NOT_FOUND, ask('GetAccessReport', { private_identity }));
  });

  await check('data, subscriptions and notifications of an application server', async () => {
    say(`ask application-server ${id}`);
    const subscriptions = () => ask('ListNotificationSubscriptions', { subscription_id }).then(answer => answer.notification_subscriptions);
    const two = await eventually(subscriptions, found => found.length === 2);
    const state = two.find(one => one.key.data_reference === 'IMS_USER_STATE'), data = two.find(one => one.key.data_reference === 'REPOSITORY_DATA');
    assert.deepStrictEqual([data.key.diameter_host, data.key.public_identity, data.key.service_indication], [host, public_identity, 'settings']);
    assert.strictEqual((await ask('ListNotificationSubscriptions', { diameter_host: host })).notification_subscriptions.length, 2);
    assert.deepStrictEqual(await ask('DeleteNotificationSubscription', { subscription_id, id: state.id }), {});
    assert.deepStrictEqual(await subscriptions(), [data]);
    await refused(status.NOT_FOUND, ask('DeleteNotificationSubscription', { subscription_id, id: state.id }));

    const key = { public_identity, service_indication: 'settings' };
    const [listed] = (await ask('ListRepositoryData', { subscription_id })).repository_data;
    const got = await ask('GetRepositoryData', key);
    assert.deepStrictEqual([listed.service_data, got.service_data, got.sequence_number], ['', '<settings xmlns="urn:test">1</settings>', 0]);
    await refused(status.ABORTED, ask('DeleteRepositoryData', { ...key, sequence_number: 7 }));
    assert.deepStrictEqual(await ask('DeleteRepositoryData', { ...key, sequence_number: 0 }), {});
    await refused(status.NOT_FOUND, ask('GetRepositoryData', key));

    // The application server of the tests recognises no notification.
    const [failed] = await eventually(() => notifications('FAILED'), found => found.length === 1);
    assert.deepStrictEqual([failed.subscription_id, failed.key], [subscription_id, data.key]);
    assert.strictEqual((await ask('RetryNotification', { id: failed.id })).notification.id, failed.id);
    await eventually(() => notifications('FAILED'), found => found.length === 1);
    assert.strictEqual((await ask('WithdrawNotification', { id: failed.id })).notification.state, 'WITHDRAWN');
    for (const method of ['RetryNotification', 'WithdrawNotification']) {
      await refused(status.FAILED_PRECONDITION, ask(method, { id: failed.id }));
      await refused(status.NOT_FOUND, ask(method, { id: 1e12 }));
    }
  });

  await check('an application server that is removed may do nothing', async () => {
    assert.deepStrictEqual(await ask('DeleteApplicationServer', { name }), {});
    assert.deepStrictEqual((await ask('ListApplicationServers', {})).application_servers.filter(one => one.name === name), []);
    assert.deepStrictEqual(await ask('DeleteApplicationServer', { name, allow_missing: true }), {});
  });
};
