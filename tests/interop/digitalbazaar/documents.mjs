// Reads a list from a file, and answers in JSON what Digital Bazaar's libraries make of each of its items:
// {document}: whether its proof (Data Integrity, eddsa-jcs-2022) verifies under the key in its verification method;
// {unsigned, method, secret}: the document with a proof by that key, a multikey; {encodedList}: which bits of a status list are set.
// Arguments: the folder that has node_modules, and the file.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { resolve } = createRequire(join(process.argv[2], 'anywhere.js'))
const installed = (name) => import(pathToFileURL(resolve(name)))
const { DataIntegrityProof } = await installed('@digitalbazaar/data-integrity')
const { createSignCryptosuite, createVerifyCryptosuite } = await installed('@digitalbazaar/eddsa-jcs-2022-cryptosuite')
const Ed25519Multikey = await installed('@digitalbazaar/ed25519-multikey')
const { decodeList } = await installed('@digitalbazaar/vc-bitstring-status-list')
const { default: jsigs } = await installed('jsonld-signatures')

const purpose = () => new jsigs.purposes.AssertionProofPurpose()
const multikey = (id, controller) => ({ id, controller, type: 'Multikey', publicKeyMultibase: id.split('#')[1] })

// A controller has the one key, and nothing is fetched.
const loader = (key) => async (url) => {
  const known = {
    [key.id]: { '@context': 'https://w3id.org/security/multikey/v1', ...key },
    [key.controller]: { '@context': 'https://www.w3.org/ns/did/v1', id: key.controller, assertionMethod: [key] },
  }
  if (!(url in known)) throw new Error(`asked for ${url}`)
  return { document: known[url], documentUrl: url }
}

async function verifies(document) {
  const documentLoader = loader(multikey(document.proof.verificationMethod, document.issuer))
  const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() })
  return (await jsigs.verify(document, { suite, purpose: purpose(), documentLoader })).verified
}

async function signed({ unsigned, method, secret }) {
  const key = multikey(method, unsigned.issuer)
  const pair = await Ed25519Multikey.from({ ...key, secretKeyMultibase: secret })
  const suite = new DataIntegrityProof({ signer: pair.signer(), cryptosuite: createSignCryptosuite() })
  return jsigs.sign(unsigned, { suite, purpose: purpose(), documentLoader: loader(key) })
}

async function positions({ encodedList }) {
  const list = await decodeList({ encodedList })
  return Array.from({ length: list.length }, (_, index) => index).filter((index) => list.getStatus(index))
}

const answers = []
for (const asked of JSON.parse(readFileSync(process.argv[3], 'utf8'))) {
  if (asked.document) answers.push(await verifies(asked.document))
  else answers.push(await (asked.unsigned ? signed(asked) : positions(asked)))
}
console.log(JSON.stringify(answers))
