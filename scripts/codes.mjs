// Writes node/codes/communes.json and node/codes/groupings.json from the official codes of French communes and
// groupings (npm package @etalab/decoupage-administratif, MIT). Both are JSON arrays with one row per line, the code
// first, so that node/codes/lookup.py can find a row without parsing the rest.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(root, 'node_modules', '@etalab', 'decoupage-administratif', 'data')
const target = join(root, 'node', 'codes')

const read = name => JSON.parse(readFileSync(join(source, name), 'utf8'))

function write(name, rows) {
  const lines = rows.map(row => JSON.stringify(row)).join(',\n')
  const file = join(target, name)
  mkdirSync(target, { recursive: true })
  // Written beside and renamed: a reader never sees half a file.
  writeFileSync(`${file}.part`, `[\n${lines}\n]\n`)
  renameSync(`${file}.part`, file)
  console.log(`${name}: ${rows.length} rows`)
}

const groupings = read('epci.json')
const groupingOf = new Map(groupings.flatMap(g => g.membres.map(member => [member.code, g.code])))
const communes = read('communes.json').filter(commune => commune.type === 'commune-actuelle')

// groupings.json first: make's stamp is communes.json.
write('groupings.json', groupings.map(g => [g.code, g.nom, g.type, g.membres.map(member => member.code)]))
write('communes.json', communes.map(c => [
  c.code, c.siren ?? null, c.nom, c.population ?? null, c.codesPostaux ?? [], c.departement, c.region,
  groupingOf.get(c.code) ?? null,
]))
