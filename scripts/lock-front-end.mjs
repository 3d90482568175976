// Takes out of package-lock.json every address npm wrote into it: where a package was fetched from and where its
// author takes donations. What remains, names, versions and hashes, reads the same behind a mirror.
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))
for (const entry of Object.values(lock.packages)) {
  delete entry.resolved
  delete entry.funding
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
