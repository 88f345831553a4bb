// A service that looks after plants, with the access rules of the sample project of `usher dev`.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/policy"
)

// plant is what the rules are about: they know its attributes by their JSON names.
type plant struct {
	ID         string `json:"id"`
	Owner      string `json:"owner_id"`
	Greenhouse string `json:"greenhouse"`
	Poisonous  bool   `json:"poisonous"`
	Watered    int    `json:"watered"`
}

var (
	mutex  sync.Mutex
	plants = map[string]*plant{
		"fern":     {ID: "fern", Owner: "somebody", Greenhouse: "north"},
		"foxglove": {ID: "foxglove", Owner: "somebody", Greenhouse: "north", Poisonous: true},
	}
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	u, err := usher.New(ctx, usher.Config{
		Issuer: os.Getenv("ISSUER"), ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"),
		Audience: os.Getenv("AUDIENCE"), Project: os.Getenv("PROJECT"),
		UserAttributes: greenhouses,
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { answer(w, u.Status()) })
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) { answer(w, usher.FromContext(r.Context()).User) })
	mux.HandleFunc("GET /plants", list)
	mux.Handle("GET /plants/{id}", u.RequirePermission("Plant:read", load)(http.HandlerFunc(show)))
	mux.Handle("POST /plants/{id}/water", u.RequirePermission("Plant:water", load)(http.HandlerFunc(water)))
	// The middleware is the outermost handler: it enforces the route rules before any other handler runs.
	server := &http.Server{Addr: "localhost:" + cmp.Or(os.Getenv("PORT"), "8090"), Handler: u.Middleware(mux)}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	log.Printf("http://%s", server.Addr)
	log.Print(server.ListenAndServe(), " ", u.Close())
}

// greenhouses is what the rules ask of a user beside id and roles; an application reads it from its database.
func greenhouses(context.Context, *usher.Auth) policy.Attributes {
	return policy.Attributes{"greenhouses": []string{"north"}}
}

// list shows the plants that the caller may read.
func list(w http.ResponseWriter, r *http.Request) {
	readable := usher.FromContext(r.Context()).Filter("Plant:read")
	mutex.Lock()
	defer mutex.Unlock()
	found := []*plant{}
	for _, p := range plants {
		if readable.Matches(policy.AttributesOf(p)) { // with a database: readable.Where(…)
			found = append(found, p)
		}
	}
	answer(w, found)
}

func load(r *http.Request) (any, error) {
	mutex.Lock()
	defer mutex.Unlock()
	if p, ok := plants[r.PathValue("id")]; ok {
		return *p, nil
	}
	return nil, usher.ErrNotFound
}

func show(w http.ResponseWriter, r *http.Request) { answer(w, usher.Resource(r.Context())) }

func water(w http.ResponseWriter, r *http.Request) {
	mutex.Lock()
	defer mutex.Unlock()
	plants[r.PathValue("id")].Watered++
	answer(w, plants[r.PathValue("id")])
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have disconnected
}
