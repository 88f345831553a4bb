package usher

import (
	"os"
	"strings"
)

// longestHost is the longest host name that Usher accepts.
const longestHost = 64

// hostName is the name of this host; empty if it is unknown.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return acceptableHost(name)
}

// acceptableHost is a host name with only the characters that Usher accepts.
func acceptableHost(name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._:-", r):
			return r
		}
		return -1
	}, name)
	return plain[:min(len(plain), longestHost)]
}
