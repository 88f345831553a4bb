package policy

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPattern is how many characters a route's pattern has at most.
const maxPattern = 512

// Route says who may pass a method and path. Exactly one of Need, Public and Auth is set.
type Route struct {
	// Methods, or "*".
	Methods []string `json:"m"`
	// Pattern: "/orders/:id", "/admin/*".
	Pattern string `json:"p"`
	// Need names the permission of whoever passes.
	Need string `json:"need,omitempty"`
	// Public lets everybody pass.
	Public bool `json:"public,omitempty"`
	// Auth lets everybody pass who has a token that stands.
	Auth bool `json:"auth,omitempty"`
	// ACR is the least authentication context ("aal2").
	ACR string `json:"acr,omitempty"`
	// MaxAge is how many seconds ago the person authenticated at most; nil where it does not matter.
	MaxAge *int64 `json:"max_age,omitempty"`
	// Scopes that the token must have, all of them.
	Scopes []string `json:"scopes,omitempty"`
	// Fresh asks Usher whether the token still stands.
	Fresh bool `json:"fresh,omitempty"`
}

// routeNode is one segment in a tree of patterns.
type routeNode struct {
	literal map[string]*routeNode
	param   *routeNode
	end     []*Route // patterns that end here
	open    []*Route // patterns whose star stands here
}

// Find gives the rule for a request: of those that match, the one with the most specific path (segment by segment a
// literal before a parameter before the star), then with the method by name before "*". HEAD is asked as GET. Nil if no
// rule matches; ErrAmbiguous if the path has more than one reading.
func (t *Table) Find(method, rawPath string) (*Route, error) {
	segments, err := Segments(rawPath)
	if err != nil {
		return nil, err
	}
	return t.index.find(method, segments), nil
}

func (n *routeNode) find(method string, segments []string) *Route {
	if len(segments) == 0 {
		if found := byMethod(n.end, method); found != nil {
			return found
		}
		return byMethod(n.open, method)
	}
	if child := n.literal[segments[0]]; child != nil {
		if found := child.find(method, segments[1:]); found != nil {
			return found
		}
	}
	if n.param != nil {
		if found := n.param.find(method, segments[1:]); found != nil {
			return found
		}
	}
	return byMethod(n.open, method)
}

// byMethod picks the rule that names the method best; the last of equals.
func byMethod(rules []*Route, method string) *Route {
	var found *Route
	best := 0
	for _, rule := range rules {
		if rank := rule.names(method); rank > 0 && rank >= best {
			found, best = rule, rank
		}
	}
	return found
}

// names ranks how well the rule names the method: 3 by its name, 2 HEAD as GET, 1 by the star, 0 not at all.
func (r *Route) names(method string) int {
	rank := 0
	for _, m := range r.Methods {
		switch {
		case m == method:
			return 3
		case method == "HEAD" && m == "GET":
			rank = 2
		case m == "*":
			rank = max(rank, 1)
		}
	}
	return rank
}

func indexRoutes(routes []Route) (*routeNode, error) {
	top := &routeNode{}
	for i := range routes {
		route := &routes[i]
		parts, open, err := parsePattern(route.Pattern)
		if err != nil {
			return nil, fmt.Errorf("route %q: %w", route.Pattern, err)
		}
		if !route.isOneOf() {
			return nil, fmt.Errorf("route %q: exactly one of need, public and auth is set", route.Pattern)
		}
		at := top
		for _, part := range parts {
			at = at.child(part)
		}
		if open {
			at.open = append(at.open, route)
		} else {
			at.end = append(at.end, route)
		}
	}
	return top, nil
}

// isOneOf says whether exactly one of Need, Public and Auth is set.
func (r *Route) isOneOf() bool {
	set := 0
	for _, one := range []bool{r.Need != "", r.Public, r.Auth} {
		if one {
			set++
		}
	}
	return set == 1
}

// child gives the node of the next segment, made if it is not there.
func (n *routeNode) child(part string) *routeNode {
	if part[0] == ':' {
		if n.param == nil {
			n.param = &routeNode{}
		}
		return n.param
	}
	if n.literal == nil {
		n.literal = map[string]*routeNode{}
	}
	if n.literal[part] == nil {
		n.literal[part] = &routeNode{}
	}
	return n.literal[part]
}

// parsePattern reads a pattern as its segments, and whether a star stands at the end.
func parsePattern(s string) (parts []string, open bool, err error) {
	if utf8.RuneCountInString(s) > maxPattern {
		return nil, false, fmt.Errorf("a path has at most %d characters", maxPattern)
	}
	inner, ok := strings.CutPrefix(s, "/")
	if !ok {
		return nil, false, errors.New("a path starts with /")
	}
	if inner == "" || inner == "*" {
		return nil, inner == "*", nil
	}
	if before, ok := strings.CutSuffix(inner, "/*"); ok {
		inner, open = before, true
	}
	parts = strings.Split(inner, "/")
	for _, part := range parts {
		if !isPart(part) {
			return nil, false, fmt.Errorf("%q is no segment of a path", part)
		}
	}
	return parts, open, nil
}

func isPart(s string) bool {
	if name, ok := strings.CutPrefix(s, ":"); ok {
		return isAttribute(name)
	}
	odd := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`%?#\*`, r) }
	return s != "" && s != "." && s != ".." && strings.IndexFunc(s, odd) < 0
}
