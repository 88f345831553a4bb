package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
)

// Algorithms that can be verified, by the names of RFC 7518 and RFC 9864.
var Algorithms = []string{"ES256", "RS256", "PS256", "Ed25519"}

// Canonical gives the name of an algorithm that can be verified, or "" for any other.
func Canonical(alg string) string {
	for _, known := range Algorithms {
		if canonical(alg) == known {
			return known
		}
	}
	return ""
}

// Keys is a key set (RFC 7517 §5). It is immutable.
type Keys struct {
	byID map[string]*key
}

// key is a public key for one algorithm.
type key struct {
	alg    string
	public crypto.PublicKey
}

// ParseKeys reads a key set. It ignores keys that cannot verify tokens (for encryption, symmetric, of unknown type), and
// returns an error if no other key is left or if two keys have the same id.
func ParseKeys(data []byte) (*Keys, error) {
	set, ok := object(data)
	if !ok {
		return nil, errors.New("usher: the key set is no JSON object")
	}
	list, ok := set["keys"].([]any)
	if !ok {
		return nil, errors.New("usher: the key set has no keys")
	}
	keys := &Keys{byID: make(map[string]*key, len(list))}
	for _, item := range list {
		jwk, _ := item.(map[string]any)
		kid, _ := jwk["kid"].(string)
		parsed := parseKey(jwk)
		if parsed == nil || kid == "" {
			continue
		}
		if keys.byID[kid] != nil {
			return nil, fmt.Errorf("usher: the key set has two keys %q", kid)
		}
		keys.byID[kid] = parsed
	}
	if len(keys.byID) == 0 {
		return nil, errors.New("usher: the key set has no key to verify with")
	}
	return keys, nil
}

// Has says whether a key has this id.
func (k *Keys) Has(kid string) bool { return k != nil && k.byID[kid] != nil }

// Without gives the key set without some of its keys.
func (k *Keys) Without(kids map[string]bool) *Keys {
	rest := &Keys{byID: make(map[string]*key, len(k.byID))}
	for kid, key := range k.byID {
		if !kids[kid] {
			rest.byID[kid] = key
		}
	}
	return rest
}

// find gives the key with this id and algorithm.
func (k *Keys) find(kid, alg string) *key {
	if k == nil || kid == "" {
		return nil
	}
	if found := k.byID[kid]; found != nil && found.alg == alg {
		return found
	}
	return nil
}

func parseKey(jwk map[string]any) *key {
	word := func(name string) string { s, _ := jwk[name].(string); return s }
	if use := word("use"); use != "" && use != "sig" {
		return nil
	}
	bytesOf := func(name string) []byte { b, _ := decodePart(word(name)); return b }
	alg := canonical(word("alg"))
	switch word("kty") {
	case "EC":
		if word("crv") != "P-256" || alg != "ES256" && alg != "" {
			return nil
		}
		public := &ecdsa.PublicKey{
			Curve: elliptic.P256(), X: new(big.Int).SetBytes(bytesOf("x")), Y: new(big.Int).SetBytes(bytesOf("y")),
		}
		if _, err := public.ECDH(); err != nil { // the point is not on the curve
			return nil
		}
		return &key{alg: "ES256", public: public}
	case "OKP":
		public := bytesOf("x")
		if word("crv") != "Ed25519" || alg != "Ed25519" && alg != "" || len(public) != ed25519.PublicKeySize {
			return nil
		}
		return &key{alg: "Ed25519", public: ed25519.PublicKey(public)}
	case "RSA":
		return parseRSA(alg, bytesOf("n"), bytesOf("e"))
	default:
		return nil
	}
}

// parseRSA reads an RSA key of at least 2048 bits (RFC 7518 §3.3). It has to name its algorithm.
func parseRSA(alg string, n, e []byte) *key {
	exponent := new(big.Int).SetBytes(e)
	if alg != "RS256" && alg != "PS256" || !exponent.IsInt64() || exponent.Int64() < 3 || exponent.Int64() > 1<<31-1 {
		return nil
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}
	if bits := public.N.BitLen(); bits < 2048 || bits > 8192 {
		return nil
	}
	return &key{alg: alg, public: public}
}

func (k *key) verify(input string, signature []byte) bool {
	if k.alg == "Ed25519" {
		return ed25519.Verify(k.public.(ed25519.PublicKey), []byte(input), signature)
	}
	digest := sha256.Sum256([]byte(input))
	switch k.alg {
	case "ES256":
		if len(signature) != 64 {
			return false
		}
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(k.public.(*ecdsa.PublicKey), digest[:], r, s)
	case "RS256":
		return rsa.VerifyPKCS1v15(k.public.(*rsa.PublicKey), crypto.SHA256, digest[:], signature) == nil
	case "PS256":
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
		return rsa.VerifyPSS(k.public.(*rsa.PublicKey), crypto.SHA256, digest[:], signature, options) == nil
	default:
		return false
	}
}
