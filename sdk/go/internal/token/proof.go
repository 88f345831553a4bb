package token

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of proofs.
const (
	proofAge   = 60 // seconds for which a proof is accepted after its iat
	maxProofID = 255
)

// ProofAlgorithms are the algorithms of proofs. Ed25519 has two names (RFC 9864).
var ProofAlgorithms = []string{"ES256", "RS256", "PS256", "EdDSA", "Ed25519"}

var (
	refusedProofHeaders = []string{"jku", "x5u", "x5c", "crit", "b64"}
	privateMembers      = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
)

// Credentials are those of a request.
type Credentials struct {
	Token  string
	DPoP   bool     // the scheme; Bearer otherwise
	Proofs []string // the values of the header DPoP
}

// ProvenRequest is the request that a proof must be for.
type ProvenRequest struct {
	Method string
	Target string // the path as it was sent
	URL    string // of the application; "" if unknown. A Host header would be the word of the caller.
}

// SpentProof is a proof that must not have been used before.
type SpentProof struct {
	ID    string
	Until int64 // until when it must be remembered, in seconds since the epoch
}

// CheckBinding checks that a token is presented as it is bound: to the key with the thumbprint jkt, or to none (RFC 9449
// §4.3 and §7). It gives nil for a bearer token. The error is a *Refusal.
func CheckBinding(c Credentials, jkt string, request ProvenRequest, skew, now int64) (*SpentProof, error) {
	switch {
	case !c.DPoP && jkt == "":
		return nil, nil
	case jkt == "":
		return nil, ErrUnbound
	case !c.DPoP || request.URL == "":
		return nil, ErrSenderConstrained
	case len(c.Proofs) == 0:
		return nil, ErrProofMissing
	case len(c.Proofs) > 1:
		return nil, ErrProofMalformed
	}
	p, err := readProof(c.Proofs[0])
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(c.Token))
	place, known := placeOf(request.place())
	sent, sentKnown := placeOf(p.htu)
	switch {
	case p.thumbprint != jkt:
		return nil, ErrProofKey
	case !p.key.verify(p.input, p.signature):
		return nil, ErrProofSignature
	case p.htm != request.Method || !known || !sentKnown || sent != place:
		return nil, ErrProofRequest
	case p.ath != base64url.EncodeToString(digest[:]):
		return nil, ErrProofToken
	case p.iat < float64(now-proofAge) || p.iat > float64(now+skew):
		return nil, ErrProofUntimely
	}
	return &SpentProof{ID: p.id, Until: int64(math.Ceil(p.iat)) + proofAge}, nil
}

// place is the address of a request: the origin of the application, and the path.
func (r ProvenRequest) place() string {
	origin, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	return origin.Scheme + "://" + origin.Host + r.Target
}

// proof is a proof, read and not verified.
type proof struct {
	*jws
	key               *key
	thumbprint        string
	id, htm, htu, ath string
	iat               float64
}

func readProof(s string) (*proof, error) {
	parsed, err := parseJWS(s, MaxLength)
	if err != nil {
		return nil, ErrProofMalformed
	}
	claims, ok := object(parsed.payload)
	if !ok {
		return nil, ErrProofMalformed
	}
	p := &proof{jws: parsed}
	text := func(name string) string {
		s, isText := claims[name].(string)
		ok = ok && isText
		return s
	}
	p.id, p.htm, p.htu = text("jti"), text("htm"), text("htu")
	p.ath, _ = claims["ath"].(string)
	number, isNumber := claims["iat"].(json.Number)
	p.iat, err = strconv.ParseFloat(string(number), 64)
	named := p.id != "" && utf8.RuneCountInString(p.id) <= maxProofID
	if !ok || !named || !isNumber || err != nil || !p.readKey() {
		return nil, ErrProofMalformed
	}
	return p, nil
}

// readKey reads the header.
func (p *proof) readKey() bool {
	for _, name := range refusedProofHeaders {
		if _, found := p.header[name]; found {
			return false
		}
	}
	typ, _ := p.header["typ"].(string)
	alg, _ := p.header["alg"].(string)
	jwk, _ := p.header["jwk"].(map[string]any)
	isTyped := strings.TrimPrefix(strings.ToLower(typ), "application/") == "dpop+jwt"
	if !isTyped || !slices.Contains(ProofAlgorithms, alg) {
		return false
	}
	for _, name := range privateMembers {
		if _, found := jwk[name]; found {
			return false
		}
	}
	named := maps.Clone(jwk)
	if named == nil {
		return false
	}
	named["alg"] = alg // an RSA key has to name it, and here the header does
	p.key, p.thumbprint = parseKey(named), thumbprint(jwk)
	return p.key != nil && p.key.alg == canonical(alg)
}

// thumbprint of a key whose members were read (RFC 7638 §3).
func thumbprint(jwk map[string]any) string {
	required := map[string][]string{"EC": {"crv", "kty", "x", "y"}, "OKP": {"crv", "kty", "x"}, "RSA": {"e", "kty", "n"}}
	kty, _ := jwk["kty"].(string)
	members := make([]string, 0, 4)
	for _, name := range required[kty] {
		members = append(members, fmt.Sprintf("%q:%q", name, jwk[name]))
	}
	digest := sha256.Sum256([]byte("{" + strings.Join(members, ",") + "}"))
	return base64url.EncodeToString(digest[:])
}

var (
	address    = regexp.MustCompile(`(?i)^(https?)://([^/?#@\\]+)((?:/[^?#]*)?)(?:[?#]|$)`)
	escape     = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	unreserved = regexp.MustCompile(`^[A-Za-z0-9._~-]$`)
)

// placeOf gives an address without query and fragment, in one spelling (RFC 3986 §6.2.2.1, §6.2.2.2, §6.2.3). Dots are not
// resolved.
func placeOf(s string) (string, bool) {
	found := address.FindStringSubmatch(s)
	if found == nil {
		return "", false
	}
	scheme, host, path := strings.ToLower(found[1]), strings.ToLower(found[2]), found[3]
	port := map[string]string{"http": ":80", "https": ":443"}[scheme]
	if path == "" {
		path = "/"
	}
	path = escape.ReplaceAllStringFunc(path, func(escaped string) string {
		code, _ := strconv.ParseUint(escaped[1:], 16, 8)
		if character := string(rune(code)); unreserved.MatchString(character) {
			return character
		}
		return strings.ToUpper(escaped)
	})
	return scheme + "://" + strings.TrimSuffix(host, port) + path, true
}

// confirmation gives the thumbprint of the key that a token is bound to (RFC 9449 §6.1). Proofs of anything else, such as
// certificates (RFC 8705), are not checked.
func confirmation(cnf any) (string, error) {
	members, _ := cnf.(map[string]any)
	jkt, _ := members["jkt"].(string)
	if len(members) != 1 || len(jkt) != 43 || !isBase64url(jkt) {
		return "", ErrSenderConstrained
	}
	return jkt, nil
}
