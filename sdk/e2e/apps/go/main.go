// The application of the end-to-end tests on net/http.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	u, err := usher.New(ctx, config())
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: routes(u)}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	if err := u.Close(); err != nil {
		log.Fatal(err)
	}
}

func config() usher.Config {
	folder := os.Getenv("STORE")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		log.Fatal(err)
	}
	store, err := usher.OpenFileStore(filepath.Join(folder, "usher.log"))
	if err != nil {
		log.Fatal(err)
	}
	transport := usher.Transport(os.Getenv("TRANSPORT"))
	if transport == "ws" {
		transport = usher.LongPoll
	}
	return usher.Config{
		Issuer: os.Getenv("ISSUER"), ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"),
		Audience: os.Getenv("AUDIENCE"), Project: os.Getenv("PROJECT"), Store: store,
		Sync: usher.SyncConfig{
			Transport: transport, PollInterval: seconds("POLL_INTERVAL"), MaxStaleness: seconds("MAX_STALENESS"),
			OnStale: usher.OnStale(os.Getenv("ON_STALE")),
		},
	}
}

func seconds(name string) time.Duration {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return time.Duration(n) * time.Second
}

func routes(u *usher.Usher) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { answer(w, map[string]bool{"ok": true}) })
	mux.HandleFunc("GET /sessions", func(w http.ResponseWriter, r *http.Request) { answer(w, u.Sessions()) })
	mux.Handle("GET /me", u.RequireAuth(http.HandlerFunc(me)))
	mux.HandleFunc("GET /fresh", func(w http.ResponseWriter, r *http.Request) { answer(w, map[string]bool{"ok": true}) })
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"filter": usher.FromContext(r.Context()).Filter("Order:read")})
	})
	mux.Handle("GET /orders/{id}", u.RequirePermission("Order:read", load)(http.HandlerFunc(order)))
	mux.HandleFunc("GET /unchecked/{id}", func(w http.ResponseWriter, r *http.Request) { answer(w, map[string]bool{"secret": true}) })

	app := u.Middleware(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/state" {
			state(w, u.Status())
			return
		}
		app.ServeHTTP(w, r)
	})
}

func state(w http.ResponseWriter, s usher.Status) {
	answer(w, map[string]any{
		"ready": s.Ready, "connected": s.Connected, "stale": s.Stale, "place": s.Cursor, "revocations": s.Revocations,
		"revision": s.PolicyRevision,
	})
}

func me(w http.ResponseWriter, r *http.Request) {
	a := usher.FromContext(r.Context())
	answer(w, map[string]any{
		"sub": a.User.ID, "roles": a.User.Roles, "scope": a.Scope, "client_id": a.ClientID, "sid": a.SessionID,
	})
}

func load(r *http.Request) (any, error) {
	if r.PathValue("id") == "missing" {
		return nil, usher.ErrNotFound
	}
	return map[string]any{"owner_id": r.PathValue("id"), "total": 5}, nil
}

func order(w http.ResponseWriter, r *http.Request) { answer(w, usher.Resource(r.Context())) }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Print(err)
	}
}
