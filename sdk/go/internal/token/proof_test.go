package token

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

func TestProofsOfAKeyAreAcceptedAndRefusedAsInEverySDK(t *testing.T) {
	data, err := os.ReadFile("../../../vectors/proofs.json")
	if err != nil {
		t.Fatal(err)
	}
	type shared struct {
		Now       *int64
		ClockSkew *int64 `json:"clockSkew"`
		URL       *string
	}
	var file struct {
		shared
		Method, Token string
		Cases         []struct {
			shared
			Name, Scheme, Target string
			JKT                  string
			Proofs               []string
			RawURL               json.RawMessage `json:"url"`
			Expect               struct{ Reason, JTI string }
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		now, skew, url := *file.Now, *file.ClockSkew, *file.URL
		if c.Now != nil {
			now = *c.Now
		}
		if c.ClockSkew != nil {
			skew = *c.ClockSkew
		}
		if c.RawURL != nil {
			url = ""
			_ = json.Unmarshal(c.RawURL, &url) // null leaves it empty
		}
		credentials := Credentials{Token: file.Token, DPoP: c.Scheme == "DPoP", Proofs: c.Proofs}
		proof, err := CheckBinding(credentials, c.JKT, ProvenRequest{Method: file.Method, Target: c.Target, URL: url}, skew, now)
		var refusal *Refusal
		switch {
		case errors.As(err, &refusal) && refusal.Reason == c.Expect.Reason:
		case err != nil || c.Expect.Reason != "":
			t.Errorf("%s: got %v, want %q", c.Name, err, c.Expect.Reason)
		case proof == nil && c.Expect.JTI != "" || proof != nil && proof.ID != c.Expect.JTI:
			t.Errorf("%s: got %+v, want %q", c.Name, proof, c.Expect.JTI)
		}
	}
	if len(file.Cases) < 60 {
		t.Fatalf("only %d cases were there", len(file.Cases))
	}
}
