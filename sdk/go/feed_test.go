package usher_test

import (
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

// meddler changes what the issuer answers.
type meddler struct {
	http.RoundTripper
	mutex  sync.Mutex
	meddle func(name string, status *int, body *string)
	last   map[string]string // bodies, by the last part of their path
	asked  map[string]*http.Request
	calls  map[string]int
}

func (m *meddler) set(meddle func(name string, status *int, body *string)) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.meddle = meddle
}

// said gives the last body of a path, and how often it was asked for.
func (m *meddler) said(path string) (string, int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.last[path], m.calls[path]
}

// awaitCall waits until a path was asked for more than so many times.
func (m *meddler) awaitCall(t *testing.T, path string, before int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, calls := m.said(path); calls > before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not asked for", path)
		}
	}
}

func (m *meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := m.RoundTripper.RoundTrip(r)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if err != nil {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	text, name := string(body), path.Base(r.URL.Path)
	m.last[name], m.asked[name] = text, r
	m.calls[name]++
	if m.meddle != nil {
		m.meddle(name, &response.StatusCode, &text)
	}
	response.Body, response.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	return response, err
}

// between makes a module with a meddler on its line; events are told to the channel.
func between(t *testing.T) (*ushertest.Usher, *meddler, chan usher.Event) {
	t.Helper()
	m, events := &meddler{last: map[string]string{}, asked: map[string]*http.Request{}, calls: map[string]int{}}, make(chan usher.Event, 64)
	test := ushertest.New(t, ushertest.WithRules(rules), ushertest.WithConfig(func(c *usher.Config) {
		m.RoundTripper = c.HTTPClient.Transport
		c.HTTPClient = &http.Client{Transport: m}
		c.OnEvent = func(e usher.Event) { events <- e }
	}))
	return test, m, events
}

// await waits for an event.
func awaitEvent(t *testing.T, events chan usher.Event, kind usher.EventKind) usher.Event {
	t.Helper()
	for patience := time.After(10 * time.Second); ; {
		select {
		case e := <-events:
			if e.Kind == kind {
				return e
			}
		case <-patience:
			t.Fatalf("no event %s", kind)
		}
	}
}

func TestEventsTellWhatHappens(t *testing.T) {
	t.Parallel()
	test, _, events := between(t)
	if e := awaitEvent(t, events, usher.Ready); e.Kind != usher.Ready {
		t.Error(e)
	}
	test.Revoke("sid", "s1")
	e := awaitEvent(t, events, usher.Revoked)
	if e.RevocationKind != "sid" || e.Value != "s1" || e.Why != "test" {
		t.Errorf("%+v", e)
	}
	test.SetAway(true)
	test.Advance(6 * time.Minute)
	awaitEvent(t, events, usher.Stale)
	test.SetAway(false)
	awaitEvent(t, events, usher.Ready)
}

func TestACursorThatIsTooOldLeadsToASnapshot(t *testing.T) {
	t.Parallel()
	test, m, events := between(t)
	once := true
	m.set(func(name string, status *int, _ *string) {
		if name == "events" && once {
			once, *status = false, http.StatusGone
		}
	})
	test.Revoke("sid", "s1")
	awaitEvent(t, events, usher.Resynced)
	if w := send(test.Module.RequireAuth(nothing{}), test.Request("GET", "/", ushertest.Token{SessionID: "s1"})); w.Code != 401 {
		t.Errorf("what the snapshot names: %d", w.Code)
	}
}

func TestAGapLeadsToASnapshot(t *testing.T) {
	t.Parallel()
	test, m, events := between(t)
	m.set(func(name string, _ *int, body *string) {
		if name == "events" {
			*body = strings.Replace(*body, `"c":2,`, `"c":4,`, 1)
		}
	})
	test.Revoke("sid", "s1")
	awaitEvent(t, events, usher.Resynced)
}

func TestRevocationsDoNotWaitForRules(t *testing.T) {
	t.Parallel()
	test, m, _ := between(t)
	m.set(func(name string, status *int, body *string) {
		switch name {
		case "snapshot":
			*body = strings.Replace(*body, `"revision":1`, `"revision":9`, 1)
		case "policy":
			*status = http.StatusInternalServerError
		}
	})
	_, before := m.said("policy")
	test.Break() // the snapshot names rules that cannot be fetched
	m.awaitCall(t, "policy", before)
	app, r := test.Module.RequireAuth(nothing{}), test.Request("GET", "/", ushertest.Token{SessionID: "s1"})
	if w := send(app, r); w.Code != 200 {
		t.Fatalf("before: %d", w.Code)
	}
	began := time.Now()
	test.Revoke("sid", "s1")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	if w := send(app, r); w.Code != 401 {
		t.Errorf("after: %d", w.Code)
	}
}

func TestAnOldSnapshotIsRefused(t *testing.T) {
	t.Parallel()
	test, m, _ := between(t)
	old, _ := m.said("snapshot")
	test.Revoke("sid", "s1")
	m.set(func(name string, status *int, body *string) {
		switch name {
		case "events":
			*status = http.StatusGone
		case "snapshot":
			*body = old
		}
	})
	test.SetAway(true)
	_, before := m.said("snapshot")
	test.SetAway(false)
	m.awaitCall(t, "snapshot", before+1) // the first one was refused by now
	if w := send(test.Module.RequireAuth(nothing{}), test.Request("GET", "/", ushertest.Token{SessionID: "s1"})); w.Code != 401 {
		t.Errorf("after an old snapshot: %d", w.Code)
	}
}

func TestRulesThatAreOldOrChangedAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(old, body string) string{
		"old rules":         func(old, _ string) string { return old },
		"another signature": func(_, body string) string { return body[:len(body)-8] + "AAAAAAAA" },
		"other rules": func(old, body string) string {
			return strings.Join(append(strings.Split(old, ".")[:2], strings.Split(body, ".")[2]), ".")
		},
		"a token": nil,
		"nothing": func(_, _ string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test, m, _ := between(t)
			old, _ := m.said("policy")
			token := test.Mint(ushertest.Token{})
			if change == nil {
				change = func(string, string) string { return token }
			}
			test.Publish(strings.Replace(rules, "/orders", "/bestellungen", 1))
			m.set(func(name string, status *int, body *string) {
				switch name {
				case "events":
					*status = http.StatusGone
				case "snapshot":
					*body = strings.Replace(*body, `"revision":2`, `"revision":3`, 1)
				case "policy":
					*body = change(old, *body)
				}
			})
			test.SetAway(true)
			_, before := m.said("policy")
			test.SetAway(false)
			m.awaitCall(t, "policy", before)
			test.SetAway(true) // what came was refused by now
			if got := test.Module.Status().PolicyRevision; got != 2 {
				t.Errorf("revision %d is applied", got)
			}
		})
	}
}

func TestAPollNamesTheVersionAndAcknowledgesTheRulesThatApply(t *testing.T) {
	t.Parallel()
	test, m, events := between(t)
	awaitEvent(t, events, usher.Ready)
	test.Revoke("sid", "s1")
	awaitEvent(t, events, usher.Revoked)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	asked := m.asked["events"]
	if rev := asked.URL.Query().Get("rev"); rev != "1" {
		t.Errorf("rev is %q", rev)
	}
	if agent := asked.Header.Get("User-Agent"); agent != "usher-sdk-go/"+usher.Version {
		t.Errorf("it calls itself %q", agent)
	}
}
