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

// Tolerance is how far the time of a message may be from the receiver's clock.
const Tolerance = 5 * time.Minute

// Message is a verified message. It arrives at least once: do nothing for an ID that you have seen.
type Message struct {
	// ID is the same at every try.
	ID string
	// Type of what happened: "session.revoked".
	Type string
	// Version of the data's meaning.
	Version int
	// Data as JSON; it gains members without notice.
	Data json.RawMessage
}

// Refusal says why a message is not believed.
type Refusal struct {
	// Reason in one word: header_missing, header_invalid, timestamp_old, timestamp_new, signature_invalid, body_malformed.
	Reason string
}

func (r *Refusal) Error() string { return "usher: the webhook message is refused: " + r.Reason }

// Verify reads a message over its body as it arrived. Several secrets may be given while one is being replaced; each has
// the form whsec_…. The error is a *Refusal, or says that a secret cannot be read.
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

// signed says whether one of the signatures is by one of the keys. Signatures of other versions are passed over.
func signed(keys [][]byte, prefix string, body []byte, signatures string) bool {
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(prefix))
		mac.Write(body)
		want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, signature := range strings.Fields(signatures) {
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
