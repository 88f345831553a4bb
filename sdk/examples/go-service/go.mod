module github.com/usher-id/usher/sdk/examples/go-service

go 1.24

require github.com/usher-id/usher/sdk/go v0.0.0

replace github.com/usher-id/usher/sdk/go => ../../go
