// Command sigsum reads Sigsum's built-in policies with sigsum.org/sigsum-go.
package main

import (
	"encoding/hex"

	"carbonseal.example/asking"
	"sigsum.org/sigsum-go/pkg/crypto"
	"sigsum.org/sigsum-go/pkg/policy"
)

// A request has, for each of Sigsum's built-in policies by name, sets of witnesses' public keys in hexadecimal.
type request map[string][][]string

// A answer is the text of a built-in policy, and which of the sets satisfy it.
type answer struct {
	Text      string `json:"text"`
	Satisfied []bool `json:"satisfied"`
}

type agreeing map[crypto.Hash]bool

func (a agreeing) ProcessWitness(key crypto.Hash) any { return a[key] }

func (a agreeing) ProcessGroup(k int, members []any) any {
	count := 0
	for _, member := range members {
		if member.(bool) {
			count++
		}
	}
	return count >= k
}

func main() {
	asking.Answer(func(asked request) map[string]answer {
		given := map[string]answer{}
		for _, name := range policy.BuiltinList() {
			given[name] = read(name, asked[name])
		}
		return given
	})
}

func read(name string, sets [][]string) answer {
	builtin := asking.Must(policy.BuiltinByName(name))
	read := answer{Text: string(asking.Must(policy.ReadBuiltinByName(name)))}
	for _, keys := range sets {
		have := agreeing{}
		for _, key := range keys {
			have[crypto.HashBytes(asking.Must(hex.DecodeString(key)))] = true
		}
		read.Satisfied = append(read.Satisfied, builtin.ProcessQuorum(have).(bool))
	}
	return read
}
