// Fills a schema by an old pg-boss with jobs in every state, and prints their ids by what they are.
// DATABASE_URL says where; ARGS holds {release, schema, queue}, where release is that of an alias in package.json.

import pg from 'pg'

const { release, schema, queue } = JSON.parse(process.env.ARGS)
const { default: PgBoss } = await import(`pg-boss-${release}`)
const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, schema })
boss.on('error', error => { throw error })
await boss.start()
const client = new pg.Client(process.env.DATABASE_URL)
await client.connect()

const sql = (text, id) => client.query(text.replaceAll('OLD.', `${schema}.`), [id])
const slow = { retryLimit: 3, retryDelay: 3600 }

// pg-boss 8 knows a job by its id alone and fetches one or none; pg-boss 10 wants the queue too and fetches a list.
const of = id => release === 8 ? [id] : [queue, id]

async function sent (label, options = {}) {
  const id = await boss.send(queue, { label }, options)
  if (!id) throw new Error(`${label} was not sent`)
  return id
}

async function started (label, options) {
  const id = await sent(label, options)
  const fetched = [await boss.fetch(queue)].flat()[0]
  if (fetched?.id !== id) throw new Error(`${label} was not fetched`)
  return id
}

async function ended (label, options, how = 'complete') {
  const id = await started(label, options)
  await boss[how](...of(id), { label })
  return id
}

const ids = {}

async function seedBoth () {
  ids.completed = await ended('completed', {})
  ids.failed = await ended('failed', { retryLimit: 0 }, 'fail')
  ids.retry = await ended('retry', slow, 'fail')
  ids.cancelled = await sent('cancelled')
  await boss.cancel(...of(ids.cancelled))
  ids.archived = await ended('archived', {})
  ids.outlived = await sent('outlived', { startAfter: 3600 })
  ids.slotFreed = await ended('slotFreed', { retryLimit: 0, singletonSeconds: 3600 }, 'fail')
}

async function seedWaiting () {
  ids.active = await started('active', { retryLimit: 1, expireInHours: 2 })
  ids.deferred = await sent('deferred', { startAfter: 3600 })
  ids.waiting = await sent('waiting', { priority: 5, retryLimit: 4, retryBackoff: true, retryDelay: 7 })
  const options = { tz: 'Europe/Berlin', expireInHours: 2, retentionDays: 3, priority: 2 }
  await boss.schedule(queue, '0 3 1 1 *', { a: 1 }, options)
  await boss.subscribe('user.created', queue)
}

async function seed8 () {
  await seedBoth()
  await sql("UPDATE OLD.job SET completedon = now() - interval '1 day' WHERE id = $1", ids.archived)
  await sql("UPDATE OLD.job SET keepuntil = now() - interval '1 hour' WHERE id = $1", ids.outlived)
  await boss.archive()
  ids.expired = await started('expired', { retryLimit: 0 })
  await sql("UPDATE OLD.job SET startedon = now() - interval '1 day' WHERE id = $1", ids.expired)
  await boss.expire()
  ids.queueActive = await started('queueActive', { singletonKey: 'q', useSingletonQueue: true })
  ids.resumed = await ended('resumed', {})
  ids.told = await ended('told', { onComplete: true })
  await seedWaiting()
  await boss.resume(ids.resumed)
  ids.slotTaken = await sent('slotTaken', { singletonSeconds: 3600 })
  ids.queueWaiting = await sent('queueWaiting', { singletonKey: 'q', useSingletonQueue: true })
  ids.keyed = await sent('keyed', { singletonKey: 'k' })
  ids.wishes = await sent('wishes', { onComplete: true })
}

async function seed10 () {
  await boss.createQueue('im_grave', { retentionMinutes: 10 })
  await boss.createQueue(queue, { retryLimit: 1, expireInSeconds: 60, deadLetter: 'im_grave' })
  await boss.createQueue('im_stately', { policy: 'stately' })
  await boss.createQueue('im_short', { policy: 'short' })
  await seedBoth()
  await sql("UPDATE OLD.job SET completed_on = now() - interval '1 day' WHERE id = $1", ids.archived)
  await sql("UPDATE OLD.job SET keep_until = now() - interval '1 hour' WHERE id = $1", ids.outlived)
  await boss.archive()
  await seedWaiting()
  ids.statelyRetry = await boss.send('im_stately', {}, { singletonKey: 's', ...slow })
  await boss.fetch('im_stately')
  await boss.fail('im_stately', ids.statelyRetry)
  ids.statelyActive = await boss.send('im_stately', {}, { singletonKey: 's' })
  await boss.fetch('im_stately')
  ids.statelyWaiting = await boss.send('im_stately', {}, { singletonKey: 's' })
  ids.short = await boss.send('im_short', {})
}

await (release === 8 ? seed8() : seed10())
process.stdout.write(JSON.stringify(ids), () => process.exit())
