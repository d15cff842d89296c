'use strict';
// Over TLS, with client certificates and bearer tokens.
const assert = require('node:assert');
const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const { Api, check, refused, invalid } = require('./support.js');
const { Documents, key } = require('./documents.js');

const status = grpc.status;

module.exports = async config => {
  const documents = new Documents(config.realm);
  const id = `${config.imsi}000001`;
  Api.secrets.push(key(id, 'k'), key(id, 'opc'));
  const name = `subscriptions/imsi-${id}`;
  const options = { 'grpc.ssl_target_name_override': config.serverHost, 'grpc.default_authority': config.serverHost };
  const authority = fs.readFileSync(config.authority);
  const tls = certificate => certificate
    ? grpc.credentials.createSsl(authority, fs.readFileSync(certificate.key), fs.readFileSync(certificate.certificate))
    : grpc.credentials.createSsl(authority);
  const withToken = text => new Api(config.address, grpc.credentials.combineChannelCredentials(tls(), grpc.credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Bearer ${text}`);
    done(null, metadata);
  })), options);
  const operator = new Api(config.address, tls(config.operator), options);
  const reader = new Api(config.address, tls(config.reader), options);
  const nobody = new Api(config.address, tls(), options);
  const read = api => api.call('SubscriptionService.ListSubscriptions', { page_size: 1 });
  const write = api => api.call('SubscriptionService.UpsertSubscription', { subscription: documents.subscription(id) });
  const tokens = {};

  await check('a certificate says who calls', async () => {
    assert.strictEqual((await write(operator)).outcome, 'CREATED');
    const { records } = await operator.call('AuditService.ListAuditRecords', { subscription_id: `imsi-${id}` });
    assert.strictEqual(records[0].actor, config.operator.name);
    await read(reader);
  });

  await check('tokens are made and listed', async () => {
    const create = (role, token = `${config.client}-${role.toLowerCase()}`) => operator.call('AccessTokenService.CreateAccessToken', { name: token, role });
    for (const role of ['READER', 'PROVISIONER', 'AUTHENTICATION_ADMIN']) {
      const made = await create(role);
      assert.deepStrictEqual([made.access_token.role, made.access_token.created_by, made.token.startsWith('hss_')], [role, config.operator.name, true]);
      tokens[role] = { name: made.access_token.name, text: made.token, api: withToken(made.token) };
      Api.secrets.push(made.token.toLowerCase());
    }
    await refused(status.ALREADY_EXISTS, create('READER'));
    await invalid(create('ROLE_UNSPECIFIED', 'other'), 'role');
    const { access_tokens } = await operator.call('AccessTokenService.ListAccessTokens', {});
    for (const { name } of Object.values(tokens)) assert.ok(access_tokens.some(token => token.name === name));
  });

  await check('who shows nothing good is UNAUTHENTICATED', async () => {
    await refused(status.UNAUTHENTICATED, read(nobody));
    await refused(status.UNAUTHENTICATED, read(withToken('hss_' + 'A'.repeat(43))));
    // Load balancers have nothing to show.
    assert.strictEqual((await nobody.call('Health.Check', {})).status, 'SERVING');
  });

  await check('a token that is revoked ends its streams', async () => {
    const { name: token, api } = tokens.READER;
    await read(api);
    const watch = api.stream('SubscriptionService.WatchSubscriptions', {});
    assert.strictEqual((await watch.next()).kind, 'HEARTBEAT');
    assert.deepStrictEqual(await operator.call('AccessTokenService.RevokeAccessToken', { name: token }), {});
    assert.strictEqual((await watch.ended()).code, status.UNAUTHENTICATED);
    await refused(status.UNAUTHENTICATED, read(api));
    await refused(status.NOT_FOUND, operator.call('AccessTokenService.RevokeAccessToken', { name: token }));
  });

  await check('a role that does not do is PERMISSION_DENIED', async () => {
    const vectors = api => api.call('AuthenticationService.GenerateVectors', { private_identity: documents.privateIdentity(id) });
    assert.strictEqual((await write(tokens.PROVISIONER.api)).outcome, 'UNCHANGED');
    assert.strictEqual((await vectors(tokens.AUTHENTICATION_ADMIN.api)).vectors.length, 1);
    await refused(status.PERMISSION_DENIED, write(reader));
    await refused(status.PERMISSION_DENIED, vectors(tokens.PROVISIONER.api));
    await refused(status.PERMISSION_DENIED, tokens.AUTHENTICATION_ADMIN.api.call('AccessTokenService.ListAccessTokens', {}));
    await refused(status.PERMISSION_DENIED, reader.call('NodeService.DisconnectPeer', { identity: 'x' }));
  });

  await check('connections that are refused', async () => {
    const soon = () => ({ deadline: Date.now() + 5000 });
    const health = api => api.call('Health.Check', {}, soon());
    // A certificate of another authority, another name than the server's, and no TLS at all.
    for (const api of [new Api(config.address, tls(config.stranger), options), new Api(config.address, tls(), { ...options, 'grpc.ssl_target_name_override': 'other.example.org' }),
      new Api(config.address)])
      await refused(status.UNAVAILABLE, health(api));
    assert.strictEqual((await health(nobody)).status, 'SERVING');
  });
};
