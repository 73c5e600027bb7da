module carbonseal.example/sigsum

go 1.26.0

require (
	carbonseal.example/asking v0.0.0
	sigsum.org/sigsum-go v0.14.1
)

replace carbonseal.example/asking => ../asking
