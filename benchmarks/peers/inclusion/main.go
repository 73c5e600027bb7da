// Verifies the inclusion proofs in a file by transparency-dev/merkle, and prints the CPU seconds that this took.
//
// The file: size, count (u64, big-endian), root (32 bytes); of each proof its index and its number of hashes (u64), its entry
// (33 bytes) and its hashes (32 bytes each).
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

type inclusion struct {
	index  uint64
	entry  []byte
	hashes [][]byte
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	number := func() uint64 { value := binary.BigEndian.Uint64(data); data = data[8:]; return value }
	bytes := func(count int) []byte { value := data[:count:count]; data = data[count:]; return value }
	size, count, root := number(), number(), bytes(32)
	proofs := make([]inclusion, count)
	for i := range proofs {
		index, hashes := number(), make([][]byte, number())
		entry := bytes(33)
		for j := range hashes {
			hashes[j] = bytes(32)
		}
		proofs[i] = inclusion{index, entry, hashes}
	}
	begin := seconds()
	for _, one := range proofs {
		leaf := rfc6962.DefaultHasher.HashLeaf(one.entry)
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, one.index, size, leaf, one.hashes, root); err != nil {
			panic(err)
		}
	}
	fmt.Println(seconds() - begin)
}

func seconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}
