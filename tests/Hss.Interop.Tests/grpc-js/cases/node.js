'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { check, refused, invalid, eventually } = require('../support.js');

const status = grpc.status;

module.exports = async ({ config, api }) => {
  const peer = () => api.call('NodeService.ListPeers', {}).then(answer => answer.peers.find(one => one.identity === config.peer));

  await check('peers', async () => {
    const open = await eventually(peer, one => one);
    assert.deepStrictEqual([open.is_open, open.is_tls, open.realm, open.watchdog_state, open.applications], [true, false, config.realm, 'OKAY', ['Cx']]);
    assert.ok(open.remote_address.startsWith('127.') && open.open_since.seconds > 0);
    await invalid(api.call('NodeService.DisconnectPeer', {}), 'identity');
    await refused(status.NOT_FOUND, api.call('NodeService.DisconnectPeer', { identity: 'none.example.org' }));
    assert.deepStrictEqual(await api.call('NodeService.DisconnectPeer', { identity: config.peer, cause: 'REBOOTING' }), {});
    await eventually(peer, one => !one?.is_open);
  });

  await check('tokens while none is needed', async () => {
    assert.deepStrictEqual((await api.call('AccessTokenService.ListAccessTokens', {})).access_tokens, []);
    await refused(status.FAILED_PRECONDITION, api.call('AccessTokenService.CreateAccessToken', { name: 'first', role: 'READER' }));
    await invalid(api.call('AccessTokenService.CreateAccessToken', { name: 'two words', role: 'READER' }), 'name');
    await refused(status.NOT_FOUND, api.call('AccessTokenService.RevokeAccessToken', { name: 'none' }));
  });
};
