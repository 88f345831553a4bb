package usher

import (
	"os"
	"strconv"
	"strings"
)

// longestHost is the longest host name that Usher accepts.
const longestHost = 64

// hostName is the name of this host and process; empty if it is unknown.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return acceptableHost(name, os.Getpid())
}

// acceptableHost is a host name with only the characters that Usher accepts, and the process on it. In a container the first
// process is the only one, and is not named.
func acceptableHost(name string, process int) string {
	suffix := ""
	if process != 1 {
		suffix = "/" + strconv.Itoa(process)
	}
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("._:-", r):
			return r
		}
		return -1
	}, name)
	if plain == "" {
		return ""
	}
	return plain[:min(len(plain), longestHost-len(suffix))] + suffix
}
