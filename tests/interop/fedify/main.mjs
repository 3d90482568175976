// The foreign peer of tests/interop: prints `{"port", "control"}` when it is ready, then what it received and answered,
// one JSON object a line; ends when its standard input closes. `*.localhost` is this machine for it, as it is for nodes.
import dns from 'node:dns'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

const resolve = dns.lookup
dns.lookup = (name, options, done) => {
  if (!name.endsWith('.localhost')) return resolve(name, options, done)
  const reply = typeof options === 'function' ? options : done
  return options?.all ? reply(null, [{ address: '127.0.0.1', family: 4 }]) : reply(null, '127.0.0.1', 4)
}
syncBuiltinESMExports()

const { makeTown, NAME } = await import('./town.mjs')
const { commands } = await import('./commands.mjs')

const record = (event, host, more) => process.stdout.write(`${JSON.stringify({ event, host, ...more })}\n`)
const server = http.createServer((incoming, outgoing) => answerWith(outgoing, () => serve(incoming)))
const control = http.createServer((incoming, outgoing) => answerWith(outgoing, () => command(incoming)))
const port = await listen(server)
const town = await makeTown(port, record)
console.log(JSON.stringify({ event: 'ready', port, control: await listen(control) }))
process.stdin.resume().on('end', () => process.exit(0))

function listen(one) {
  return new Promise((done) => one.listen(0, '127.0.0.1', () => done(one.address().port)))
}

async function answerWith(outgoing, work) {
  let answer
  try {
    answer = await work()
  } catch (error) {
    answer = Response.json({ error: String(error?.stack ?? error) }, { status: 500 })
  }
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
  outgoing.end(Buffer.from(await answer.arrayBuffer()))
}

async function command(incoming) {
  const { host, ...given } = JSON.parse((await read(incoming)).toString())
  return Response.json(await commands[incoming.url.slice(1)](town.get(`${host}.localhost:${port}`), given, town))
}

async function serve(incoming) {
  const host = town.get(incoming.headers.host)
  if (host === undefined) return new Response('no such host', { status: 421 })
  const body = await read(incoming)
  const dialect = incoming.headers['signature-input'] ? 'rfc9421' : incoming.headers.signature ? 'cavage' : 'none'
  const answer = await answerOf(host, incoming, body, dialect)
  record('request', host.origin, { method: incoming.method, path: incoming.url, dialect, status: answer.status })
  return answer
}

async function answerOf(host, incoming, body, dialect) {
  if (incoming.method === 'POST' && host.takes !== 'both' && host.takes !== dialect) {
    return new Response('not this dialect', { status: 401 })
  }
  const kept = host.published.get(incoming.url)
  if (kept) return Response.json(kept, { headers: { 'Content-Type': 'application/activity+json' } })
  const request = new Request(host.origin + incoming.url, {
    method: incoming.method,
    headers: incoming.headers,
    body: incoming.method === 'POST' ? body : undefined,
  })
  const answer = await host.federation.fetch(request, { contextData: undefined })
  return host.isNode && incoming.url === `/users/${NAME}` && answer.ok ? await asNode(answer) : answer
}

// Fedify's vocabulary has no word for it: the actor of a commune's node says so in a term of ours.
async function asNode(answer) {
  const actor = await answer.json()
  actor['@context'] = [actor['@context'], { ygor: 'urn:ygor:ns#' }].flat()
  actor['ygor:nodeKind'] = 'commune'
  return Response.json(actor, { headers: { 'Content-Type': 'application/activity+json' } })
}

async function read(incoming) {
  const parts = []
  for await (const part of incoming) parts.push(part)
  return Buffer.concat(parts)
}
