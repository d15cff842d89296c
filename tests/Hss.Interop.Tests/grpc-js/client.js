'use strict';
// node client.js JSON: calls every method as the configuration says; one line per case, "ok NAME" or "not ok NAME: reason".
const { Api, say, failures } = require('./support.js');

(async () => {
  const config = JSON.parse(process.argv[2]);
  Api.load(config.protos);
  await require(config.secured ? './secured.js' : './clear.js')(config);
  say('done');
  process.exit(failures() ? 1 : 0);
})().catch(problem => { say(`not ok the client itself: ${problem.stack.replace(/\s*\n\s*/g, ' | ')}`); process.exit(2); });
