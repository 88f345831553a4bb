module github.com/usher-id/usher/sdk/go

go 1.24
