// Fedify's inbox with nothing behind it: each activity is verified and forgotten. Run in the folder whose node_modules has
// Fedify: `node …/fedify_inbox.mjs PORT`.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { createFederation, generateCryptoKeyPair, MemoryKvStore } = require("@fedify/fedify");
const { Application, Create } = require("@fedify/fedify/vocab");
const port = Number(process.argv[2]);
const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });
const pair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== "bench") return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new Application({ id: ctx.getActorUri(identifier), preferredUsername: identifier, inbox: ctx.getInboxUri(identifier), publicKey: keys[0].cryptographicKey });
  })
  .setKeyPairsDispatcher(async () => [pair]);
let taken = 0;
federation.setInboxListeners("/users/{identifier}/inbox", "/inbox").on(Create, async () => { taken++; });
createServer(async (message, answer) => {
  const parts = [];
  for await (const part of message) parts.push(part);
  const url = `http://${message.headers.host}${message.url}`;
  if (message.url === "/taken") { answer.end(String(taken)); return; }
  const request = new Request(url, { method: message.method, headers: message.headers, body: message.method === "POST" ? Buffer.concat(parts) : undefined });
  const response = await federation.fetch(request, { contextData: undefined });
  const text = Buffer.from(await response.arrayBuffer());
  if (process.env.SHOW) console.error(response.status, text.toString().slice(0, 300));
  const headers = Object.fromEntries(response.headers);
  headers["content-length"] = text.length;
  answer.writeHead(response.status, headers);
  answer.end(text);
}).listen(port, "127.0.0.1", () => console.log("ready"));
