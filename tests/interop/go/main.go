// Command interop reads one JSON request from standard input and answers in JSON: what golang.org/x/mod's sumdb and
// transparency-dev's merkle library make of the same entries, proofs and notes.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Hashes and entries are base64 in JSON, as Go's encoding of []byte has it.
type request struct {
	Entries     [][]byte `json:"entries"`
	Inclusions  []claim  `json:"inclusions"`
	Consistency []claim  `json:"consistency"`
	Note        []byte   `json:"note"`
	Key         string   `json:"key"`
	Text        string   `json:"text"`
	SigningKey  string   `json:"signing_key"`
}

// A claim is an inclusion proof (Index in Size) or a consistency proof (from Index to Size).
type claim struct {
	Index uint64   `json:"index"`
	Size  uint64   `json:"size"`
	Proof [][]byte `json:"proof"`
}

type answer struct {
	Roots       [][]byte   `json:"roots"`       // by size, from 1
	Inclusions  [][][]byte `json:"inclusions"`  // the proofs that sumdb makes for the same claims
	Consistency [][][]byte `json:"consistency"` // likewise
	Verified    int        `json:"verified"`    // claims that merkle verified
	Opened      string     `json:"opened"`      // the text of the note
	Signed      []byte     `json:"signed"`      // Text, signed by SigningKey
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func hashes(proof []tlog.Hash) [][]byte {
	result := [][]byte{}
	for _, hash := range proof {
		result = append(result, append([]byte{}, hash[:]...))
	}
	return result
}

func main() {
	log.SetFlags(0)
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	var given answer
	for i, entry := range asked.Entries {
		stored = append(stored, must(tlog.StoredHashes(int64(i), entry, reader))...)
		root := must(tlog.TreeHash(int64(i+1), reader))
		given.Roots = append(given.Roots, append([]byte{}, root[:]...))
	}
	for _, c := range asked.Inclusions {
		made := must(tlog.ProveRecord(int64(c.Size), int64(c.Index), reader))
		given.Inclusions = append(given.Inclusions, hashes(made))
		leaf := rfc6962.DefaultHasher.HashLeaf(asked.Entries[c.Index])
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, c.Index, c.Size, leaf, c.Proof, given.Roots[c.Size-1]); err != nil {
			log.Fatal(err)
		}
		given.Verified++
	}
	for _, c := range asked.Consistency {
		made := must(tlog.ProveTree(int64(c.Size), int64(c.Index), reader))
		given.Consistency = append(given.Consistency, hashes(made))
		old, new := given.Roots[c.Index-1], given.Roots[c.Size-1]
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, c.Index, c.Size, c.Proof, old, new); err != nil {
			log.Fatal(err)
		}
		given.Verified++
	}
	verifier := must(note.NewVerifier(asked.Key))
	given.Opened = must(note.Open(asked.Note, note.VerifierList(verifier))).Text
	signer := must(note.NewSigner(asked.SigningKey))
	given.Signed = must(note.Sign(&note.Note{Text: asked.Text}, signer))
	if err := json.NewEncoder(os.Stdout).Encode(given); err != nil {
		log.Fatal(err)
	}
}
