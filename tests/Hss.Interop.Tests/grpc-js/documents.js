'use strict';
// Subscriptions of the tests, and what a card does with a challenge (TS 35.206, TS 33.102 6.3.2, 6.3.3).
const crypto = require('node:crypto');

const xor = (a, b) => Buffer.from(a.map((octet, i) => octet ^ b[i]));
const rotate = (block, octets) => Buffer.concat([block.subarray(octets), block.subarray(0, octets)]);

class Card {
  constructor(k, opc) { [this.k, this.opc] = [Buffer.from(k, 'hex'), Buffer.from(opc, 'hex')]; }

  aes(block) {
    const cipher = crypto.createCipheriv('aes-128-ecb', this.k, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]);
  }

  /** MAC-A and MAC-S. */
  f1(rand, sqn, amf) {
    const twice = Buffer.concat([sqn, amf, sqn, amf]);
    const out = xor(this.aes(xor(this.aes(xor(rand, this.opc)), rotate(xor(twice, this.opc), 8))), this.opc);
    return [out.subarray(0, 8), out.subarray(8)];
  }

  out(rand, rotation, constant) {
    const block = rotate(xor(this.aes(xor(rand, this.opc)), this.opc), rotation);
    block[15] ^= constant;
    return xor(this.aes(block), this.opc);
  }

  res(rand) { return this.out(rand, 0, 1).subarray(8); }
  ak(rand) { return this.out(rand, 0, 1).subarray(0, 6); }
  ck(rand) { return this.out(rand, 4, 2); }
  ik(rand) { return this.out(rand, 8, 4); }

  auts(rand, sqnMs) {
    return Buffer.concat([xor(sqnMs, this.out(rand, 12, 8).subarray(0, 6)), this.f1(rand, sqnMs, Buffer.alloc(2))[1]]);
  }
}

/** Keys that follow from the identity, so that a failure can be repeated. */
const key = (imsi, what) => crypto.createHash('sha256').update(`${what} of ${imsi}`).digest('hex').slice(0, 32);

class Documents {
  constructor(realm) { this.realm = realm; }

  privateIdentity(imsi) { return `${imsi}@${this.realm}`; }
  publicIdentity(imsi) { return `sip:${imsi}@${this.realm}`; }
  applicationServer(host = 'as') { return `sip:${host}.${this.realm}:5090;lr`; }

  subscription(imsi, more = {}) {
    return {
      subscription_id: `imsi-${imsi}`,
      private_identities: [{ identity: this.privateIdentity(imsi), aka: { k: key(imsi, 'k'), opc: key(imsi, 'opc'), amf: '8000' } }],
      implicit_registration_sets: [{ public_identities: [{ identity: this.publicIdentity(imsi), service_profile: 'plain' }] }],
      service_profiles: [{ name: 'plain', initial_filter_criteria: [{ template: 'mmtel-originating', parameters: { as_uri: this.applicationServer() } }] }],
      ...more,
    };
  }

  /** The same as a JSON document. */
  json(imsi, k = key(imsi, 'k')) {
    return JSON.stringify({
      subscriptionId: `imsi-${imsi}`,
      privateIdentities: [{ identity: this.privateIdentity(imsi), aka: { k, opc: key(imsi, 'opc'), amf: '8000' } }],
      implicitRegistrationSets: [{ publicIdentities: [{ identity: this.publicIdentity(imsi), serviceProfile: 'plain' }] }],
      serviceProfiles: [{ name: 'plain', initialFilterCriteria: [{ template: 'mmtel-originating', parameters: { as_uri: this.applicationServer() } }] }],
    });
  }

  invite(imsi) {
    return [`INVITE sip:bob@${this.realm} SIP/2.0`, `From: <${this.publicIdentity(imsi)}>;tag=1`, `To: <sip:bob@${this.realm}>`, 'Call-ID: 1', 'CSeq: 1 INVITE',
      'Content-Length: 0', '', ''].join('\r\n');
  }
}

module.exports = { Card, Documents, key };
