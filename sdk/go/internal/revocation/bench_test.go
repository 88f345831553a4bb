package revocation

import (
	"fmt"
	"runtime"
	"testing"
)

// hundredThousand is a list of 100,000 sessions.
func hundredThousand() *List {
	list := NewList(30, 0)
	snapshot := &Snapshot{Cursor: Cursor{1, 100_000}}
	for i := range 100_000 {
		id := fmt.Sprintf("01936d2e-3c00-7000-8000-%012d", i)
		snapshot.Entries = append(snapshot.Entries, Entry{Position: int64(i + 1), Kind: "sid", Value: id, Expires: 1000})
	}
	if err := list.Replace(snapshot, 0); err != nil {
		panic(err)
	}
	return list
}

func TestAHundredThousandRevocationsTakeLittleRoom(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	list := hundredThousand()
	runtime.GC()
	runtime.ReadMemStats(&after)
	used := float64(after.HeapAlloc-before.HeapAlloc) / (1 << 20)
	t.Logf("%d entries take %.1f MiB", list.Len(), used)
	if used > 16 {
		t.Errorf("%.1f MiB", used)
	}
	runtime.KeepAlive(list)
}

func BenchmarkRevokedByAmongAHundredThousand(b *testing.B) {
	list := hundredThousand()
	token := &Token{ID: "jti", SessionID: "01936d2e-3c00-7000-8000-000000100001", GrantID: "gid", KeyID: "kid", Subject: "sub", ClientID: "client", URV: 5}
	b.ResetTimer()
	for range b.N {
		if list.RevokedBy(token, 1) != "" {
			b.Fatal("revoked")
		}
	}
}
