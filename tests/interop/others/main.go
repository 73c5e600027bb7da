// Command others reads one JSON request from standard input and answers in JSON: what other programs' libraries make of our
// notes (notes), of our tiles (tiles) and of Sigsum's policies (policies).
package main

import (
	"encoding/json"
	"log"
	"os"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func answer[Asked, Given any](give func(Asked) Given) {
	var asked Asked
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(give(asked)); err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	switch os.Args[1] {
	case "notes":
		answer(notes)
	case "tiles":
		answer(tiles)
	case "policies":
		answer(policies)
	default:
		log.Fatalf("unknown command %q", os.Args[1])
	}
}
