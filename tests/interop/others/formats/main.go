// Command formats reads signed notes: those of logs with golang.org/x/mod, cosignatures with transparency-dev/formats.
package main

import (
	"encoding/base64"
	"fmt"
	"strings"

	"carbonseal.example/asking"
	formats "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// A request is a signed note and a verifier key of type 1, 4 or 6.
type request struct {
	Note []byte `json:"note"`
	Key  string `json:"key"`
}

// An answer says what came of it: the time is a cosignature's.
type answer struct {
	Signed bool   `json:"signed"`
	Time   int64  `json:"time"`
	Why    string `json:"why"`
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
	key, err := verifier(one.Key)
	if err != nil {
		return answer{Why: err.Error()}
	}
	opened, err := note.Open(one.Note, note.VerifierList(key))
	if err != nil {
		return answer{Why: err.Error()}
	}
	read := answer{Signed: true}
	if stated, err := formats.CoSigV1Timestamp(opened.Sigs[0]); err == nil {
		read.Time = stated.Unix()
	}
	return read
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
