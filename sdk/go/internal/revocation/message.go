package revocation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Cursor is a place in a feed: everything up to here is known. The epoch changes when the feed was broken, as by a
// restored backup.
type Cursor struct {
	Epoch    uint64
	Position int64
}

// String writes the cursor as the protocol does: e7.18234.
func (c Cursor) String() string { return fmt.Sprintf("e%d.%d", c.Epoch, c.Position) }

// ParseEpoch reads "e7".
func ParseEpoch(s string) (uint64, error) {
	digits, ok := strings.CutPrefix(s, "e")
	n, err := strconv.ParseUint(digits, 10, 63)
	if !ok || err != nil || digits[0] == '+' {
		return 0, fmt.Errorf("usher: %q is no epoch of a feed", s)
	}
	return n, nil
}

// Entry is one revocation (docs/sync.md). Times are seconds since the epoch.
type Entry struct {
	Position int64  // in the feed
	Kind     string // jti, sid, gid, kid, sub, client, project
	Value    string
	Before   int64 // a mark: tokens issued at a position before this one are dead
	Expires  int64 // all tokens that it revokes expire before
	At       int64 // when it happened
	Why      string
}

// Message is one message of the feed.
type Message struct {
	Type     string // ev, policy, hello, resync, jwks, retry, or unknown
	Position int64  // 0 if it has none
	Entry    Entry  // of ev
	Revision int64  // of policy
	Epoch    string // of hello and resync
	After    int64  // of retry, in seconds
}

var errMessage = errors.New("usher: a message of the feed cannot be read")

// members are the members of a JSON object. Their names are case-sensitive.
type members map[string]any

// ParseMessage reads one message. Unknown types are no error.
func ParseMessage(data []byte) (Message, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var m members
	if err := decoder.Decode(&m); err != nil || m == nil {
		return Message{}, errMessage
	}
	return m.message()
}

func (m members) message() (Message, error) {
	message := Message{}
	var ok bool
	if message.Type, ok = m["t"].(string); !ok {
		return Message{}, errMessage
	}
	if _, has := m["c"]; has {
		if message.Position, ok = m.number("c"); !ok || message.Position < 1 {
			return Message{}, errMessage
		}
	}
	var err error
	switch message.Type {
	case "ev":
		message.Entry, err = m.entry(message.Position)
	case "policy":
		if message.Revision, ok = m.number("rev"); !ok || message.Position == 0 {
			err = errMessage
		}
	case "resync":
	case "hello":
		if message.Epoch, ok = m["epoch"].(string); !ok {
			err = errMessage
		} else {
			_, err = ParseEpoch(message.Epoch)
		}
	case "retry":
		message.After, _ = m.number("after")
	}
	return message, err
}

func (m members) entry(position int64) (Entry, error) {
	e := Entry{Position: position}
	var kindOK, valueOK, expiresOK bool
	e.Kind, kindOK = m["k"].(string)
	if kindOK && position != 0 && !isMark(e.Kind) && !slices.Contains(nameKinds[:], e.Kind) {
		return e, nil // of a later version, whose entries may have another form
	}
	e.Value, valueOK = m["v"].(string)
	e.Expires, expiresOK = m.number("exp")
	e.At, _ = m.number("at")
	e.Why, _ = m["why"].(string)
	if position == 0 || !kindOK || !valueOK || !expiresOK {
		return Entry{}, errMessage
	}
	if isMark(e.Kind) {
		var ok bool
		if e.Before, ok = m.number("before"); !ok {
			return Entry{}, errMessage
		}
	}
	return e, nil
}

func (m members) number(name string) (int64, bool) {
	n, ok := m[name].(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	return i, err == nil
}

// isMark says whether entries of this kind revoke what was issued before them.
func isMark(kind string) bool { return slices.Contains(markKinds[:], kind) }

// Snapshot is the whole list at a position of the feed.
type Snapshot struct {
	Cursor     Cursor
	ServerTime int64
	Entries    []Entry
	Policy     int64 // revision of the published rules; 0 if none are
	PolicyETag string
	KeysETag   string
	Project    string // empty if the server is of an earlier version
}

// ParseSnapshot reads the answer of GET /api/v1/sync/snapshot.
func ParseSnapshot(data []byte) (*Snapshot, error) {
	var m struct {
		Project     string    `json:"project_id"`
		Epoch       string    `json:"epoch"`
		Cursor      *int64    `json:"cursor"`
		ServerTime  int64     `json:"server_time"`
		Revocations []members `json:"revocations"`
		Policy      *struct {
			Revision int64  `json:"revision"`
			ETag     string `json:"etag"`
		} `json:"policy"`
		JWKS struct {
			ETag string `json:"etag"`
		} `json:"jwks"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("usher: the snapshot cannot be read: %w", err)
	}
	epoch, err := ParseEpoch(m.Epoch)
	if err != nil {
		return nil, err
	}
	if m.Cursor == nil || *m.Cursor < 0 || m.Revocations == nil {
		return nil, errors.New("usher: the snapshot lacks its cursor or its list")
	}
	s := &Snapshot{Cursor: Cursor{epoch, *m.Cursor}, ServerTime: m.ServerTime, KeysETag: m.JWKS.ETag, Project: m.Project}
	if m.Policy != nil {
		s.Policy, s.PolicyETag = m.Policy.Revision, m.Policy.ETag
	}
	s.Entries = make([]Entry, 0, len(m.Revocations))
	for _, r := range m.Revocations {
		message, err := r.message()
		if err != nil {
			return nil, err
		}
		if message.Type == "ev" {
			s.Entries = append(s.Entries, message.Entry)
		}
	}
	return s, nil
}

// Events is the answer of GET /api/v1/sync/events.
type Events struct {
	Cursor   Cursor
	Messages []Message
	More     bool // there is more to fetch
}

// ParseEvents reads the answer of GET /api/v1/sync/events.
func ParseEvents(data []byte) (*Events, error) {
	var m struct {
		Epoch  string    `json:"epoch"`
		Cursor int64     `json:"cursor"`
		Events []members `json:"events"`
		More   bool      `json:"more"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("usher: the events cannot be read: %w", err)
	}
	epoch, err := ParseEpoch(m.Epoch)
	if err != nil {
		return nil, err
	}
	events := &Events{Cursor: Cursor{epoch, m.Cursor}, More: m.More}
	for _, event := range m.Events {
		message, err := event.message()
		if err != nil {
			return nil, err
		}
		events.Messages = append(events.Messages, message)
	}
	return events, nil
}
