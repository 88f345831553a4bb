module github.com/usher-id/usher/sdk/e2e/apps/go

go 1.24

require github.com/usher-id/usher/sdk/go v0.0.0

replace github.com/usher-id/usher/sdk/go => ../../../go
