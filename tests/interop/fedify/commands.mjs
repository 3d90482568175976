// What a test can make the two hosts do. Every command is a POST of JSON; its answer is JSON, an error is `{error}`.
import { parseNodeInfo, signObject, signRequest } from '@fedify/fedify'
import { Activity, Follow } from '@fedify/vocab'
import { NAME } from './town.mjs'

const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'
const SPECS = { cavage: 'draft-cavage-http-signatures-12', rfc9421: 'rfc9421' }

export const commands = {
  // What Fedify finds at an actor's address or handle: WebFinger, document, keys.
  async lookup(host, { query }) {
    const ctx = host.context()
    const documentLoader = await ctx.getDocumentLoader({ identifier: NAME })
    const actor = await ctx.lookupObject(query, { documentLoader })
    if (actor === null) return { found: null }
    const keys = []
    for await (const key of actor.getPublicKeys(ctx)) keys.push(key.id.href)
    const methods = []
    for await (const method of actor.getAssertionMethods(ctx)) methods.push(method.id.href)
    const found = {
      type: actor.constructor.name,
      id: actor.id.href,
      name: String(actor.name),
      inbox: actor.inboxId.href,
      shared: actor.endpoints?.sharedInbox?.href,
      followers: actor.followersId?.href,
    }
    return { found, keys, methods }
  },

  async webfinger(host, { resource }) {
    const found = await host.context().lookupWebFinger(new URL(resource))
    return { subject: found.subject, self: found.links.find((link) => link.rel === 'self').href }
  },

  // Fedify fetches NodeInfo from public addresses only, whatever it is allowed; so this machine's is fetched for it.
  async nodeinfo(host, { url }) {
    const links = await (await fetch(new URL('/.well-known/nodeinfo', url))).json()
    const found = parseNodeInfo(await (await fetch(links.links[0].href)).json())
    return { software: found?.software.name, protocols: found?.protocols }
  },

  async follow(host, { actor, number }) {
    const ctx = host.context()
    const followed = await ctx.lookupObject(actor)
    const follow = new Follow({
      id: new URL(`/follows/${number}`, host.origin),
      actor: ctx.getActorUri(NAME),
      object: followed.id,
    })
    await ctx.sendActivity({ identifier: NAME }, followed, follow)
    return { id: follow.id.href }
  },

  // As any application on Fedify sends: both proofs that it makes, its first knock and its second.
  async send(host, { to, activity }) {
    const ctx = host.context()
    const recipient = await ctx.lookupObject(to)
    await ctx.sendActivity({ identifier: NAME }, recipient, await Activity.fromJsonLd(activity, ctx))
    return {}
  },

  // One signed request, with everything that can be wrong with it. `signer` (a host) signs the request, `dialect` says
  // how ('none': not at all), `proved` adds the proof of the activity's own host, `twist` changes a text after that.
  async post(host, { url, activity, dialect, proved, twist, spoil }, town) {
    const ctx = host.context()
    let document = activity
    if (proved) {
      const author = town.get(new URL(activity.actor).host)
      const [, pair] = await author.context().getActorKeyPairs(NAME)
      const loaders = { contextLoader: ctx.contextLoader, documentLoader: ctx.documentLoader }
      const read = await Activity.fromJsonLd(activity, loaders)
      const signed = await signObject(read, pair.privateKey, pair.multikey.id, loaders)
      document = await signed.toJsonLd({ ...loaders, format: 'compact' })
    }
    // Fedify writes the public collection out before it proves and before it sends, but not in between.
    const body = JSON.stringify(document).replaceAll('"as:Public"', `"${PUBLIC}"`)
    const after = twist ? body.replaceAll(twist[0], twist[1]) : body
    let request = new Request(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/activity+json', Accept: 'application/json' },
      body: after,
    })
    if (dialect !== 'none') {
      const [pair] = await ctx.getActorKeyPairs(NAME)
      request = await signRequest(request, pair.privateKey, pair.keyId, { spec: SPECS[dialect] })
    }
    const sent = spoil ? (await request.text()).replaceAll(spoil[0], spoil[1]) : await request.text()
    const answer = await fetch(url, { method: 'POST', headers: request.headers, body: sent })
    return { status: answer.status, body: await answer.text() }
  },

  // From now on the host lets only one dialect through to Fedify, as servers that know only one do.
  async takes(host, { dialect }) {
    host.takes = dialect
    return {}
  },

  // Serves a document of its own at a path.
  async publish(host, { path, document }) {
    host.published.set(path, document)
    return {}
  },
}
