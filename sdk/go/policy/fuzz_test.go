package policy

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, set := range sets(f) {
		f.Add([]byte(set.Table))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Parse(data)
		if err != nil {
			return
		}
		roles := make([]string, 0, len(table.roles))
		for role := range table.roles {
			roles = append(roles, role)
		}
		for permission := range table.permissions {
			q := &Question{Roles: roles, Permission: permission, User: Attributes{"id": "u"}}
			filter := table.Filter(q)
			if verdict := table.Evaluate(q); (verdict == Allow) != filter.All() {
				t.Fatalf("%s: %s, and the filter says all: %v", permission, verdict, filter.All())
			}
			if _, err := json.Marshal(filter); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = table.Find("GET", "/a/b")
	})
}

func FuzzSegments(f *testing.F) {
	for _, raw := range []string{"/", "/a/b?c", "/%61/..", "//", "/a%2fb", "/%252e", "/%ff", "/за#"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		segments, err := Segments(raw)
		if err != nil {
			return
		}
		// What was read once reads as itself: there is no second reading.
		again := "/"
		for i, segment := range segments {
			if i > 0 {
				again += "/"
			}
			again += escapeForTest(segment)
		}
		read, err := Segments(again)
		if err != nil || len(read) != len(segments) {
			t.Fatalf("%q: %q, then %q %v", raw, segments, read, err)
		}
		for i := range read {
			if read[i] != segments[i] {
				t.Fatalf("%q: %q, then %q", raw, segments, read)
			}
		}
	})
}

// escapeForTest writes what has a meaning of its own in a path.
func escapeForTest(s string) string {
	escaped := ""
	for _, r := range []byte(s) {
		switch r {
		case '%', '?', '#':
			escaped += "%" + string("0123456789ABCDEF"[r>>4]) + string("0123456789ABCDEF"[r&15])
		default:
			escaped += string([]byte{r})
		}
	}
	return escaped
}

func FuzzPattern(f *testing.F) {
	for _, pattern := range []string{"/", "/*", "/a/:id/*", "/a//b", "/:", "/a*"} {
		f.Add(pattern)
	}
	f.Fuzz(func(_ *testing.T, pattern string) {
		_, _ = indexRoutes([]Route{{Methods: []string{"GET"}, Pattern: pattern, Auth: true}}, strings.ToLower)
	})
}
