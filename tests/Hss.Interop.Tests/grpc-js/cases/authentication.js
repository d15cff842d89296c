'use strict';
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const { check, refused, invalid } = require('../support.js');
const { Card, key } = require('../documents.js');

const status = grpc.status;

module.exports = async ({ api, documents, imsi }) => {
  const id = imsi(20);
  const private_identity = documents.privateIdentity(id);
  await api.call('SubscriptionService.UpsertSubscription', { subscription: documents.subscription(id) });
  const ask = (method, more = {}) => api.call(`AuthenticationService.${method}`, { private_identity, ...more });
  const hex = text => Buffer.from(text, 'hex');
  let card = new Card(key(id, 'k'), key(id, 'opc'));
  const next = sqn => (BigInt(`0x${sqn}`) + (1n << 12n)).toString(16).padStart(12, '0');

  await check('vectors', async () => {
    const { vectors } = await ask('GenerateVectors', { count: 3, include_ck_ik: true });
    assert.strictEqual(vectors.length, 3);
    for (const vector of vectors) {
      const rand = hex(vector.rand), autn = hex(vector.autn);
      const sqn = Buffer.from(autn.subarray(0, 6).map((octet, i) => octet ^ card.ak(rand)[i]));
      assert.strictEqual(sqn.toString('hex'), vector.sqn);
      assert.strictEqual(card.f1(rand, sqn, hex('8000'))[0].toString('hex'), autn.subarray(8).toString('hex'));
      assert.deepStrictEqual([card.res(rand), card.ck(rand), card.ik(rand)].map(octets => octets.toString('hex')), [vector.xres, vector.ck, vector.ik]);
      assert.strictEqual(Buffer.concat([rand, autn]).toString('base64'), vector.nonce);
    }
    const [hidden] = (await ask('GenerateVectors')).vectors;
    assert.deepStrictEqual([hidden.ck, hidden.ik], ['', '']);
    const counter = await ask('GetSequenceNumber');
    assert.deepStrictEqual([counter.sqn, counter.private_identity], [hidden.sqn, private_identity]);
    await invalid(ask('GenerateVectors', { count: 6 }), 'count');
    await refused(status.NOT_FOUND, ask('GenerateVectors', { private_identity: `none@${documents.realm}` }));
    await refused(status.NOT_FOUND, ask('GetSequenceNumber', { private_identity: `none@${documents.realm}` }));
  });

  await check('resynchronisation', async () => {
    const [{ rand, sqn }] = (await ask('GenerateVectors')).vectors;
    const sqnMs = next(sqn);
    const auts = card.auts(hex(rand), hex(sqnMs)).toString('hex');
    const dry = await ask('Resynchronise', { rand, auts, dry_run: true });
    assert.deepStrictEqual([dry.verdict, dry.sqn_ms, dry.dry_run], ['MOVED', sqnMs, true]);
    assert.strictEqual((await ask('GetSequenceNumber')).sqn, sqn);
    const moved = await ask('Resynchronise', { auts: Buffer.from(rand + auts, 'hex').toString('base64') });
    assert.deepStrictEqual([moved.verdict, moved.before.sqn], ['MOVED', sqn]);
    assert.strictEqual((await ask('GetSequenceNumber')).sqn, moved.after.sqn);
    assert.ok(moved.after.next_sqn > sqnMs);
    assert.strictEqual((await ask('Resynchronise', { rand, auts: `ff${auts.slice(2)}` })).verdict, 'BAD_MAC');
    const malformed = await ask('Resynchronise', { rand, auts: 'ff' });
    assert.ok(malformed.verdict === 'MALFORMED' && malformed.explanation.length > 0);
    await refused(status.NOT_FOUND, ask('Resynchronise', { private_identity: `none@${documents.realm}`, rand, auts }));
  });

  await check('credentials', async () => {
    const [k, opc] = [key(id, 'k'), key(imsi(21), 'opc')];
    const before = await api.call('SubscriptionService.GetSubscription', { name: `subscriptions/imsi-${id}` });
    const answer = await ask('SetCredentials', { aka: { k, opc, amf: '8000' }, etag: before.etag });
    assert.notStrictEqual(answer.etag, before.etag);
    assert.strictEqual(answer.private_identity.aka.k_fingerprint, before.private_identities[0].aka.k_fingerprint);
    assert.notStrictEqual(answer.private_identity.aka.opc_fingerprint, before.private_identities[0].aka.opc_fingerprint);
    card = new Card(k, opc);
    const [vector] = (await ask('GenerateVectors')).vectors;
    assert.strictEqual(card.res(hex(vector.rand)).toString('hex'), vector.xres);
    await refused(status.ABORTED, ask('SetCredentials', { aka: { k, opc, amf: '8000' }, etag: before.etag }));
    await refused(status.INVALID_ARGUMENT, ask('SetCredentials', { aka: { k: 'XY', opc, amf: '8000' } }));
    await refused(status.NOT_FOUND, ask('SetCredentials', { private_identity: `none@${documents.realm}`, aka: { k, opc } }));
  });
};
