//go:build unix

// Command bench measures what the module costs, for sdk/bench/run.js: it prints one JSON object for each row.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/internal/revocation"
	"github.com/usher-id/usher/sdk/go/policy"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

const batches = 10

func main() {
	rules, err := os.ReadFile("../bench/rules.json")
	if err != nil {
		fmt.Fprintln(os.Stderr, "run this in sdk/go:", err)
		os.Exit(1)
	}
	lists()
	// The test issuer needs a testing.TB; the function runs once.
	testing.Benchmark(once(func(b *testing.B) { requests(b, string(rules)) }))
	testing.Benchmark(once(func(b *testing.B) { sessions(b, string(rules)) }))
	load(rules)
}

// once runs a function in the first round of a benchmark only.
func once(f func(*testing.B)) func(*testing.B) {
	done := false
	return func(b *testing.B) {
		if !done {
			done = true
			f(b)
		}
	}
}

func tell(row string, value float64, unit string) {
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"row": row, "value": value, "unit": unit})
}

func median(costs []float64) float64 {
	slices.Sort(costs)
	return costs[len(costs)/2]
}

// cpu gives the CPU time of this process, garbage collection included, in microseconds.
func cpu() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
}

// measure gives the median over batches of calls, in microseconds of CPU time for one call.
func measure(row string, calls int, work func()) {
	for range calls / 5 {
		work()
	}
	var costs []float64
	for range batches {
		began := cpu()
		for range calls / batches {
			work()
		}
		costs = append(costs, (cpu()-began)/float64(calls)*batches)
	}
	tell(row, median(costs), "µs")
}

func heap() float64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

func sessionID(number int) string { return fmt.Sprintf("01936d2e-3c00-7000-8000-%012d", number) }

// hundredThousand is a list of 100,000 sessions.
func hundredThousand() *revocation.List {
	snapshot := &revocation.Snapshot{Cursor: revocation.Cursor{Epoch: 1, Position: 100_000}}
	for i := range 100_000 {
		entry := revocation.Entry{Position: int64(i + 1), Kind: "sid", Value: sessionID(i), Expires: 1_900_000_000}
		snapshot.Entries = append(snapshot.Entries, entry)
	}
	list := revocation.NewList(30, 0)
	if err := list.Replace(snapshot, 1_800_000_000); err != nil {
		panic(err)
	}
	return list
}

func lists() {
	before := heap()
	list := hundredThousand()
	tell("100,000 revocations", (heap()-before)/1e6, "MB")
	token := &revocation.Token{ID: "j", SessionID: sessionID(200_000), GrantID: "g", KeyID: "k", Subject: "s", ClientID: "c", URV: 5}
	measure("look-up among 100,000 revocations", 100_000, func() { list.RevokedBy(token, 1_800_000_000) })
}

// nothing is a handler and a writer that take no time.
type nothing struct{ header http.Header }

func (n nothing) ServeHTTP(http.ResponseWriter, *http.Request) {}
func (n nothing) Header() http.Header                          { return n.header }
func (n nothing) Write(data []byte) (int, error)               { return len(data), nil }
func (n nothing) WriteHeader(int)                              {}

func test(b *testing.B, rules string) *ushertest.Usher {
	return ushertest.New(b, ushertest.WithRules(rules), ushertest.WithConfig(func(c *usher.Config) {
		c.Clients = []string{"client_app"}
	}))
}

func person(number int) ushertest.Token {
	return ushertest.Token{
		Subject: fmt.Sprintf("u%d", number), Roles: []string{"clerk", "viewer"}, SessionID: fmt.Sprintf("session-%d", number),
	}
}

type order struct {
	Owner  string `json:"owner_id"`
	Locked bool   `json:"locked"`
	Total  int    `json:"total"`
}

func requests(b *testing.B, rules string) {
	usher1 := test(b, rules)
	var caller *usher.Auth
	keep := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { caller = usher.FromContext(r.Context()) })
	w := nothing{http.Header{}}
	known := usher1.Request("GET", "/orders/42", person(0))
	usher1.Module.Middleware(keep).ServeHTTP(w, known)
	h := usher1.Module.Middleware(nothing{})
	measure("known token", 100_000, func() { h.ServeHTTP(w, known) })
	var fresh []string
	for i := range 2_400 {
		fresh = append(fresh, usher1.Mint(person(i)))
	}
	measure("new token (ES256)", 2_000, func() {
		if _, err := usher1.Module.Verify(b.Context(), fresh[0]); err != nil {
			panic(err)
		}
		fresh = fresh[1:]
	})
	mine := order{Owner: "u0", Locked: true, Total: 5}
	measure("can(permission, resource)", 100_000, func() {
		if !caller.Can("Order:read", mine) {
			panic("denied")
		}
	})
	measure("filter(permission)", 100_000, func() { caller.Filter("Order:read") })
}

func sessions(b *testing.B, rules string) {
	usher1 := test(b, rules)
	h, w := usher1.Module.Middleware(nothing{}), nothing{http.Header{}}
	before := heap()
	for i := range 10_000 {
		h.ServeHTTP(w, usher1.Request("GET", "/orders/42", person(i)))
	}
	tell("10,000 sessions", (heap()-before)/1e6, "MB")
	runtime.KeepAlive(usher1)
}

func load(rules []byte) {
	var large map[string]any
	if err := json.Unmarshal(rules, &large); err != nil {
		panic(err)
	}
	cells, roles := map[string]string{}, map[string]any{}
	for i := range 1_000 {
		cells[fmt.Sprintf("Thing%d:act", i)] = "own"
	}
	for i := range 10 {
		roles[fmt.Sprintf("role%d", i)] = cells
	}
	large["v"], large["project"], large["revision"], large["default"] = 1, "p", 1, "deny"
	large["permissions"], large["roles"] = map[string]any{}, roles
	text, err := json.Marshal(large)
	if err != nil {
		panic(err)
	}
	var costs []float64
	for range 30 {
		began := cpu()
		if _, err := policy.Parse(text); err != nil {
			panic(err)
		}
		costs = append(costs, (cpu()-began)/1000)
	}
	tell("10,000 rules", median(costs), "ms")
}
