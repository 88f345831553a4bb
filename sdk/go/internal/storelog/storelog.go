// Package storelog reads and writes the log of the state of a module (sdk/vectors/store-log.json). It is pure: it does no
// I/O.
//
// Each line is "tag SP json LF". The tag is an HMAC over the previous tag and the JSON, so nobody without the secret can
// change, reorder or remove lines, except at the end.
package storelog

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
)

// Version of the format.
const Version = 1

// Reasons for which a log is refused.
var (
	ErrEmpty    = errors.New("log_empty")
	ErrTorn     = errors.New("log_torn")
	ErrTampered = errors.New("log_tampered")
	ErrVersion  = errors.New("log_version")
	ErrForeign  = errors.New("log_foreign")
	ErrGap      = errors.New("log_gap")
)

// Key derives the key of the tags from a secret (RFC 5869).
func Key(secret string) []byte {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "usher-store v1", 32)
	if err != nil {
		panic(err) // HKDF-SHA256 gives up to 8160 bytes
	}
	return key
}

// Writer makes the lines of a log.
type Writer struct {
	key []byte
	tag string
}

// NewWriter makes a writer for a new log.
func NewWriter(key []byte) *Writer { return &Writer{key: key} }

// Line makes the next line of a record.
func (w *Writer) Line(record any) []byte {
	body, err := json.Marshal(record)
	if err != nil {
		panic(err) // all records encode
	}
	w.tag = tagOf(w.key, w.tag, body)
	line := make([]byte, 0, len(w.tag)+len(body)+2)
	line = append(append(line, w.tag...), ' ')
	return append(append(line, body...), '\n')
}

func tagOf(key []byte, before string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(before))
	mac.Write([]byte{'\n'})
	mac.Write(body)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Records, as they are written; T names the type.
type (
	// Head is the first line.
	Head struct {
		T      string `json:"t"`
		V      int    `json:"v"`
		Issuer string `json:"issuer"`
		Client string `json:"client"`
		Epoch  string `json:"epoch"`
		Cursor int64  `json:"cursor"`
		At     int64  `json:"at"`
	}
	// Keys is the key set.
	Keys struct {
		T    string          `json:"t"`
		ETag string          `json:"etag"`
		JWKS json.RawMessage `json:"jwks"`
	}
	// Policy is the signed access rules.
	Policy struct {
		T    string `json:"t"`
		ETag string `json:"etag"`
		JWS  string `json:"jws"`
	}
	// Clients that are known to belong to the project.
	Clients struct {
		T   string   `json:"t"`
		IDs []string `json:"ids"`
	}
	// Entry is a revocation as it is on the wire.
	Entry struct {
		T      string `json:"t"`
		C      int64  `json:"c"`
		K      string `json:"k"`
		V      string `json:"v"`
		Before int64  `json:"before,omitempty"`
		Exp    int64  `json:"exp"`
		Why    string `json:"why,omitempty"`
		At     int64  `json:"at"`
	}
	// End is the end of the snapshot: a log without it lacks entries.
	End struct {
		T string `json:"t"`
	}
	// PolicyRevision is a policy message of the feed.
	PolicyRevision struct {
		T   string `json:"t"`
		C   int64  `json:"c"`
		Rev int64  `json:"rev"`
	}
	// Skip is a message of unknown type.
	Skip struct {
		T string `json:"t"`
		C int64  `json:"c"`
	}
	// At says when the list was last up to date.
	At struct {
		T      string `json:"t"`
		Cursor int64  `json:"cursor"`
		At     int64  `json:"at"`
	}
)

// EntryOf gives the record of a revocation.
func EntryOf(e *revocation.Entry) Entry {
	return Entry{T: "ev", C: e.Position, K: e.Kind, V: e.Value, Before: e.Before, Exp: e.Expires, Why: e.Why, At: e.At}
}

// State is the content of a log.
type State struct {
	Snapshot   revocation.Snapshot // cursor and entries
	At         int64               // when the list was last up to date
	JWKS       []byte              // nil if there are none
	JWKSETag   string
	Policy     string // "" if there is none
	PolicyETag string
	Clients    []string
	Dropped    int // bytes of an incomplete last line

	ended bool // the end of the snapshot was read
}

// Read reads a log. An incomplete last line is ignored; any other fault refuses the whole log.
func Read(text, key []byte, issuer, client string) (*State, error) {
	state, tag, first := &State{}, "", true
	rest := text
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			break
		}
		found, body, ok := bytes.Cut(rest[:end], []byte{' '})
		next := tagOf(key, tag, body)
		if !ok || !hmac.Equal(found, []byte(next)) {
			if end+1 == len(rest) {
				break
			}
			return nil, ErrTampered
		}
		if err := state.take(body, first, issuer, client); err != nil {
			return nil, err
		}
		tag, first, rest = next, false, rest[end+1:]
	}
	switch {
	case first:
		return nil, ErrEmpty
	case !state.ended:
		return nil, ErrTorn
	}
	state.Dropped = len(rest)
	return state, nil
}

func (s *State) take(body []byte, first bool, issuer, client string) error {
	var kind struct {
		T string `json:"t"`
	}
	if err := json.Unmarshal(body, &kind); err != nil {
		return ErrTampered
	}
	if first {
		return s.head(body, kind.T, issuer, client)
	}
	switch kind.T {
	case "jwks":
		var r Keys
		err := json.Unmarshal(body, &r)
		s.JWKS, s.JWKSETag = r.JWKS, r.ETag
		return tampered(err)
	case "policy":
		var r Policy
		err := json.Unmarshal(body, &r)
		s.Policy, s.PolicyETag = r.JWS, r.ETag
		return tampered(err)
	case "clients":
		var r Clients
		err := json.Unmarshal(body, &r)
		s.Clients = r.IDs
		return tampered(err)
	case "end":
		s.ended = true
	case "at":
		var r At
		err := json.Unmarshal(body, &r)
		s.At = max(s.At, r.At)
		return tampered(err)
	case "ev":
		message, err := revocation.ParseMessage(body)
		if err != nil {
			return ErrTampered
		}
		s.Snapshot.Entries = append(s.Snapshot.Entries, message.Entry)
		return s.reach(message.Position)
	case "policy_rev", "skip":
		var r Skip
		if err := json.Unmarshal(body, &r); err != nil {
			return ErrTampered
		}
		return s.reach(r.C)
	}
	return nil
}

func (s *State) head(body []byte, kind, issuer, client string) error {
	var r Head
	if err := json.Unmarshal(body, &r); err != nil || kind != "head" || r.V != Version {
		return ErrVersion
	}
	if r.Issuer != issuer || r.Client != client {
		return ErrForeign
	}
	epoch, err := revocation.ParseEpoch(r.Epoch)
	s.Snapshot.Cursor, s.At = revocation.Cursor{Epoch: epoch, Position: r.Cursor}, r.At
	return tampered(err)
}

// reach moves the cursor to the next position.
func (s *State) reach(position int64) error {
	switch at := &s.Snapshot.Cursor.Position; {
	case position > *at+1:
		return ErrGap
	case position == *at+1:
		*at = position
	}
	return nil
}

func tampered(err error) error {
	if err != nil {
		return ErrTampered
	}
	return nil
}
