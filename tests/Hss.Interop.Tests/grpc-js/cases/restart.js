'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { check, say, refused } = require('../support.js');

const { status } = grpc;

module.exports = async ({ config, api, documents, imsi }) => {
  await check('SIGTERM with a running stream, then a new server', async () => {
    await api.call('SubscriptionService.UpsertSubscription', { subscription: documents.subscription(imsi(50)) });
    const watch = api.stream('SubscriptionService.WatchSubscriptions', {});
    const { resume_token } = await watch.next();
    const idle = api.stream('SubscriptionService.ImportSubscriptions');
    idle.call.write({ options: {} });
    const health = api.stream('Health.Watch', { service: '' });
    assert.strictEqual((await health.next()).status, 'SERVING');
    say('ask restart');
    assert.strictEqual((await health.next())?.status, 'NOT_SERVING');
    for (const stream of [watch, idle]) {
      const ended = await stream.ended();
      assert.ok(ended.code === status.UNAVAILABLE && ended.details.length > 0, `${ended.code} ${ended.details}`);
    }
    // The same channel finds the new one by itself, and goes on where it was.
    const metadata = new grpc.Metadata({ waitForReady: true });
    const found = await api.call('SubscriptionService.GetSubscription', { name: `subscriptions/imsi-${imsi(50)}` }, { metadata, deadline: Date.now() + 30000 });
    assert.strictEqual(found.subscription_id, `imsi-${imsi(50)}`);
    const again = api.stream('SubscriptionService.WatchSubscriptions', { resume_token });
    await again.next();
    await api.call('SubscriptionService.DeleteSubscription', { name: found.name });
    await again.until(change => change.subscription_id === found.subscription_id && change.kind === 'DELETED');
    again.call.cancel();
    await again.ended();
    await refused(status.NOT_FOUND, api.call('SubscriptionService.GetSubscription', { name: found.name }));
  });
};
