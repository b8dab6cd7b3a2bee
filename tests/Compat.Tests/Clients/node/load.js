// Writes half of the keys, says "half" and waits for a line on its input, writes the rest while somebody kills a
// primary, tries again what was refused, reads everything, and prints what is missing as JSON.
'use strict';
const { Cluster } = require('ioredis');

const keys = Number(process.argv[2]);
const nodes = process.argv.slice(3).map(port => ({ host: '127.0.0.1', port: Number(port) }));
const batchSize = 500;
const client = new Cluster(nodes, {
  clusterRetryStrategy: () => 100,
  retryDelayOnFailover: 100,
  retryDelayOnClusterDown: 100,
  redisOptions: { maxRetriesPerRequest: 20, connectTimeout: 5000 },
});
let errors = 0;
client.on('error', () => { errors++; });
client.on('node error', () => { errors++; });

const key = number => `client:${number}`;
const value = number => `value:${number}`;

async function inBatches(numbers, act) {
  const failed = [];
  for (let at = 0; at < numbers.length; at += batchSize) {
    const batch = numbers.slice(at, at + batchSize);
    const outcomes = await Promise.allSettled(batch.map(act));
    outcomes.forEach((outcome, i) => { if (outcome.status === 'rejected' || !outcome.value) failed.push(batch[i]); });
  }
  return failed;
}

const write = numbers => inBatches(numbers, async n => await client.set(key(n), value(n)) === 'OK');
const read = numbers => inBatches(numbers, async n => await client.get(key(n)) === value(n));
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

async function main() {
  const early = await write(range(0, keys / 2));
  console.log('half ' + early.length);
  await new Promise(go => process.stdin.once('data', go));
  let refused = await write(range(keys / 2, keys));
  for (let round = 0; refused.length > 0 && round < 100; round++) refused = await write(refused);
  const missing = await read(range(0, keys));
  console.log(JSON.stringify({ refused: refused.length, lostEarly: missing.filter(n => n < keys / 2).length, lostLate: missing.length, errors }));
  client.disconnect();
  process.exit(0);
}

main().catch(error => { console.log(String(error)); process.exit(1); });
