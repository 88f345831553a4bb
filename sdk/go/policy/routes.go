package policy

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPattern is the maximum number of characters of a pattern.
const maxPattern = 512

// Route is a route rule. Exactly one of Need, Public and Auth is set.
type Route struct {
	// Methods, or "*".
	Methods []string `json:"m"`
	// Pattern: "/orders/:id", "/admin/*".
	Pattern string `json:"p"`
	// Need is the permission that the caller needs.
	Need string `json:"need,omitempty"`
	// Public accepts every request.
	Public bool `json:"public,omitempty"`
	// Auth accepts every valid access token.
	Auth bool `json:"auth,omitempty"`
	// ACR is the minimum authentication context, such as "aal2".
	ACR string `json:"acr,omitempty"`
	// MaxAge is the maximum number of seconds since the person authenticated; nil means any.
	MaxAge *int64 `json:"max_age,omitempty"`
	// Scopes that the token needs, all of them.
	Scopes []string `json:"scopes,omitempty"`
	// Fresh introspects the token.
	Fresh bool `json:"fresh,omitempty"`
}

// routeNode is one segment in a tree of patterns.
type routeNode struct {
	literal map[string]*routeNode
	param   *routeNode
	end     []*Route // patterns that end here
	open    []*Route // patterns with a star here
}

// Find gives the rule for a request: of those that match, the one with the most specific pattern (segment by segment, a
// literal before a parameter before the star), then one that names the method before "*". HEAD matches rules for GET. It
// gives nil if no rule matches, and ErrAmbiguous if two programs may read the path differently.
func (t *Table) Find(method, rawPath string) (*Route, error) {
	segments, err := Segments(rawPath)
	if err != nil {
		return nil, err
	}
	return t.FindBySegments(method, segments), nil
}

// FindBySegments is Find for a path that Segments has read.
func (t *Table) FindBySegments(method string, segments []string) *Route {
	return t.index.find(method, segments)
}

// FindIgnoringCase gives the rule for a path if case is ignored, as many frameworks do; nil if there is none, or if case
// makes no difference.
func (t *Table) FindIgnoringCase(method string, segments []string) *Route {
	differs := t.hasCapitals
	for _, s := range segments {
		differs = differs || s != strings.ToLower(s)
	}
	if !differs {
		return nil
	}
	small := make([]string, len(segments))
	for i, s := range segments {
		small[i] = strings.ToLower(s)
	}
	return t.smallIndex().find(method, small)
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

// byMethod gives the rule that matches the method best; the last one of several.
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

// names ranks how the rule matches the method: 3 by name, 2 HEAD by GET, 1 by the star, 0 not at all.
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

// indexRoutes makes the tree of the patterns; spell is how literal segments are spelt.
func indexRoutes(routes []Route, spell func(string) string) (*routeNode, error) {
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
			at = at.child(part, spell)
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

// child gives the node of the next segment, and adds it if there is none.
func (n *routeNode) child(part string, spell func(string) string) *routeNode {
	if part[0] == ':' {
		if n.param == nil {
			n.param = &routeNode{}
		}
		return n.param
	}
	part = spell(part)
	if n.literal == nil {
		n.literal = map[string]*routeNode{}
	}
	if n.literal[part] == nil {
		n.literal[part] = &routeNode{}
	}
	return n.literal[part]
}

// parsePattern gives the segments of a pattern, and whether it ends with a star.
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
