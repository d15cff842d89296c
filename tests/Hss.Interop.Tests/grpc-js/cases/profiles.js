'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { check, refused, violations } = require('../support.js');

const status = grpc.status;

module.exports = async ({ api, documents, imsi }) => {
  const id = imsi(40);
  const as_uri = documents.applicationServer();
  const profile = { name: 'plain', initial_filter_criteria: [{ template: 'mmtel-originating', parameters: { as_uri } }] };
  await api.call('SubscriptionService.UpsertSubscription', { subscription: documents.subscription(id) });
  const sources = { 'a profile': { service_profile: profile }, 'a stored subscription': { subscription: `subscriptions/imsi-${id}` }, 'a document': { document_json: documents.json(id) } };
  const ask = (method, source, more = {}) => api.call(`ServiceProfileService.${method}`, { source, ...more });

  await check('templates', async () => {
    const { templates } = await api.call('ServiceProfileService.ListTemplates', {});
    const one = templates.find(template => template.name === 'mmtel-originating');
    assert.deepStrictEqual([one.first_priority, one.last_priority, one.parameters[0].name, one.parameters[0].type], [400, 499, 'as_uri', 'sip-uri']);
    const { sets } = await api.call('ServiceProfileService.ListTemplateSets', {});
    // A set may be empty: data only.
    assert.ok(sets.every(set => set.name) && sets.some(set => set.initial_filter_criteria.length > 0));
    const reload = await api.call('ServiceProfileService.ReloadTemplates', {});
    assert.deepStrictEqual([reload.reloaded, reload.templates, reload.sets, reload.problems], [true, templates.length, sets.length, []]);
  });

  await check('a profile rendered', async () => {
    for (const [kind, source] of Object.entries(sources)) {
      const answer = await ask('RenderServiceProfile', source);
      assert.ok(answer.user_data_xml.includes('<IMSSubscription') && answer.user_data_xml.includes(as_uri), kind);
      const [filter] = answer.service_profile.initial_filter_criteria;
      assert.deepStrictEqual([filter.priority, filter.application_server.server_name], [400, as_uri], kind);
    }
  });

  await check('a profile checked', async () => {
    for (const [kind, source] of Object.entries(sources)) assert.deepStrictEqual((await ask('LintServiceProfile', source)).errors, [], kind);
    const bad = { service_profile: { name: 'bad', initial_filter_criteria: [{ template: 'no-such-template' }] } };
    const { errors } = await ask('LintServiceProfile', bad);
    assert.ok(errors.length > 0 && errors[0].field.length > 0 && errors[0].description.includes('no-such-template'));
  });

  await check('a call simulated', async () => {
    for (const [kind, source] of Object.entries(sources)) {
      const sip_message = documents.invite(id);
      const fires = await ask('Simulate', source, { sip_message, session_case: 'ORIGINATING_REGISTERED', registered: true });
      assert.deepStrictEqual(fires.application_servers, [as_uri], kind);
      const silent = await ask('Simulate', source, { sip_message, session_case: 'TERMINATING_REGISTERED', registered: true });
      assert.deepStrictEqual([silent.application_servers, silent.evaluations[0].fires, silent.evaluations[0].reasons.length > 0], [[], false, true], kind);
    }
  });

  await check('errors of profiles', async () => {
    for (const method of ['RenderServiceProfile', 'LintServiceProfile', 'Simulate']) {
      const more = method === 'Simulate' ? { sip_message: documents.invite(id), session_case: 'ORIGINATING_REGISTERED' } : {};
      await refused(status.NOT_FOUND, ask(method, { subscription: 'subscriptions/none' }, more));
      assert.ok(violations(await refused(status.INVALID_ARGUMENT, ask(method, {}, more)))[0].startsWith('source'));
    }
    assert.deepStrictEqual(violations(await refused(status.INVALID_ARGUMENT, ask('Simulate', sources['a profile'], { sip_message: 'hello', session_case: 'ORIGINATING_REGISTERED' }))), ['sip_message']);
  });
};
