package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"filippo.io/torchwood"
	formats "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// A noteRequest is a signed note and a verifier key of type 1, 4 or 6; or a text, and a name and seed to cosign it with.
type noteRequest struct {
	Note []byte `json:"note"`
	Key  string `json:"key"`
	Text string `json:"text"`
	Name string `json:"name"`
	Seed []byte `json:"seed"`
}

// A noteAnswer says who read the note and what came of it; or it is the note that was made.
type noteAnswer struct {
	Signed     bool   `json:"signed"`
	Time       int64  `json:"time"`       // of a cosignature, by transparency-dev/formats
	Checkpoint string `json:"checkpoint"` // by torchwood: origin, size and root again
	Note       []byte `json:"note"`
	Key        string `json:"key"`
	Why        string `json:"why"`
}

func notes(asked []noteRequest) []noteAnswer {
	given := make([]noteAnswer, len(asked))
	for i, one := range asked {
		if one.Seed != nil {
			given[i] = cosign(one)
		} else {
			given[i] = read(one)
		}
	}
	return given
}

func verifier(key string) (note.Verifier, error) {
	parts := strings.SplitN(key, "+", 3)
	material, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(material) == 0 {
		return nil, fmt.Errorf("no key: %q", key)
	}
	if material[0] == 1 {
		return note.NewVerifier(key)
	}
	return formats.NewVerifierForCosignatureV1(key)
}

func read(one noteRequest) noteAnswer {
	key, err := verifier(one.Key)
	if err != nil {
		return noteAnswer{Why: err.Error()}
	}
	opened, err := note.Open(one.Note, note.VerifierList(key))
	if err != nil {
		return noteAnswer{Why: err.Error()}
	}
	read := noteAnswer{Signed: true}
	if checkpoint, err := torchwood.ParseCheckpoint(opened.Text); err == nil {
		read.Checkpoint = checkpoint.String()
	}
	if stated, err := formats.CoSigV1Timestamp(opened.Sigs[0]); err == nil {
		read.Time = stated.Unix()
	}
	return read
}

// cosign makes a cosignature of type 4 by torchwood.
func cosign(one noteRequest) noteAnswer {
	signer := must(torchwood.NewCosignatureSigner(one.Name, ed25519.NewKeyFromSeed(one.Seed)))
	signed := must(note.Sign(&note.Note{Text: one.Text}, signer))
	return noteAnswer{Signed: true, Note: signed, Key: signer.Verifier().String()}
}
