// Package asking reads one JSON request from standard input and answers in JSON, or ends with what is wrong.
package asking

import (
	"encoding/json"
	"log"
	"os"
)

// Must gives a value that there is.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Check ends the program where there is an error.
func Check(err error) {
	if err != nil {
		log.SetFlags(0)
		log.Fatal(err)
	}
}

// Answer gives what is asked.
func Answer[Asked, Given any](give func(Asked) Given) {
	var asked Asked
	Check(json.NewDecoder(os.Stdin).Decode(&asked))
	Check(json.NewEncoder(os.Stdout).Encode(give(asked)))
}
