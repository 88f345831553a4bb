package webhook

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"reflect"
	"testing"
	"time"
)

func TestMessagesAreBelievedAsInEverySDK(t *testing.T) {
	data, err := os.ReadFile("../../vectors/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Now     int64
		Secrets []string
		Cases   []struct {
			Name    string
			Headers map[string]string
			Body    string
			Secrets []string
			Expect  struct {
				Reason   string
				ID, Type string
				Version  int
				Data     any
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		header := http.Header{}
		for name, value := range c.Headers {
			header.Set(name, value)
		}
		secrets := file.Secrets
		if c.Secrets != nil {
			secrets = c.Secrets
		}
		message, err := Verify(header, []byte(c.Body), time.Unix(file.Now, 0), secrets...)
		if c.Expect.Reason != "" {
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Reason != c.Expect.Reason {
				t.Errorf("%s: got %v, want %s", c.Name, err, c.Expect.Reason)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		var got any
		if err := json.Unmarshal(message.Data, &got); err != nil {
			t.Fatal(err)
		}
		if message.ID != c.Expect.ID || message.Type != c.Expect.Type || message.Version != c.Expect.Version ||
			!reflect.DeepEqual(got, c.Expect.Data) {
			t.Errorf("%s: read as %+v", c.Name, message)
		}
	}
}

func TestASecretThatCannotBeReadIsRefused(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}, {"whsec_"}, {"whsec_!"}, {"c2VjcmV0"}} {
		if _, err := Verify(http.Header{}, nil, time.Now(), secrets...); err == nil {
			t.Errorf("%q was taken", secrets)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("id", "1795000000", "v1,AAAA", []byte(`{}`))
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
		if _, err := Verify(header, body, time.Unix(1_795_000_000, 0), "whsec_c2VjcmV0"); err == nil {
			t.Fatal("a message that nobody signed was believed")
		}
	})
}
