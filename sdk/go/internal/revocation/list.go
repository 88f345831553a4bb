// Package revocation keeps the list of what is revoked and follows the feed usher.sync.v1. It is pure: messages and the
// time are passed in.
package revocation

import (
	"errors"
	"maps"
	"slices"
)

// MaxEntries is the default maximum number of entries.
const MaxEntries = 200_000

// Token is what decides whether a token is revoked.
type Token struct {
	ID, SessionID, GrantID, KeyID, Subject, ClientID string
	URV                                              int64 // position of the feed at issue; -1 if absent
	IssuedAt                                         int64
}

// Kinds of entries: names revoke what they name, marks revoke what was issued before them.
var (
	nameKinds = [...]string{"jti", "sid", "gid", "kid"}
	markKinds = [...]string{"sub", "client", "project"}
)

const (
	kindKey     = 3 // in nameKinds
	kindProject = 2 // in markKinds
)

// List is the revocation list. It is not safe for concurrent use.
type List struct {
	cursor Cursor
	known  bool  // a snapshot was taken
	heard  int64 // the last position of an entry, which may be beyond a gap
	skew   int64
	max    int

	names [len(nameKinds)]map[string]int64 // when they expire
	marks [len(markKinds)]map[string]mark
}

type mark struct {
	before, at, expires int64
}

// NewList makes an empty list. Entries are removed skew seconds after they expire. More than max entries (MaxEntries if 0)
// are replaced by one mark over the project.
func NewList(skew int64, max int) *List {
	if max <= 0 {
		max = MaxEntries
	}
	l := &List{skew: skew, max: max}
	l.clear()
	return l
}

func (l *List) clear() {
	for i := range l.names {
		l.names[i] = map[string]int64{}
	}
	for i := range l.marks {
		l.marks[i] = map[string]mark{}
	}
}

// Cursor gives the position in the feed; false before the first snapshot.
func (l *List) Cursor() (Cursor, bool) { return l.cursor, l.known }

// Len is the number of entries.
func (l *List) Len() int {
	n := 0
	for _, names := range l.names {
		n += len(names)
	}
	for _, marks := range l.marks {
		n += len(marks)
	}
	return n
}

// RevokedBy gives the kind of the entry that revokes a token, or "" if it is not revoked.
func (l *List) RevokedBy(t *Token, now int64) string {
	for i, value := range [...]string{t.ID, t.SessionID, t.GrantID, t.KeyID} {
		if value == "" {
			continue
		}
		if until, ok := l.names[i][value]; ok && now < until+l.skew {
			return nameKinds[i]
		}
	}
	by, newest := "", int64(-1)
	for i, value := range [...]string{t.Subject, t.ClientID, ""} {
		m, ok := l.marks[i][value]
		if ok && now < m.expires+l.skew && m.revokes(t) && m.before > newest {
			by, newest = markKinds[i], m.before
		}
	}
	return by
}

// revokes compares positions. Tokens without one are revoked unless they were issued later than the mark.
func (m mark) revokes(t *Token) bool {
	if t.URV < 0 {
		return t.IssuedAt <= m.at
	}
	return t.URV < m.before
}

// Outcome says what a message did.
type Outcome string

const (
	Applied Outcome = "applied" // it is in the list now
	Known   Outcome = "known"   // it was before the cursor
	Gap     Outcome = "gap"     // messages before it are missing
	Folded  Outcome = "folded"  // the list was full and is one mark over the project now
	Ignored Outcome = "ignored" // its type or kind is unknown
	Policy  Outcome = "policy"  // the access rules have a new revision
	Keys    Outcome = "jwks"    // the published keys have changed
	Retry   Outcome = "retry"   // the server stops
	Hello   Outcome = "hello"   // the feed begins
	Resync  Outcome = "resync"  // a snapshot is needed
)

