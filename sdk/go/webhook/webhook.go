// Package webhook verifies the messages that Usher sends to a project's webhook, by the Standard Webhooks specification.
package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is the maximum difference between the time of a message and the clock.
const Tolerance = 5 * time.Minute

// Message is a verified message. It may arrive more than once: ignore an ID that was processed.
type Message struct {
	// ID is the same at every attempt.
	ID string
	// Type of what happened: "session.revoked".
	Type string
	// Version of the data's meaning.
	Version int
	// Data as JSON; new versions of Usher may add members.
	Data json.RawMessage
}

// Refusal says why a message is refused.
type Refusal struct {
	// Reason in one word: header_missing, header_invalid, timestamp_old, timestamp_new, signature_invalid, body_malformed.
	Reason string
}

func (r *Refusal) Error() string { return "usher: the webhook message is refused: " + r.Reason }

// Verify verifies a message by its headers and its unchanged body. While a secret is being replaced, pass both; each has
// the form whsec_…. The error is a *Refusal, or says that a secret is invalid.
func Verify(header http.Header, body []byte, now time.Time, secrets ...string) (*Message, error) {
	keys, err := decode(secrets)
	if err != nil {
		return nil, err
	}
	id, stamp, signatures := header.Get("webhook-id"), header.Get("webhook-timestamp"), header.Get("webhook-signature")
	if id == "" || stamp == "" || signatures == "" {
		return nil, &Refusal{"header_missing"}
	}
	sent, err := strconv.ParseUint(stamp, 10, 62)
	if err != nil {
		return nil, &Refusal{"header_invalid"}
	}
	age := now.Unix() - int64(sent)
	switch limit := int64(Tolerance / time.Second); {
	case age > limit:
		return nil, &Refusal{"timestamp_old"}
	case age < -limit:
		return nil, &Refusal{"timestamp_new"}
	case !signed(keys, id+"."+stamp+".", body, signatures):
		return nil, &Refusal{"signature_invalid"}
	}
	return read(id, body)
}

func decode(secrets []string) ([][]byte, error) {
	keys := make([][]byte, 0, len(secrets))
	for _, secret := range secrets {
		text, ok := strings.CutPrefix(secret, "whsec_")
		key, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(key) == 0 {
			return nil, fmt.Errorf("usher: a webhook secret has the form whsec_… with base64")
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("usher: no webhook secret is given")
	}
	return keys, nil
}

// signed says whether one of the signatures was made with one of the keys. Other versions of signatures are ignored.
func signed(keys [][]byte, prefix string, body []byte, signatures string) bool {
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(prefix))
		mac.Write(body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for signature := range strings.SplitSeq(signatures, " ") {
			if hmac.Equal([]byte(signature), []byte(want)) {
				return true
			}
		}
	}
	return false
}

func read(id string, body []byte) (*Message, error) {
	var message struct {
		Type    string          `json:"type"`
		Version int             `json:"version"`
		Data    json.RawMessage `json:"data"`
	}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, &message) != nil {
		return nil, &Refusal{"body_malformed"}
	}
	return &Message{ID: id, Type: message.Type, Version: message.Version, Data: message.Data}, nil
}
