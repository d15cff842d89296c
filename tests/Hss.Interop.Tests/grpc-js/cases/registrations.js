'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { check, refused, invalid, eventually, say } = require('../support.js');

const status = grpc.status;

module.exports = async ({ config, api, documents, imsi }) => {
  const id = imsi(30);
  const private_identity = documents.privateIdentity(id), public_identity = documents.publicIdentity(id);
  const registrations = () => api.call('RegistrationService.GetRegistration', { private_identity }).then(answer => answer.registrations);
  const jobs = () => api.call('RegistrationService.ListJobs', { identity: public_identity }).then(answer => answer.jobs);

  await check('a registration', async () => {
    await api.call('SubscriptionService.UpsertSubscription', { subscription: documents.subscription(id) });
    const [before] = await registrations();
    assert.deepStrictEqual([before.status, before.server_name], ['NOT_REGISTERED', '']);
    say(`ask register ${id}`);
    const [after] = await eventually(registrations, ([one]) => one.status === 'REGISTERED');
    assert.deepStrictEqual([after.server_name, after.diameter_host, after.public_identities, after.registered_private_identities], [config.serverName, config.scscf, [public_identity], [private_identity]]);
    assert.deepStrictEqual((await api.call('RegistrationService.GetRegistration', { public_identity })).registrations, [after]);
    const listed = await api.call('RegistrationService.ListRegistrations', { filter: `server_name = "${config.serverName}"` });
    assert.deepStrictEqual(listed.registrations.filter(one => one.subscription_id === after.subscription_id), [after]);
  });

  await check('errors of registrations', async () => {
    await invalid(api.call('RegistrationService.GetRegistration', {}), 'private_identity');
    await refused(status.NOT_FOUND, api.call('RegistrationService.GetRegistration', { private_identity: `none@${documents.realm}` }));
    await invalid(api.call('RegistrationService.ListRegistrations', { filter: 'colour = "blue"' }), 'filter');
    await invalid(api.call('RegistrationService.Deregister', { private_identity, public_identity }), 'private_identity');
    await refused(status.NOT_FOUND, api.call('RegistrationService.Deregister', { public_identity: documents.publicIdentity('none') }));
    await invalid(api.call('RegistrationService.ListJobs', { page_token: 'nonsense' }), 'page_token');
    for (const method of ['RetryJob', 'ForceJob']) await refused(status.NOT_FOUND, api.call(`RegistrationService.${method}`, { id: 1e12 }));
  });

  await check('a de-registration and its job', async () => {
    assert.strictEqual((await api.call('RegistrationService.Deregister', { private_identity, info: 'moved away' })).written, true);
    // The S-CSCF of the tests refuses every RTR.
    const [failed] = await eventually(jobs, ([job]) => job.state === 'FAILED');
    assert.deepStrictEqual([failed.kind, failed.diameter_host, failed.subscription_id], ['RTR', config.scscf, `imsi-${id}`]);
    const retried = await api.call('RegistrationService.RetryJob', { id: failed.id });
    assert.strictEqual(retried.job.id, failed.id);
    const again = await eventually(jobs, ([job]) => job.state === 'FAILED');
    assert.strictEqual((await api.call('RegistrationService.ForceJob', { id: again[0].id })).job.state, 'FORCED');
    await refused(status.FAILED_PRECONDITION, api.call('RegistrationService.RetryJob', { id: failed.id }));
    assert.strictEqual((await registrations())[0].status, 'NOT_REGISTERED');
    assert.strictEqual((await api.call('RegistrationService.Deregister', { private_identity })).written, false);
  });
};
