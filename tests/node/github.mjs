// Answers for GitHub: a proxy to which every host is this process, and on it one release of PostgreSQL's programs.
//   FOLDER  holds key.pem, cert.pem and the files of the release; `requests` and, when all is ready, `port` are written there
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'

const folder = process.env.FOLDER
const read = (name) => fs.readFileSync(`${folder}/${name}`)
const repository = '/theseus-rs/postgresql-binaries/releases'
const tag = '17.5.0'

function asset(name) {
  const text = { url: '', node_id: '', label: '', content_type: '', state: 'uploaded' }
  const browser_download_url = `https://github.com${repository}/download/${tag}/${name}`
  return { ...text, name, id: 1, size: 1, browser_download_url }
}

function release() {
  const assets = fs.readdirSync(folder).filter((name) => name.startsWith('postgresql-')).map(asset)
  const text = { url: '', assets_url: '', upload_url: '', html_url: '' }
  return { ...text, id: 1, tag_name: tag, name: tag, draft: false, prerelease: false, assets }
}

const server = https.createServer({ key: read('key.pem'), cert: read('cert.pem') }, (request, response) => {
  const url = new URL(request.url, `https://${request.headers.host}`)
  fs.appendFileSync(`${folder}/requests`, `${url.host}${url.pathname}\n`)
  const name = url.pathname.split('/').pop()
  if (name === 'releases') response.end(JSON.stringify(url.searchParams.get('page') === '1' ? [release()] : []))
  else if (name === tag) response.end(JSON.stringify(release()))
  else response.end(read(name))
})

const proxy = http.createServer()
proxy.on('connect', (_, socket) => {
  socket.write('HTTP/1.1 200 OK\r\n\r\n')
  server.emit('connection', socket)
})
proxy.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(`${folder}/port.new`, `${proxy.address().port}`)
  fs.renameSync(`${folder}/port.new`, `${folder}/port`)
})
