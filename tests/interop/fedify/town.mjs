// Two hosts of the fediverse in one process, each a Fedify federation with one actor, `commune`. They differ in the
// dialect of HTTP signatures that they try first. `modern` also says of itself that it is a commune's node.
import { createFederation, MemoryKvStore } from '@fedify/fedify'
import { Activity, Endpoints, Event, Organization } from '@fedify/vocab'

export const NAME = 'commune'
const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }

export async function makeTown(port, record) {
  const modern = await makeHost(`http://modern.localhost:${port}`, 'rfc9421', record, { isNode: true })
  const older = await makeHost(`http://older.localhost:${port}`, 'draft-cavage-http-signatures-12', record, {})
  return new Map([modern, older].map((host) => [new URL(host.origin).host, host]))
}

async function makeHost(origin, firstKnock, record, { isNode = false }) {
  const federation = createFederation({
    kv: new MemoryKvStore(),
    origin,
    firstKnock,
    allowPrivateAddress: true,
    userAgent: 'Fedify of the tests',
  })
  const host = {
    origin,
    federation,
    isNode,
    takes: 'both', // which dialect it lets through to Fedify: 'cavage', 'rfc9421' or 'both'
    keys: [
      await crypto.subtle.generateKey(RSA, true, ['sign', 'verify']),
      await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']),
    ],
    published: new Map(),
    context: () => federation.createContext(new Request(origin), undefined),
  }
  federation
    .setActorDispatcher('/users/{identifier}', (ctx, identifier) => actorOf(ctx, identifier))
    .setKeyPairsDispatcher((ctx, identifier) => (identifier === NAME ? host.keys : []))
  federation
    .setInboxListeners('/users/{identifier}/inbox', '/inbox')
    .on(Activity, async (ctx, activity) => record('received', origin, await seen(ctx, activity)))
    .onError((ctx, error) => record('error', origin, { message: String(error) }))
    .setSharedKeyDispatcher(() => ({ identifier: NAME }))
  federation.setFollowersDispatcher('/users/{identifier}/followers', () => ({ items: [] }))
  federation.setOutboxDispatcher('/users/{identifier}/outbox', () => ({ items: [] }))
  return host
}

async function actorOf(ctx, identifier) {
  if (identifier !== NAME) return null
  const keys = await ctx.getActorKeyPairs(identifier)
  return new Organization({
    id: ctx.getActorUri(identifier),
    preferredUsername: identifier,
    name: `Ville de ${ctx.hostname.split('.')[0]}`,
    url: new URL('/', ctx.origin),
    inbox: ctx.getInboxUri(identifier),
    outbox: ctx.getOutboxUri(identifier),
    followers: ctx.getFollowersUri(identifier),
    endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
    publicKey: keys[0].cryptographicKey,
    assertionMethods: keys.map((pair) => pair.multikey),
  })
}

// An activity as Fedify's own vocabulary understood it: not the JSON that came, but what was read from it.
async function seen(ctx, activity) {
  const object = await activity.getObject({ ...ctx, suppressError: true })
  return {
    type: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    objectId: activity.objectId?.href,
    object: object && {
      type: object.constructor.name,
      id: object.id?.href,
      name: object.name?.toString() ?? null,
      summary: object.summary?.toString() ?? null,
      content: object.content?.toString() ?? null,
      url: object.url instanceof URL ? object.url.href : null,
      startTime: object instanceof Event ? object.startTime?.toString() : null,
      place: object instanceof Event ? (await object.getLocation(ctx))?.name?.toString() : null,
      published: object.published?.toString() ?? null,
    },
  }
}
