// Command torchwood reads checkpoints, and cosigns them, with filippo.io/torchwood.
package main

import (
	"crypto/ed25519"

	"carbonseal.example/asking"
	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// A request is the text of a checkpoint, and the name and seed of a witness that is to cosign it, if any.
type request struct {
	Text string `json:"text"`
	Name string `json:"name"`
	Seed []byte `json:"seed"`
}

// An answer is the checkpoint again, written by torchwood; and the note with its cosignature, and the witness's key.
type answer struct {
	Checkpoint string `json:"checkpoint"`
	Note       []byte `json:"note"`
	Key        string `json:"key"`
	Why        string `json:"why"`
}

func main() {
	asking.Answer(func(asked []request) []answer {
		given := make([]answer, len(asked))
		for i, one := range asked {
			given[i] = read(one)
		}
		return given
	})
}

func read(one request) answer {
	checkpoint, err := torchwood.ParseCheckpoint(one.Text)
	if err != nil {
		return answer{Why: err.Error()}
	}
	read := answer{Checkpoint: checkpoint.String()}
	if one.Seed != nil {
		signer := asking.Must(torchwood.NewCosignatureSigner(one.Name, ed25519.NewKeyFromSeed(one.Seed)))
		read.Note = asking.Must(note.Sign(&note.Note{Text: one.Text}, signer))
		read.Key = signer.Verifier().String()
	}
	return read
}
