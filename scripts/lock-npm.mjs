// Takes out of the lock files named every address npm wrote into them: where a package was fetched from and where its
// author takes donations. What remains, names, versions and hashes, reads the same behind a mirror.
import { readFileSync, writeFileSync } from 'node:fs'

for (const file of process.argv.slice(2)) {
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  for (const entry of Object.values(lock.packages)) {
    delete entry.resolved
    delete entry.funding
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
}
