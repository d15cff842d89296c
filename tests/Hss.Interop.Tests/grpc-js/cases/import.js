'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { Api, check, invalid } = require('../support.js');

const COUNT = 3000, BAD = 1500, BATCH = 500;

module.exports = async ({ api, documents, imsi }) => {
  const first = 100000;
  /** Sends documents while the answers are read; returns them. */
  async function importAll(options, count, bad) {
    const stream = api.stream('SubscriptionService.ImportSubscriptions');
    const answers = [];
    const reading = (async () => { for (let answer; (answer = await stream.next());) answers.push(answer); })();
    stream.call.write({ options });
    for (let i = 1; i <= count; i++) {
      const id = imsi(first + i);
      const subscription = documents.subscription(id);
      if (i === bad) subscription.private_identities[0].aka.k = 'XY';
      // Every other one as a document; the bad one is a message.
      const item = i % 2 ? { document_json: Buffer.from(documents.json(id)), line: i } : { subscription, line: i };
      if (!stream.call.write(item)) await Promise.race([new Promise(resolve => stream.call.once('drain', resolve)), reading]);
    }
    stream.call.end();
    await reading;
    assert.strictEqual((await stream.ended()).code, grpc.status.OK);
    assert.ok(answers.slice(0, -1).every(answer => !answer.done) && answers.at(-1).done);
    return answers;
  }

  await check('import that is stopped by a bad document', async () => {
    const answers = await importAll({ continue_on_error: false }, BATCH * 2, BATCH + 100);
    const last = answers.at(-1);
    assert.deepStrictEqual([last.stopped_early, last.created, last.refused, last.committed_line], [true, BATCH, 1, BATCH]);
  });

  await check('import of thousands with a bad one in the middle', async () => {
    const answers = await importAll({ continue_on_error: true }, COUNT, BAD);
    const last = answers.at(-1);
    assert.ok(answers.length > 2, `${answers.length} answers: no progress is told`);
    assert.deepStrictEqual([last.received, last.created, last.unchanged, last.refused, last.committed_line, last.stopped_early], [COUNT, COUNT - 1 - BATCH, BATCH, 1, COUNT, false]);
    const [problem, ...others] = answers.flatMap(answer => answer.problems).filter(one => !one.is_warning);
    assert.deepStrictEqual([problem.line, problem.subscription_id, problem.field, others.length], [BAD, `imsi-${imsi(first + BAD)}`, 'subscription.private_identities[0].aka.k', 0]);
  });

  await check('lists and their pages', async () => {
    const filter = `subscription_id = "imsi-${imsi(first).slice(0, 10)}*"`;
    const seen = [];
    for (let page_token = ''; ;) {
      const page = await api.call('SubscriptionService.ListSubscriptions', { page_size: 700, page_token, filter });
      seen.push(...page.subscriptions.map(one => one.subscription_id));
      if (!(page_token = page.next_page_token)) break;
      assert.ok(page.subscriptions.length <= 700);
    }
    assert.strictEqual(new Set(seen).size, COUNT - 1);
    assert.deepStrictEqual([...seen].sort(), seen);
    assert.ok(!seen.includes(`imsi-${imsi(first + BAD)}`));
    const one = await api.call('SubscriptionService.ListSubscriptions', { filter: `public_identity = "${documents.publicIdentity(imsi(first + 7))}"` });
    assert.deepStrictEqual(one.subscriptions.map(found => found.subscription_id), [`imsi-${imsi(first + 7)}`]);
    await invalid(api.call('SubscriptionService.ListSubscriptions', { filter: 'x'.repeat(2000) }), 'filter');
    await invalid(api.call('SubscriptionService.ListSubscriptions', { filter: 'colour = "blue"' }), 'filter');
    await invalid(api.call('SubscriptionService.ListSubscriptions', { page_token: 'nonsense' }), 'page_token');
    await invalid(api.call('SubscriptionService.ListSubscriptions', { page_size: -1 }), 'page_size');
  });
};
