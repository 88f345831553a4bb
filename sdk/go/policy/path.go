package policy

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrAmbiguous says that two programs may read a path differently. Requests with such a path are refused.
var ErrAmbiguous = errors.New("policy: the path has more than one reading")

// Segments gives the segments of the path of a request target, percent-decoded once. It ignores what follows "?" or "#",
// and one slash at the end.
//
// It returns ErrAmbiguous for a path that does not start with "/"; for empty segments, "." and ".."; for a backslash, a
// control character, %2f and %5c; for escapes that do not decode to UTF-8, and for escapes within escapes.
func Segments(raw string) ([]string, error) {
	if i := strings.IndexAny(raw, "?#"); i >= 0 {
		raw = raw[:i]
	}
	inner, ok := strings.CutPrefix(raw, "/")
	if !ok {
		return nil, ErrAmbiguous
	}
	inner = strings.TrimSuffix(inner, "/")
	if inner == "" {
		if raw == "/" {
			return nil, nil
		}
		return nil, ErrAmbiguous
	}
	segments := strings.Split(inner, "/")
	for i, segment := range segments {
		decoded, ok := readSegment(segment)
		if !ok {
			return nil, ErrAmbiguous
		}
		segments[i] = decoded
	}
	return segments, nil
}

func readSegment(raw string) (string, bool) {
	s, ok := unescape(raw)
	if !ok || s == "" || s == "." || s == ".." || !utf8.ValidString(s) || holdsEscape(s) {
		return "", false
	}
	odd := func(r rune) bool { return r == '/' || r == '\\' || unicode.IsControl(r) }
	return s, strings.IndexFunc(s, odd) < 0
}

// unescape decodes percent escapes once.
func unescape(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	decoded := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			decoded = append(decoded, s[i])
			continue
		}
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			return "", false
		}
		decoded = append(decoded, unhex(s[i+1])<<4|unhex(s[i+2]))
		i += 2
	}
	return string(decoded), true
}

// holdsEscape says whether decoding the text again would change it.
func holdsEscape(s string) bool {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '%' && isHex(s[i+1]) && isHex(s[i+2]) {
			return true
		}
	}
	return false
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
