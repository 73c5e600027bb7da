// Command tessera reads a log's folder with the client of transparency-dev/tessera.
package main

import (
	"context"

	"carbonseal.example/asking"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
)

// A request is a log's folder, its verifier key, and which proofs are wanted of it.
type request struct {
	Root        string      `json:"root"`
	Key         string      `json:"key"`
	Inclusions  []uint64    `json:"inclusions"`  // indices, in the tree of the checkpoint
	Consistency [][2]uint64 `json:"consistency"` // from size, to size
}

type answer struct {
	Origin      string     `json:"origin"`
	Size        uint64     `json:"size"`
	Hash        []byte     `json:"hash"`
	Entries     [][]byte   `json:"entries"` // all, as Tessera's client takes them out of the bundles
	Leaves      [][]byte   `json:"leaves"`  // their hashes
	Inclusions  [][][]byte `json:"inclusions"`
	Consistency [][][]byte `json:"consistency"`
}

func main() {
	asking.Answer(read)
}

func read(asked request) answer {
	ctx := context.Background()
	files := client.FileFetcher{Root: asked.Root}
	key := asking.Must(note.NewVerifier(asked.Key))
	checkpoint, _, _, err := client.FetchCheckpoint(ctx, files.ReadCheckpoint, key, key.Name())
	asking.Check(err)
	given := answer{Origin: checkpoint.Origin, Size: checkpoint.Size, Hash: checkpoint.Hash}
	for i := uint64(0); i*256 < checkpoint.Size; i++ {
		var bundle api.EntryBundle = asking.Must(client.GetEntryBundle(ctx, files.ReadEntryBundle, i, checkpoint.Size))
		for _, entry := range bundle.Entries {
			given.Entries = append(given.Entries, entry)
			given.Leaves = append(given.Leaves, rfc6962.DefaultHasher.HashLeaf(entry))
		}
	}
	builder := asking.Must(client.NewProofBuilder(ctx, checkpoint.Size, files.ReadTile))
	for _, index := range asked.Inclusions {
		given.Inclusions = append(given.Inclusions, asking.Must(builder.InclusionProof(ctx, index)))
	}
	for _, sizes := range asked.Consistency {
		given.Consistency = append(given.Consistency, asking.Must(builder.ConsistencyProof(ctx, sizes[0], sizes[1])))
	}
	return given
}
