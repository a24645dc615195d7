// One PgBoss, driven by lines of JSON: {id, method, args} in, {id, result} or {id, error} out, {event, ...} at any time.
// DATABASE_URL says where, OPTIONS holds what else its constructor takes, PACKAGE is the release of pg-boss. It ends with its
// standard input.

import { createInterface } from 'node:readline'

const library = await import(process.env.PACKAGE)
// Up to 11 the class is all that the package exports.
const PgBoss = library.PgBoss ?? library.default

const { testClock, ...given } = JSON.parse(process.env.OPTIONS)
const options = { connectionString: process.env.DATABASE_URL, ...given }
// Its time moves by `tick` and `setTime` alone; `testClock` says where it begins.
const clock = testClock ? new library.TestClock(testClock) : undefined
if (clock) options.clock = clock
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
  tick: ms => clock.tick(ms),
  setTime: time => clock.setTime(time),
  // The method of a PgBoss on another schema.
  in: async (schema, method, args) => {
    const result = await other(schema)[method](...args)
    return method === 'start' ? null : result
  },
  work: (queue, options, behaviour) => boss.work(queue, options, async jobs => {
    say({ event: 'job', queue, jobs: jobs.map(({ signal, ...job }) => job) })
    return behaviours[behaviour.kind](queue, jobs, behaviour)
  }),
  uninstallPlans: schema => library.getUninstallPlans(schema),
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
