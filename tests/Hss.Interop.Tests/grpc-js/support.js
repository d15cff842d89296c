'use strict';
// What the cases share: a client of every service, made from the .proto files at run time, and the lines that the tests read.
const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const CASE_LIMIT_MS = 40000;
const CALL_LIMIT_MS = 20000;
const SERVICES = {
  SubscriptionService: 'hss.provisioning.v1', AuthenticationService: 'hss.provisioning.v1', RegistrationService: 'hss.provisioning.v1',
  ServiceProfileService: 'hss.provisioning.v1', NodeService: 'hss.provisioning.v1', AuditService: 'hss.provisioning.v1',
  AccessTokenService: 'hss.provisioning.v1', ApplicationServerService: 'hss.provisioning.v1', Health: 'grpc.health.v1', ServerReflection: 'grpc.reflection.v1',
};
const FILES = ['subscription_service', 'authentication_service', 'registration_service', 'service_profile_service', 'node_service', 'audit_service', 'access_token_service',
  'application_server_service']
  .map(name => `hss/provisioning/v1/${name}.proto`).concat('grpc/health/v1/health.proto', 'grpc/reflection/v1/reflection.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto');

const say = line => process.stdout.write(line + '\n');

/** One channel with its services. What was answered is searched for keys, and methods that were answered well are told once. */
class Api {
  static told = new Set();
  static secrets = [];

  static load(folders) {
    Api.definition = loader.loadSync(FILES, { includeDirs: folders, keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true });
    Api.package = grpc.loadPackageDefinition(Api.definition);
  }

  constructor(address, credentials = grpc.credentials.createInsecure(), options = {}) {
    this.services = {};
    for (const [name, folder] of Object.entries(SERVICES)) {
      const Service = folder.split('.').reduce((at, part) => at[part], Api.package)[name];
      this.services[name] = new Service(address, credentials, options);
    }
  }

  close() { for (const service of Object.values(this.services)) service.close(); }

  path(name) {
    const [service, method] = name.split('.');
    return this.services[service][method].path;
  }

  /** A unary call; throws the ServiceError. */
  call(name, request, { metadata = new grpc.Metadata(), ...options } = {}) {
    const [service, method] = name.split('.');
    return new Promise((resolve, reject) => this.services[service][method](request, metadata, { deadline: Date.now() + CALL_LIMIT_MS, ...options }, (error, answer) => {
      if (error) return reject(error);
      this.note(name, answer);
      resolve(answer);
    }));
  }

  /** A call with a stream of answers, and of requests when there is no request. */
  stream(name, request, { metadata = new grpc.Metadata(), ...options } = {}) {
    const [service, method] = name.split('.');
    const client = this.services[service];
    const call = request === undefined ? client[method](metadata, options) : client[method](request, metadata, options);
    const answers = [], waiting = [];
    let status = null;
    const wake = () => { while (waiting.length) waiting.shift()(); };
    call.on('data', answer => { this.note(name, answer); answers.push(answer); wake(); });
    call.on('error', () => { });
    call.on('status', ended => { status = ended; setImmediate(wake); });
    return {
      call,
      /** The next answer; null at the end. */
      async next() {
        while (!answers.length && !status) await new Promise(resolve => waiting.push(resolve));
        return answers.shift() ?? null;
      },
      async until(wanted) {
        for (let answer; (answer = await this.next());) if (wanted(answer)) return answer;
        throw new Error(`the stream ended with ${status.code} ${status.details} before it came`);
      },
      /** The status; answers that were not taken are dropped. */
      async ended() {
        while (!status) await new Promise(resolve => waiting.push(resolve));
        return status;
      },
    };
  }

  note(name, answer) {
    demandNoSecret(JSON.stringify(answer));
    const path = this.path(name);
    if (Api.told.has(path)) return;
    Api.told.add(path);
    say(`called ${path}`);
  }
}

function demandNoSecret(text) {
  const lower = text.toLowerCase();
  for (const secret of Api.secrets) if (lower.includes(secret)) throw new Error('an answer shows a key');
}

/** The call must be refused so; returns the error. */
async function refused(code, promise) {
  let error = null;
  try { await promise; } catch (problem) { error = problem; }
  assert.ok(error, `was not refused with ${grpc.status[code]}`);
  assert.strictEqual(error.code, code, `${error.message}, not ${grpc.status[code]}`);
  assert.ok(error.details.length > 0, 'the status has no text');
  demandNoSecret(error.details + JSON.stringify(error.metadata.toHttp2Headers()));
  return error;
}

/** The fields of google.rpc.BadRequest in grpc-status-details-bin. */
function violations(error) {
  const [octets] = error.metadata.get('grpc-status-details-bin');
  assert.ok(octets, 'there is no grpc-status-details-bin');
  const status = Api.definition['google.rpc.Status'].deserialize(octets);
  assert.strictEqual(status.code, error.code);
  const all = status.details.filter(detail => detail.type_url === 'type.googleapis.com/google.rpc.BadRequest')
    .flatMap(detail => Api.definition['google.rpc.BadRequest'].deserialize(detail.value).field_violations);
  assert.ok(all.length > 0 && all.every(one => one.description.length > 0), 'there is no BadRequest');
  return all.map(one => one.field);
}

async function invalid(promise, ...fields) {
  assert.deepStrictEqual(violations(await refused(grpc.status.INVALID_ARGUMENT, promise)), fields);
}

/** Asks until the answer is as wanted. */
async function eventually(ask, wanted) {
  const end = Date.now() + CALL_LIMIT_MS;
  for (; ;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    assert.ok(Date.now() < end, `never came to be: ${JSON.stringify(answer)}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

let failures = 0;
/** One case: one line. */
async function check(name, body) {
  let timer;
  try {
    await Promise.race([body(), new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('took too long')), CASE_LIMIT_MS); })]);
    say(`ok ${name}`);
  } catch (problem) {
    failures++;
    say(`not ok ${name}: ${(problem.stack || String(problem)).replace(/\s*\n\s*/g, ' | ').slice(0, 900)}`);
  } finally { clearTimeout(timer); }
}

module.exports = { Api, check, refused, violations, invalid, eventually, say, failures: () => failures };
