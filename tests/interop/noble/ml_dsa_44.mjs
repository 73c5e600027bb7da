// Reads a list of {seed, message} or {key, message, signature} in hexadecimal from a file, and answers in JSON what
// @noble/post-quantum makes of them: {key, signature}, signed deterministically (FIPS 204, rnd of zeros), or {verified}.
// Arguments: the folder that has node_modules, and the file.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const installed = createRequire(join(process.argv[2], 'anywhere.js')).resolve('@noble/post-quantum/ml-dsa.js')
const { ml_dsa44 } = await import(pathToFileURL(installed))
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'))
const hex = (data) => Buffer.from(data).toString('hex')

const answers = JSON.parse(readFileSync(process.argv[3], 'utf8')).map((asked) => {
  if (asked.signature !== undefined) {
    return { verified: ml_dsa44.verify(bytes(asked.signature), bytes(asked.message), bytes(asked.key)) }
  }
  const { publicKey, secretKey } = ml_dsa44.keygen(bytes(asked.seed))
  return { key: hex(publicKey), signature: hex(ml_dsa44.sign(bytes(asked.message), secretKey, { extraEntropy: false })) }
})
console.log(JSON.stringify(answers))