// Apply applies one message.
func (l *List) Apply(m *Message, now int64) Outcome {
	switch m.Type {
	case "hello", "resync":
		if epoch, err := ParseEpoch(m.Epoch); m.Type == "hello" && err == nil && epoch == l.cursor.Epoch {
			return Hello
		}
		return Resync
	case "jwks":
		return Keys
	case "retry":
		return Retry
	}
	switch {
	case m.Position == 0:
		return Ignored
	case m.Position <= l.cursor.Position:
		return Known
	case m.Position > l.cursor.Position+1:
		// It counts already: the cursor stays until what is missing was fetched.
		if m.Type == "ev" && l.add(&m.Entry) {
			l.heard = max(l.heard, m.Position)
		}
		return Gap
	}
	l.cursor.Position = m.Position
	switch {
	case m.Type == "policy":
		return Policy
	case m.Type != "ev" || !l.add(&m.Entry):
		return Ignored
	case l.limit(now):
		return Folded
	}
	return Applied
}

// limit folds a list with too many entries.
func (l *List) limit(now int64) bool {
	if l.Len() <= l.max {
		return false
	}
	if l.Sweep(now); l.Len() <= l.max {
		return false
	}
	l.fold(now)
	return true
}

// add adds an entry; false if its kind is unknown. Of two marks the later one counts.
func (l *List) add(e *Entry) bool {
	if i := slices.Index(nameKinds[:], e.Kind); i >= 0 {
		l.names[i][e.Value] = max(l.names[i][e.Value], e.Expires)
		return true
	}
	i := slices.Index(markKinds[:], e.Kind)
	if i < 0 {
		return false
	}
	value := e.Value
	if i == kindProject {
		value = ""
	}
	old := l.marks[i][value]
	l.marks[i][value] = mark{max(old.before, e.Before), max(old.at, e.At), max(old.expires, e.Expires)}
	return true
}

// fold replaces everything by one mark over the project, at the last position that was heard, which may be beyond a gap.
// Revoked keys stay in the list: who has such a key can write any position into a token.
func (l *List) fold(now int64) {
	all := mark{before: max(l.cursor.Position, l.heard), at: now}
	for _, names := range l.names {
		for _, until := range names {
			all.expires = max(all.expires, until)
		}
	}
	for _, marks := range l.marks {
		for _, m := range marks {
			all.expires, all.at = max(all.expires, m.expires), max(all.at, m.at)
		}
	}
	keys := l.names[kindKey]
	l.clear()
	l.names[kindKey] = keys
	l.marks[kindProject][""] = all
}

// Sweep removes expired entries.
func (l *List) Sweep(now int64) {
	for _, names := range l.names {
		maps.DeleteFunc(names, func(_ string, until int64) bool { return now >= until+l.skew })
	}
	for _, marks := range l.marks {
		maps.DeleteFunc(marks, func(_ string, m mark) bool { return now >= m.expires+l.skew })
	}
}

// ErrOldSnapshot says that a snapshot is older than the list.
var ErrOldSnapshot = errors.New("usher: the snapshot is older than the list")

// Replace replaces the list by a snapshot. It refuses one with a lower epoch, or a lower position in the same epoch.
func (l *List) Replace(s *Snapshot, now int64) error {
	if l.known {
		older := s.Cursor.Epoch < l.cursor.Epoch
		if older || s.Cursor.Epoch == l.cursor.Epoch && s.Cursor.Position < l.cursor.Position {
			return ErrOldSnapshot
		}
	}
	l.cursor, l.known, l.heard = s.Cursor, true, s.Cursor.Position
	l.clear()
	for i := range s.Entries {
		l.add(&s.Entries[i])
	}
	l.Sweep(now)
	l.limit(now)
	return nil
}

// Entries gives all entries, for a store.
func (l *List) Entries(now int64) []Entry {
	entries := make([]Entry, 0, l.Len())
	for i, names := range l.names {
		for value, until := range names {
			if now < until+l.skew {
				e := Entry{Position: l.cursor.Position, Kind: nameKinds[i], Value: value, Expires: until}
				entries = append(entries, e)
			}
		}
	}
	for i, marks := range l.marks {
		for value, m := range marks {
			if now < m.expires+l.skew {
				entries = append(entries, Entry{
					Position: l.cursor.Position, Kind: markKinds[i], Value: value, Before: m.before, Expires: m.expires, At: m.at,
				})
			}
		}
	}
	return entries
}
