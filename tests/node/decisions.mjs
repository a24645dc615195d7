// What pg-boss's own evaluators say of schedules. In: {crons: [[expression, zone, [ms, ...]], ...], rules: [[expression, zone,
// [[after, until], ...]], ...]}. Out, for each cron, the last occurrence in the two days up to each instant, or null; for each
// rule, the occurrences of each window; only null, if the expression is refused.

import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

// The cron-parser that pg-boss itself finds, whatever else is installed.
const required = createRequire(import.meta.resolve('pg-boss'))
const { CronExpressionParser, CronDate } = required('cron-parser')
const { assertRrule, occurrencesInWindow } = await import(new URL('rrule.js', import.meta.resolve('pg-boss')))

const REACH = 2 * 86_400_000

// One search: how often it was at each instant, and how far back it may go.
let visits = new Map()
let earliest = -Infinity

// Looking backwards over a gap, cron-parser may step to and fro in it, and throws after 10,000 steps. At one instant for the
// third time it is in such a circle, and is stopped here; so it is where it looks for what is long past. It asks for the month
// at each step.
const { getMonth } = CronDate.prototype
CronDate.prototype.getMonth = function () {
  const time = this.getTime()
  visits.set(time, (visits.get(time) ?? 0) + 1)
  if (visits.get(time) > 3 || time < earliest) throw new Error('stopped')
  return getMonth.call(this)
}

function cron ([expression, zone, instants]) {
  let parsed
  earliest = -Infinity
  try {
    // As pg-boss does: the expression is judged first, then the zone.
    if (expression.trim() === '') return null
    CronExpressionParser.parse(expression, { tz: 'UTC', strict: false })
    parsed = CronExpressionParser.parse(expression, { tz: zone, strict: false, currentDate: new Date() })
  } catch {
    return null
  }
  return instants.map(at => latest(parsed, at))
}

function latest (parsed, at) {
  visits = new Map()
  earliest = at - REACH
  // What falls on the instant itself counts too.
  parsed.reset(new Date(at + 1))
  try {
    return parsed.prev().getTime()
  } catch {
    return null
  }
}

function rule ([expression, zone, windows]) {
  try {
    assertRrule(expression, zone)
  } catch {
    return null
  }
  return windows.map(([after, until]) => {
    try {
      return occurrencesInWindow(expression, new Date(after), new Date(until), zone).map(Number)
    } catch (error) {
      return error.message
    }
  })
}

const { crons = [], rules = [] } = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify({ crons: crons.map(cron), rules: rules.map(rule) }))
