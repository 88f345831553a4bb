package token

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

func FuzzVerify(f *testing.F) {
	file, keys := readVectors(f)
	for _, c := range file.Cases {
		f.Add(c.Token)
	}
	options := file.Options.over(Options{})
	f.Fuzz(func(t *testing.T, s string) {
		claims, err := Verify(s, keys, &options, file.Now)
		var refusal *Refusal
		if err == nil && (claims.Subject == "" || claims.KeyID == "") || err != nil && !errors.As(err, &refusal) {
			t.Fatalf("%v %v", claims, err)
		}
		_ = KeyOf(s)
	})
}

func FuzzReadClaims(f *testing.F) {
	f.Add([]byte(`{"iss":"a","sub":"b","aud":["c"],"client_id":"d","jti":"e","exp":1e3,"iat":-0.5,"roles":[],"urv":0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if members, ok := object(data); ok {
			if claims, err := readClaims(members); err == nil && claims.ID == "" {
				t.Fatal("a token without a name")
			}
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	file, _ := readVectors(f)
	f.Add([]byte(file.JWKS))
	f.Fuzz(func(t *testing.T, data []byte) {
		if keys, err := ParseKeys(data); err == nil && len(keys.byID) == 0 {
			t.Fatal("a key set without keys")
		}
	})
}

func TestAKeySetThatDoesNotFitIsRefused(t *testing.T) {
	data, err := os.ReadFile("../../../vectors/tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		JWKS struct{ Keys []map[string]any }
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	good := file.JWKS.Keys[0]
	set := func(keys ...map[string]any) []byte {
		text, err := json.Marshal(map[string]any{"keys": keys})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	with := func(name string, value any) map[string]any {
		changed := map[string]any{}
		for n, v := range good {
			changed[n] = v
		}
		changed[name] = value
		return changed
	}
	for name, bad := range map[string][]byte{
		"nothing":             nil,
		"no object":           []byte(`[]`),
		"no list":             []byte(`{"keys":{}}`),
		"no keys":             set(),
		"a symmetric key":     set(map[string]any{"kty": "oct", "kid": "a", "alg": "HS256", "k": "c2VjcmV0"}),
		"for encryption":      set(with("use", "enc")),
		"no id":               set(with("kid", "")),
		"off the curve":       set(with("x", "AAAA")),
		"another algorithm":   set(with("alg", "ES384")),
		"two keys of one id":  set(good, good),
		"a short RSA modulus": set(map[string]any{"kty": "RSA", "kid": "a", "alg": "RS256", "n": "_____w", "e": "AQAB"}),
	} {
		if _, err := ParseKeys(bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := ParseKeys(set(good)); err != nil {
		t.Error(err)
	}
}
