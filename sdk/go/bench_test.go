package usher_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/policy"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

// nothing is a handler and a writer that take no time.
type nothing struct{ header http.Header }

func (n nothing) ServeHTTP(http.ResponseWriter, *http.Request) {}
func (n nothing) Header() http.Header                          { return n.header }
func (n nothing) Write(data []byte) (int, error)               { return len(data), nil }
func (n nothing) WriteHeader(int)                              {}

// BenchmarkKnownToken is what a request costs whose token was seen before: cache, revocation list, route table, context.
func BenchmarkKnownToken(b *testing.B) {
	test := ushertest.New(b, ushertest.WithRules(rules))
	h := test.Module.Middleware(nothing{})
	r := test.Request("GET", "/orders", ushertest.Token{Roles: []string{"viewer"}})
	w := nothing{http.Header{}}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		h.ServeHTTP(w, r)
	}
}

// BenchmarkKnownTokenOnAllCores is the same from many goroutines.
func BenchmarkKnownTokenOnAllCores(b *testing.B) {
	test := ushertest.New(b, ushertest.WithRules(rules))
	h := test.Module.Middleware(nothing{})
	b.RunParallel(func(pb *testing.PB) {
		r := test.Request("GET", "/orders", ushertest.Token{Roles: []string{"viewer"}})
		w := nothing{http.Header{}}
		for pb.Next() {
			h.ServeHTTP(w, r)
		}
	})
}

// BenchmarkKnownTokenWithPermission adds a decision on a resource.
func BenchmarkKnownTokenWithPermission(b *testing.B) {
	test := ushertest.New(b, ushertest.WithRules(rules))
	h := test.Module.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !usher.FromContext(r.Context()).Can("Order:read", orders["1"]) {
			b.Error("denied")
		}
		w.WriteHeader(http.StatusOK)
	}))
	r := test.Request("GET", "/orders/1", ushertest.Token{Roles: []string{"viewer"}})
	w := nothing{http.Header{}}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		h.ServeHTTP(w, r)
	}
}

// BenchmarkFirstSight is what a token costs that was not seen before (ES256).
func BenchmarkFirstSight(b *testing.B) {
	test := ushertest.New(b, ushertest.WithRules(rules))
	h := test.Module.Middleware(nothing{})
	requests := make([]*http.Request, b.N)
	for i := range requests {
		requests[i] = test.Request("GET", "/orders", ushertest.Token{Roles: []string{"viewer"}})
	}
	w := nothing{http.Header{}}
	h.ServeHTTP(w, test.Request("GET", "/orders", ushertest.Token{})) // the client is known from here on
	b.ReportAllocs()
	b.ResetTimer()
	for _, r := range requests {
		h.ServeHTTP(w, r)
	}
}

// BenchmarkHashOfAToken is the part of a known token that no module can do without.
func BenchmarkHashOfAToken(b *testing.B) {
	token := []byte(strings.Repeat("x", 700))
	for range b.N {
		sha256.Sum256(token)
	}
}

// BenchmarkLoadTenThousandRules is what new access rules cost, once.
func BenchmarkLoadTenThousandRules(b *testing.B) {
	var roles []string
	for role := range 100 {
		var cells []string
		for permission := range 100 {
			cells = append(cells, fmt.Sprintf(`"Entity%d:act": "own"`, permission))
		}
		roles = append(roles, fmt.Sprintf(`"role%d": {%s}`, role, strings.Join(cells, ",")))
	}
	table := []byte(`{"v":1,"project":"p","revision":1,"default":"deny","permissions":{},"roles":{` + strings.Join(roles, ",") +
		`},"conditions":{"own":{"eq":["resource.owner_id","user.id"]}},"routes":[]}`)
	b.ResetTimer()
	for range b.N {
		if _, err := policy.Parse(table); err != nil {
			b.Fatal(err)
		}
	}
}
