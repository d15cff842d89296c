'use strict';
// Every service in clear, as on loopback without tokens; at the end the server is stopped and comes back.
const { Api } = require('./support.js');
const { Documents, key } = require('./documents.js');

module.exports = async config => {
  const documents = new Documents(config.realm);
  // The first digits are the client's own: another one runs beside this one.
  const imsi = number => `${config.imsi}${String(number).padStart(6, '0')}`;
  for (let number = 0; number < 100; number++) Api.secrets.push(key(imsi(number), 'k'), key(imsi(number), 'opc'));
  const rig = { config, documents, imsi, api: new Api(config.address) };
  for (const part of ['protocol', 'subscriptions', 'import', 'authentication', 'registrations', 'applications', 'profiles', 'node', 'restart']) await require(`./cases/${part}.js`)(rig);
};
