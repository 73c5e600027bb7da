module carbonseal.example/torchwood

go 1.26.0

require (
	carbonseal.example/asking v0.0.0
	filippo.io/torchwood v0.6.1
	golang.org/x/mod v0.42.0
)

require (
	golang.org/x/crypto v0.38.0 // indirect
	golang.org/x/sync v0.14.0 // indirect
)

replace carbonseal.example/asking => ../asking
