package usher_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

func TestStoresKeepWhatTheyAreGiven(t *testing.T) {
	file, err := usher.OpenFileStore(filepath.Join(t.TempDir(), "usher.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, store := range map[string]usher.Store{"memory": usher.NewMemoryStore(), "file": file} {
		t.Run(name, func(t *testing.T) { keeps(t, store) })
	}
}

func keeps(t *testing.T, store usher.Store) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := store.LoadSnapshot(ctx)
	must(err)
	if len(text) != 0 {
		t.Errorf("an empty store holds %q", text)
	}
	must(store.AppendRevocations(ctx, []byte("a\n")))
	must(store.SaveSnapshot(ctx, []byte("b\n")))
	must(store.AppendRevocations(ctx, []byte("c\n")))
	must(store.AppendRevocations(ctx, []byte("d\n")))
	if text, err = store.LoadSnapshot(ctx); err != nil || string(text) != "b\nc\nd\n" {
		t.Errorf("it holds %q, %v", text, err)
	}
	must(store.Set(ctx, "../a/key", []byte("one"), time.Hour))
	must(store.Set(ctx, "../a/key", []byte("two"), time.Hour))
	must(store.Set(ctx, "over", []byte("x"), -time.Second))
	if value, err := store.Get(ctx, "../a/key"); err != nil || string(value) != "two" {
		t.Errorf("it gives %q, %v", value, err)
	}
	for _, key := range []string{"over", "unknown"} {
		if value, err := store.Get(ctx, key); err != nil || value != nil {
			t.Errorf("%s: it gives %q, %v", key, value, err)
		}
	}
	must(store.Delete(ctx, "../a/key"))
	must(store.Delete(ctx, "../a/key"))
	if value, err := store.Get(ctx, "../a/key"); err != nil || value != nil {
		t.Errorf("after it was deleted it gives %q, %v", value, err)
	}
}

func TestAFileStoreIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.log")
	store, err := usher.OpenFileStore(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SaveSnapshot(context.Background(), []byte("a\n")); err != nil {
		t.Fatal(err)
	}
	if err := store.Set(context.Background(), "key", []byte("value"), time.Hour); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(path + ".values"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("values are not written to the disk")
		}
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", file.Name(), info.Mode())
		}
	}
	if _, err := usher.OpenFileStore(path); err == nil {
		t.Error("a second process got it")
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := usher.OpenFileStore(path)
	if err != nil {
		t.Fatalf("it is not given free: %v", err)
	}
	if value, err := again.Get(context.Background(), "key"); err != nil || string(value) != "value" {
		t.Errorf("after a restart it gives %q, %v", value, err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsKnownIsAppendedAndWrittenAnewInTime(t *testing.T) {
	store := usher.NewMemoryStore()
	test := ushertest.New(t, ushertest.WithRules(rules), ushertest.WithConfig(func(c *usher.Config) { c.Store = store }))
	load := func() string {
		text, err := store.LoadSnapshot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := load()
	for _, kind := range []string{`"t":"head"`, `"t":"jwks"`, `"t":"policy"`, `"t":"clients"`} {
		if !strings.Contains(before, kind) {
			t.Errorf("%s is not kept", kind)
		}
	}
	test.Revoke("sid", "s1")
	if after := load(); !strings.HasPrefix(after, before) || !strings.Contains(after, `"v":"s1"`) {
		t.Error("it is not appended")
	}
	// Whatever happens, the text does not grow without end.
	long := strings.Repeat("x", 200_000)
	for range 30 {
		test.Revoke("sid", long)
	}
	if size := len(load()); size > 5<<20 {
		t.Errorf("it has grown to %d bytes", size)
	}
	if bytes.Contains([]byte(load()), []byte("secret")) {
		t.Error("the secret is in it")
	}
}

func TestSessionsOutliveARestart(t *testing.T) {
	store := usher.NewMemoryStore()
	with := ushertest.WithConfig(func(c *usher.Config) { c.Store = store })
	test := ushertest.New(t, with)
	for _, session := range []string{"s1", "s2", "s1"} {
		if _, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{SessionID: session})); err != nil {
			t.Fatal(err)
		}
		send(test.Module.RequireAuth(nothing{}), test.Request("GET", "/", ushertest.Token{SessionID: session}))
	}
	test.Revoke("sid", "s2")
	if got := test.Module.Sessions(); len(got) != 1 || got[0].ID != "s1" || got[0].Requests != 2 {
		t.Fatalf("seen: %+v", got)
	}
	if err := test.Module.Close(); err != nil {
		t.Fatal(err)
	}
	if got := ushertest.New(t, with).Module.Sessions(); len(got) != 1 || got[0].ID != "s1" {
		t.Errorf("after a restart: %+v", got)
	}
}
