package main

import (
	"encoding/hex"

	"sigsum.org/sigsum-go/pkg/crypto"
	"sigsum.org/sigsum-go/pkg/policy"
)

// A policiesRequest has, for each of Sigsum's built-in policies by name, sets of witnesses' public keys in hexadecimal.
type policiesRequest map[string][][]string

// A policyAnswer is the text of a built-in policy, and which of the sets satisfy it.
type policyAnswer struct {
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

func policies(asked policiesRequest) map[string]policyAnswer {
	given := map[string]policyAnswer{}
	for _, name := range policy.BuiltinList() {
		read := must(policy.BuiltinByName(name))
		answer := policyAnswer{Text: string(must(policy.ReadBuiltinByName(name)))}
		for _, keys := range asked[name] {
			have := agreeing{}
			for _, key := range keys {
				raw := must(hex.DecodeString(key))
				have[crypto.HashBytes(raw)] = true
			}
			answer.Satisfied = append(answer.Satisfied, read.ProcessQuorum(have).(bool))
		}
		given[name] = answer
	}
	return given
}
