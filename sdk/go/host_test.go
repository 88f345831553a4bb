package usher

import (
	"strings"
	"testing"
)

func TestAHostNameIsToldAsFarAsUsherAcceptsIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		process int
		want    string
	}{
		{"web-1", 1, "web-1"},
		{"web-1", 4711, "web-1/4711"},
		{"shop (blue)/1é", 1, "shopblue1"},
		{strings.Repeat("x", 80), 4711, strings.Repeat("x", 59) + "/4711"},
		{"é", 4711, ""},
	} {
		if got := acceptableHost(c.name, c.process); got != c.want {
			t.Errorf("%q %d: %q", c.name, c.process, got)
		}
	}
}
