package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxLength is the maximum number of characters of a token.
const MaxLength = 16_384

// refusedHeaders bring a key with the token, or demand extensions (RFC 7515 §4.1.11).
var refusedHeaders = []string{"jku", "jwk", "x5u", "x5c", "crit"}

// jws is a compact JWS (RFC 7515 §7.1), parsed and not verified.
type jws struct {
	header    map[string]any
	input     string // what was signed: header and payload as they were sent
	payload   []byte
	signature []byte
}

// base64url without padding. It refuses trailing bits that are not zero.
var base64url = base64.RawURLEncoding.Strict()

func decodePart(s string) ([]byte, bool) {
	if strings.ContainsAny(s, "\r\n") { // package base64 ignores them
		return nil, false
	}
	data, err := base64url.DecodeString(s)
	return data, err == nil
}

// isBase64url says whether the text has letters of base64url only. A text that was cut has, and may not decode.
func isBase64url(s string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return strings.Trim(s, letters) == ""
}

func parseJWS(s string, maxLength int) (*jws, error) {
	if len(s) > maxLength || strings.Count(s, ".") != 2 {
		return nil, ErrMalformed
	}
	dot := strings.LastIndexByte(s, '.')
	first := strings.IndexByte(s, '.')
	head, ok := decodePart(s[:first])
	if !ok {
		return nil, ErrMalformed
	}
	payload, ok := decodePart(s[first+1 : dot])
	if !ok {
		return nil, ErrMalformed
	}
	signature, ok := decodePart(s[dot+1:])
	if !ok && !isBase64url(s[dot+1:]) {
		return nil, ErrMalformed
	}
	header, ok := object(head)
	if !ok {
		return nil, ErrMalformed
	}
	return &jws{header: header, input: s[:dot], payload: payload, signature: signature}, nil
}

// object reads one JSON object in UTF-8. It is a map because the names of struct fields would match any case.
func object(data []byte) (map[string]any, bool) {
	if !utf8.Valid(data) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil || members == nil || decoder.More() || !isStrict(data) {
		return nil, false
	}
	return members, true
}

// maxDepth is the deepest nesting of a header and of claims.
const maxDepth = 16

// isStrict says whether valid JSON has no member twice and is not nested too deeply: parsers that choose different ones of
// two members with one name see different tokens (RFC 7519 §4).
func isStrict(data []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var open []map[string]bool // the names of each open object; nil for a list
	isName := false
	for {
		mark, err := decoder.Token()
		if err != nil {
			return err == io.EOF
		}
		switch delim, _ := mark.(json.Delim); delim {
		case '{', '[':
			if len(open) == maxDepth {
				return false
			}
			open = append(open, map[json.Delim]map[string]bool{'{': {}}[delim])
		case '}', ']':
			open = open[:len(open)-1]
		default:
			if isName {
				name, _ := mark.(string)
				if names := open[len(open)-1]; names[name] {
					return false
				}
				open[len(open)-1][name] = true
				isName = false
				continue
			}
		}
		isName = len(open) > 0 && open[len(open)-1] != nil
	}
}

// verify checks header and signature and gives the id of the key that signed.
func (j *jws) verify(keys *Keys, algorithms, types []string) (string, error) {
	for _, name := range refusedHeaders {
		if _, ok := j.header[name]; ok {
			return "", ErrHeader
		}
	}
	alg, _ := j.header["alg"].(string)
	if !slices.Contains(algorithms, canonical(alg)) {
		return "", ErrAlgorithm
	}
	typ, _ := j.header["typ"].(string)
	// RFC 7515 §4.1.9: media types are compared without case, and without "application/".
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")
	if !slices.Contains(types, typ) {
		return "", ErrType
	}
	kid, _ := j.header["kid"].(string)
	key := keys.find(kid, canonical(alg))
	if key == nil {
		return "", ErrKeyUnknown
	}
	if !key.verify(j.input, j.signature) {
		return "", ErrSignature
	}
	return kid, nil
}

// canonical gives the name of an algorithm. EdDSA is the old name of Ed25519 (RFC 9864).
func canonical(alg string) string {
	if alg == "EdDSA" {
		return "Ed25519"
	}
	return alg
}
