package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// forge signs whatever it is given with keys that the verifier trusts.
type forge struct {
	ec      *ecdsa.PrivateKey
	ed      ed25519.PrivateKey
	keys    *Keys
	options *Options
}

const forgeNow = 1_795_000_000

func newForge(t *testing.T) *forge {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(map[string]any{"keys": []any{
		map[string]any{"kty": "EC", "crv": "P-256", "kid": "ec", "alg": "ES256",
			"x": encode(ec.X.FillBytes(make([]byte, 32))), "y": encode(ec.Y.FillBytes(make([]byte, 32)))},
		map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "ed", "alg": "EdDSA", "x": encode(public)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(set)
	if err != nil {
		t.Fatal(err)
	}
	return &forge{ec: ec, ed: ed, keys: keys, options: &Options{
		Issuer: "https://id.example.com", Audience: "https://api.example.com", Algorithms: Algorithms, ClockSkew: 30,
	}}
}

const (
	goodHeader = `{"alg":"ES256","kid":"ec","typ":"at+jwt"}`
	goodClaims = `{"iss":"https://id.example.com","aud":"https://api.example.com","sub":"u","client_id":"c","jti":"j","iat":1795000000,"exp":1795000600`
)

func (f *forge) input(header, payload string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
}

func (f *forge) sign(t *testing.T, header, payload string) string {
	t.Helper()
	input := f.input(header, payload)
	hash := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, f.ec, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + f.signature(r, s)
}

func (f *forge) signature(r, s *big.Int) string {
	return base64.RawURLEncoding.EncodeToString(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

// refused checks that a token is refused for this reason.
func (f *forge) refused(t *testing.T, name, token string, want *Refusal) {
	t.Helper()
	if _, err := Verify(token, f.keys, f.options, forgeNow); err != want {
		t.Errorf("%s: got %v, want %v", name, err, want)
	}
}

func TestWhatASignatureCannotBeIsRefused(t *testing.T) {
	f := newForge(t)
	good := f.sign(t, goodHeader, goodClaims+"}")
	if _, err := Verify(good, f.keys, f.options, forgeNow); err != nil {
		t.Fatal(err)
	}
	input := good[:strings.LastIndexByte(good, '.')]
	n := elliptic.P256().Params().N
	one := big.NewInt(1)
	for name, signature := range map[string]string{
		"zeros":          f.signature(new(big.Int), new(big.Int)),
		"r is the order": f.signature(n, one),
		"s is the order": f.signature(one, n),
		"short":          base64.RawURLEncoding.EncodeToString(make([]byte, 63)),
		"long":           base64.RawURLEncoding.EncodeToString(make([]byte, 65)),
		"as ASN.1":       base64.RawURLEncoding.EncodeToString([]byte{0x30, 6, 2, 1, 1, 2, 1, 1}),
		"none":           "",
	} {
		f.refused(t, name, input+"."+signature, ErrSignature)
	}
	edInput := f.input(`{"alg":"EdDSA","kid":"ed","typ":"at+jwt"}`, goodClaims+"}")
	raw := ed25519.Sign(f.ed, []byte(edInput))
	if _, err := Verify(edInput+"."+base64.RawURLEncoding.EncodeToString(raw), f.keys, f.options, forgeNow); err != nil {
		t.Fatal(err)
	}
	// S + L is the same signature to whoever does not compare (RFC 8032 §5.1.7).
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := new(big.Int).SetBytes(reversed(raw[32:]))
	copy(raw[32:], reversed(s.Add(s, order).FillBytes(make([]byte, 32))))
	f.refused(t, "S + L", edInput+"."+base64.RawURLEncoding.EncodeToString(raw), ErrSignature)
}

func reversed(b []byte) []byte {
	r := make([]byte, len(b))
	for i := range b {
		r[len(b)-1-i] = b[i]
	}
	return r
}

func TestATokenIsWrittenInOneWay(t *testing.T) {
	f := newForge(t)
	good := f.sign(t, goodHeader, goodClaims+"}")
	last := good[len(good)-1]
	// The last of 86 letters holds two bits; the others have to be zero.
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	other := letters[strings.IndexByte(letters, last)|1]
	f.refused(t, "bits that say nothing", good[:len(good)-1]+string(other), ErrSignature)
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"padding":            good + "==",
		"white space":        good[:20] + " " + good[20:],
		"a line break":       good[:20] + "\n" + good[20:],
		"a full stop":        good + ".",
		"JSON serialisation": fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1], parts[2]),
		"detached":           parts[0] + ".." + parts[2],
		"quotes":             `"` + good + `"`,
	} {
		if _, err := Verify(token, f.keys, f.options, forgeNow); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestKeysAreFoundByTheirExactId(t *testing.T) {
	f := newForge(t)
	for _, kid := range []string{
		`"../../dev/null"`, `"' OR 1=1--"`, `"EC"`, `"ec "`, `""`, `null`, `["ec"]`, `5`, `"` + strings.Repeat("x", 10_240) + `"`,
	} {
		f.refused(t, kid[:min(len(kid), 30)], f.sign(t, `{"alg":"ES256","kid":`+kid+`,"typ":"at+jwt"}`, goodClaims+"}"), ErrKeyUnknown)
	}
	f.refused(t, "another key's id", f.sign(t, `{"alg":"ES256","kid":"ed","typ":"at+jwt"}`, goodClaims+"}"), ErrKeyUnknown)
}

func TestClaimsOfAnyShapeAreReadOrRefused(t *testing.T) {
	f := newForge(t)
	without := func(name string) string {
		var members map[string]any
		_ = json.Unmarshal([]byte(goodClaims+"}"), &members)
		delete(members, name)
		text, _ := json.Marshal(members)
		return string(text)
	}
	exp := func(value string) string { return strings.Replace(goodClaims, "1795000600", value, 1) + "}" }
	for name, c := range map[string]struct {
		payload string
		want    *Refusal
	}{
		"no exp":              {without("exp"), ErrClaimMissing},
		"exp is a text":       {exp(`"1795000600"`), ErrClaimInvalid},
		"exp has no end":      {exp("1e400"), ErrClaimInvalid},
		"exp is too large":    {exp("1e300"), ErrClaimInvalid},
		"exp is negative":     {exp("-1"), ErrExpired},
		"exp is in the past":  {exp("1794999970"), ErrExpired},
		"a name in capitals":  {strings.Replace(goodClaims, `"exp"`, `"EXP"`, 1) + "}", ErrClaimMissing},
		"nbf beyond the skew": {goodClaims + `,"nbf":1795000061}`, ErrNotYetValid},
		"a byte order mark":   {"\ufeff" + goodClaims + "}", ErrMalformed},
		"two objects":         {goodClaims + "}{}", ErrMalformed},
		"bytes of no text":    {goodClaims + ",\"x\":\"\xff\"}", ErrMalformed},
		"very deep":           {goodClaims + `,"x":` + strings.Repeat("[", 11_000), ErrMalformed},
		"nothing":             {"null", ErrMalformed},
	} {
		f.refused(t, name, f.sign(t, goodHeader, c.payload), c.want)
	}
	if _, err := Verify(f.sign(t, goodHeader, exp("1795000600.5")), f.keys, f.options, forgeNow); err != nil {
		t.Errorf("a fraction of a second (RFC 7519 §2): %v", err)
	}
}
