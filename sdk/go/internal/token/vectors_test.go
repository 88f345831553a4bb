package token

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"
)

type vectorOptions struct {
	Issuer     *string
	Audience   *string
	Project    *string
	Clients    json.RawMessage
	Algorithms []string
	ClockSkew  *int64
}

// over puts the options of a case over those of the file.
func (o vectorOptions) over(base Options) Options {
	if o.Issuer != nil {
		base.Issuer = *o.Issuer
	}
	if o.Audience != nil {
		base.Audience = *o.Audience
	}
	if o.Project != nil {
		base.Project = *o.Project
	}
	if o.ClockSkew != nil {
		base.ClockSkew = *o.ClockSkew
	}
	if o.Clients != nil {
		base.Clients = nil
		_ = json.Unmarshal(o.Clients, &base.Clients)
	}
	if o.Algorithms != nil {
		base.Algorithms = nil
		for _, alg := range o.Algorithms {
			base.Algorithms = append(base.Algorithms, Canonical(alg))
		}
	}
	return base
}

type vectorFile struct {
	Now     int64
	Options vectorOptions
	JWKS    json.RawMessage
	Cases   []struct {
		Name    string
		Token   string
		Now     int64
		Options vectorOptions
		Expect  struct {
			Status         int
			Code, Reason   string
			Kind, Sub, JKT string
			ClientID       string `json:"client_id"`
			Scope, Roles   []string
			ClientUnproven bool `json:"client_unproven"`
		}
	}
}

func readVectors(t testing.TB) (*vectorFile, *Keys) {
	t.Helper()
	data, err := os.ReadFile("../../../vectors/tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(file.JWKS)
	if err != nil {
		t.Fatal(err)
	}
	return &file, keys
}

func TestTokensAreAcceptedAndRefusedAsInEverySDK(t *testing.T) {
	file, keys := readVectors(t)
	base := file.Options.over(Options{})
	for _, c := range file.Cases {
		options, now := c.Options.over(base), file.Now
		if c.Now != 0 {
			now = c.Now
		}
		claims, err := Verify(c.Token, keys, &options, now)
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
		same := func(got, want []string) bool { return len(got) == 0 && len(want) == 0 || reflect.DeepEqual(got, want) }
		if claims.Subject != c.Expect.Sub || claims.ClientID != c.Expect.ClientID ||
			claims.Thumbprint != c.Expect.JKT || claims.Machine() != (c.Expect.Kind == "client") || claims.ClientProven == c.Expect.ClientUnproven ||
			!same(claims.Scope, c.Expect.Scope) || !same(claims.Roles, c.Expect.Roles) {
			t.Errorf("%s: read as %+v, want %+v", c.Name, claims, c.Expect)
		}
	}
	if len(file.Cases) < 60 {
		t.Fatalf("only %d cases were there", len(file.Cases))
	}
}
