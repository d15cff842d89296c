'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { Api, check, refused, invalid, say } = require('../support.js');

const status = grpc.status;

module.exports = async ({ config, api, documents, imsi }) => {
  await check('reflection', async () => {
    const reflection = api.stream('ServerReflection.ServerReflectionInfo');
    const ask = request => { reflection.call.write(request); return reflection.next(); };
    const served = (await ask({ list_services: '' })).list_services_response.service.map(one => one.name).sort();
    assert.ok(served.includes('hss.provisioning.v1.SubscriptionService'));
    // What is served is what the .proto files of this client say, method by method.
    for (const service of served) {
      assert.ok(Api.definition[service], `${service} is served, and not known here`);
      for (const method of Object.values(Api.definition[service])) say(`served ${method.path}`);
      const files = (await ask({ file_containing_symbol: service })).file_descriptor_response.file_descriptor_proto;
      for (const method of Object.keys(Api.definition[service])) assert.ok(files.some(file => file.includes(method)), `${service} has no ${method}`);
    }
    assert.strictEqual((await ask({ file_containing_symbol: 'no.such.Thing' })).error_response.error_code, status.NOT_FOUND);
    reflection.call.end();
    assert.strictEqual((await reflection.ended()).code, status.OK);
  });

  await check('health', async () => {
    assert.strictEqual((await api.call('Health.Check', { service: '' })).status, 'SERVING');
    assert.strictEqual((await api.call('Health.Check', { service: 'hss.provisioning.v1.AuditService' })).status, 'SERVING');
    await refused(status.NOT_FOUND, api.call('Health.Check', { service: 'no.such.Service' }));
    const watch = api.stream('Health.Watch', { service: '' });
    assert.strictEqual((await watch.next()).status, 'SERVING');
    watch.call.cancel();
    assert.strictEqual((await watch.ended()).code, status.CANCELLED);
  });

  await check('unknown methods and services', async () => {
    const raw = path => new Promise((resolve, reject) => api.services.Health.makeUnaryRequest(path, x => x, x => x, Buffer.alloc(0), (error, answer) => error ? reject(error) : resolve(answer)));
    await refused(status.UNIMPLEMENTED, raw('/hss.provisioning.v1.SubscriptionService/RenameSubscription'));
    await refused(status.UNIMPLEMENTED, raw('/no.such.Service/Get'));
  });

  await check('a message that is too large', async () => {
    await refused(status.RESOURCE_EXHAUSTED, api.call('SubscriptionService.UpsertSubscription', { document_json: ' '.repeat(5 * 1024 * 1024) }));
    // The connection is as good as before.
    assert.strictEqual((await api.call('Health.Check', {})).status, 'SERVING');
  });

  await check('deadlines', async () => {
    const begun = Date.now();
    const watch = api.stream('SubscriptionService.WatchSubscriptions', {}, { deadline: begun + 400 });
    assert.strictEqual((await watch.next()).kind, 'HEARTBEAT');
    assert.strictEqual((await watch.ended()).code, status.DEADLINE_EXCEEDED);
    const idle = api.stream('SubscriptionService.ImportSubscriptions', undefined, { deadline: Date.now() + 400 });
    assert.strictEqual((await idle.ended()).code, status.DEADLINE_EXCEEDED);
    assert.ok(Date.now() - begun < 10000);
  });

  await check('cancellation', async () => {
    const watch = api.stream('SubscriptionService.WatchSubscriptions', {});
    assert.strictEqual((await watch.next()).kind, 'HEARTBEAT');
    watch.call.cancel();
    assert.strictEqual((await watch.ended()).code, status.CANCELLED);
  });

  await check('binary metadata', async () => {
    const metadata = new grpc.Metadata();
    metadata.add('x-trace-bin', Buffer.from([0, 255, 1, 2]));
    metadata.add('x-trace-bin', Buffer.alloc(0));
    metadata.add('x-note', 'a, b');
    // The answer to it is binary metadata, too.
    await invalid(api.call('SubscriptionService.GetSubscription', { name: 'users/1' }, { metadata }), 'name');
    await refused(status.NOT_FOUND, api.call('SubscriptionService.GetSubscription', { name: 'subscriptions/none' }, { metadata }));
  });

  await check('gzip both ways', async () => {
    const packed = new Api(config.address, undefined, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    const wanted = documents.subscription(imsi(1));
    const made = await packed.call('SubscriptionService.UpsertSubscription', { subscription: wanted });
    assert.strictEqual(made.outcome, 'CREATED');
    const read = await packed.call('SubscriptionService.GetSubscription', { name: `subscriptions/${wanted.subscription_id}` });
    assert.deepStrictEqual(read.service_profiles, made.subscription.service_profiles);
    const watch = packed.stream('SubscriptionService.WatchSubscriptions', {});
    await watch.next();
    await packed.call('SubscriptionService.DeleteSubscription', { name: read.name });
    await watch.until(change => change.subscription_id === wanted.subscription_id && change.kind === 'DELETED');
    watch.call.cancel();
    await watch.ended();
    packed.close();
  });

  await check('many calls at once', async () => {
    const answers = await Promise.all(Array.from({ length: 400 }, (_, i) => i % 4
      ? api.call('NodeService.ListPeers', {}).then(() => 'peers')
      : refused(status.NOT_FOUND, api.call('SubscriptionService.GetSubscription', { name: `subscriptions/none-${i}` })).then(error => error.details)));
    answers.forEach((answer, i) => assert.ok(i % 4 ? answer === 'peers' : answer.includes(`none-${i}`), answer));
  });
};
