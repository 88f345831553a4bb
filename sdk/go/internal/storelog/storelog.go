// Package storelog reads and writes the log in which a module keeps what it knows (sdk/vectors/store-log.json). It is
// pure: it makes and reads text.
//
// Each line is "tag SP json LF". The tag is an HMAC over the tag before it and the JSON, so that no line can be changed,
// exchanged or taken out of the middle by somebody who does not have the secret.
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

// The reasons for which a log is refused as a whole.
var (
	ErrEmpty    = errors.New("log_empty")
	ErrTampered = errors.New("log_tampered")
	ErrVersion  = errors.New("log_version")
	ErrForeign  = errors.New("log_foreign")
	ErrGap      = errors.New("log_gap")
)

// Key derives the key of the tags from a secret (RFC 5869).
func Key(secret string) []byte {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "usher-store v1", 32)
	if err != nil {
		panic(err) // 32 bytes are never too many
	}
	return key
}

// Writer makes lines, each tagged over the one before.
type Writer struct {
	key []byte
	tag string
}

// NewWriter begins a log.
func NewWriter(key []byte) *Writer { return &Writer{key: key} }

// Line makes the next line of a record.
func (w *Writer) Line(record any) []byte {
	body, err := json.Marshal(record)
	if err != nil {
		panic(err) // records are of this package
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
	// Clients are those known to be of the project.
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
	// PolicyRevision takes the position of a policy message.
	PolicyRevision struct {
		T   string `json:"t"`
		C   int64  `json:"c"`
		Rev int64  `json:"rev"`
	}
	// Skip takes the position of a message that was not understood.
	Skip struct {
		T string `json:"t"`
		C int64  `json:"c"`
	}
	// At says that nothing beyond the cursor was known to Usher at this time.
	At struct {
		T      string `json:"t"`
		Cursor int64  `json:"cursor"`
		At     int64  `json:"at"`
	}
)

// EntryOf writes a revocation.
func EntryOf(e *revocation.Entry) Entry {
	return Entry{T: "ev", C: e.Position, K: e.Kind, V: e.Value, Before: e.Before, Exp: e.Expires, Why: e.Why, At: e.At}
}

// State is what a log says.
type State struct {
	Snapshot   revocation.Snapshot // cursor and entries, positions after the head included
	At         int64               // when nothing beyond the cursor was known
	JWKS       []byte              // nil if it holds none
	JWKSETag   string
	Policy     string // "" if it holds none
	PolicyETag string
	Clients    []string
	Dropped    int // bytes at the end that were being written when the power went
}

// Read reads a log. It is refused as a whole if anything but its end does not fit.
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
	if first {
		return nil, ErrEmpty
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

// reach takes a position: the next one, or one that the snapshot holds.
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
