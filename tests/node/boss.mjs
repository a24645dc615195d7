// One PgBoss, driven by lines of JSON: {id, method, args} in, {id, result} or {id, error} out, {event, ...} at any time.
// DATABASE_URL says where, OPTIONS holds what else its constructor takes; `clock` is the time at which a clock of its own
// stands, in milliseconds, until `travel` moves it. It ends with its standard input.

import { createInterface } from 'node:readline'
import { PgBoss, TestClock } from 'pg-boss'

const options = { connectionString: process.env.DATABASE_URL, ...JSON.parse(process.env.OPTIONS) }
if (options.clock !== undefined) options.clock = new TestClock(options.clock)
const boss = new PgBoss(options)

// Schema to one more PgBoss of this process.
const others = new Map()

function other (schema) {
  if (!others.has(schema)) {
    const made = new PgBoss({ ...options, schema })
    made.on('error', error => say({ event: 'error', error: plain(error) }))
    others.set(schema, made)
  }
  return others.get(schema)
}

function say (message) {
  process.stdout.write(JSON.stringify(message) + '\n')
}

function plain (error) {
  return { name: error.name, message: error.message, code: error.code }
}

boss.on('error', error => say({ event: 'error', error: plain(error) }))
for (const event of ['warning', 'wip', 'stopped', 'bam', 'flow']) {
  boss.on(event, detail => say({ event, detail }))
}

// Queue name to a promise that its waiting handlers wait for.
const gates = new Map()

function gate (queue) {
  if (!gates.has(queue)) gates.set(queue, Promise.withResolvers())
  return gates.get(queue)
}

function echo (jobs) {
  return jobs.length === 1 ? jobs[0].data : jobs.map(job => job.data)
}

const behaviours = {
  echo: (_, jobs) => echo(jobs),
  give: (_, jobs, { value }) => value,
  throw: (_, jobs, { message }) => { throw new Error(message) },
  wait: async (queue, jobs) => {
    await gate(queue).promise
    return echo(jobs)
  }
}

const commands = {
  start: async () => { await boss.start() },
  // The method of a PgBoss on another schema.
  in: async (schema, method, args) => {
    const result = await other(schema)[method](...args)
    return method === 'start' ? null : result
  },
  travel: time => options.clock.setTime(time),
  work: (queue, options, behaviour) => boss.work(queue, options, async jobs => {
    say({ event: 'job', queue, jobs: jobs.map(({ signal, ...job }) => job) })
    return behaviours[behaviour.kind](queue, jobs, behaviour)
  }),
  release: queue => { gate(queue).resolve() }
}

async function obey ({ id, method, args }) {
  try {
    const result = await (commands[method] ?? boss[method].bind(boss))(...args)
    say({ id, result: result ?? null })
  } catch (error) {
    say({ id, error: plain(error) })
  }
}

createInterface({ input: process.stdin })
  .on('line', line => obey(JSON.parse(line)))
  .on('close', () => process.exit())
