// pg-boss's dashboard on DATABASE_URL, seen and used in a real browser. ARGS is {chromium, screenshots, steps}: the path of
// the browser, a folder, and what to do one after the other. Prints what each `read` saw, and ends with all that it started.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
]

const { chromium: executablePath, screenshots, steps } = JSON.parse(process.env.ARGS)
// Where the browser keeps what is its own for a while; so its processes can be told from others.
process.env.TMPDIR = screenshots

async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// The program that `npx pg-boss-dashboard` runs; it says when it listens. Standard output is for the result alone.
async function openDashboard () {
  Object.assign(process.env, { HOST: '127.0.0.1', PORT: String(await freePort()), NODE_ENV: 'production' })
  const listening = Promise.withResolvers()
  console.log = line => { if (String(line).includes(' listening on ')) listening.resolve() }
  await import(new URL('node_modules/@pg-boss/dashboard/bin/cli.js', import.meta.url))
  await listening.promise
  return `http://127.0.0.1:${process.env.PORT}`
}

// Dialogs come last in a page.
function button (page, name) {
  return page.getByRole('button', { name, exact: true }).last()
}

const acts = {
  open: (page, path) => page.goto(path, { waitUntil: 'networkidle' }),
  press: (page, name) => button(page, name).click(),
  choose: (page, name) => page.getByRole('menuitem', { name, exact: true }).click(),
  // A button that changes something, until the server has answered.
  post: (page, name) => Promise.all([
    page.waitForResponse(response => response.request().method() === 'POST'),
    button(page, name).click()
  ]),
  fill: (page, selector, text) => page.locator(selector).fill(text),
  see: (page, text) => page.getByText(text, { exact: true }).first().waitFor(),
  arrive: (page, path) => page.waitForURL(url => url.pathname === path, { waitUntil: 'networkidle' }),
  shoot: (page, name) => page.screenshot({ path: join(screenshots, name), type: 'png' }),
  read: async (page, selector) => (await page.locator(selector).allInnerTexts()).map(text => text.replace(/\s+/g, ' ').trim())
}

const baseURL = await openDashboard()
const browser = await chromium.launch({ executablePath, args: ARGUMENTS })
try {
  const page = await browser.newPage({ baseURL, viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(15_000)
  const seen = []
  for (const [act, ...rest] of steps) {
    const result = await acts[act](page, ...rest).catch(error => {
      throw new Error(`${act} ${rest.join(' ')}: ${error.message}`)
    })
    if (act === 'read') seen.push(result)
  }
  process.stdout.write(JSON.stringify(seen))
} finally {
  await browser.close()
}
process.exit()
