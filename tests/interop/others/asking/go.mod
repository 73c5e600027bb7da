module carbonseal.example/asking

go 1.26.0
