package usher

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/token"
	"github.com/usher-id/usher/sdk/go/policy"
)

// Defaults of Config.
const (
	DefaultClockSkew    = 30 * time.Second
	DefaultCacheSize    = 10_000
	DefaultPollInterval = time.Minute
	DefaultMaxStaleness = 5 * time.Minute
)

// Config configures a module. Issuer, ClientID, ClientSecret and Audience are required, and Project unless Policy.Off.
type Config struct {
	// Issuer is the address of Usher, exactly as in the iss claim of tokens: https, or http on loopback.
	Issuer string
	// ClientID of a machine client of the project that has the scope usher:sync.
	ClientID string
	// ClientSecret of that client.
	ClientSecret string
	// Audience that the aud claim of tokens must contain: the identifier of an API of the project.
	Audience string
	// BaseURL is the URL of the application, which proofs of DPoP are for. Audience if empty, where that is a URL; without
	// one, tokens that are bound to a key are refused.
	BaseURL string
	// Project is the id of the project, to fetch its access rules. Required unless Policy.Off.
	Project string
	// Clients whose tokens are accepted. If nil, the first token of each client is introspected, because Usher answers
	// active only for clients of the project.
	Clients []string
	// Algorithms of signatures that are accepted: ES256, RS256, PS256, Ed25519 (or EdDSA). All of them if nil.
	Algorithms []string
	// ClockSkew between Usher's clock and this one; a minute at most. DefaultClockSkew if zero; negative for none.
	ClockSkew time.Duration
	// CacheSize is how many verified tokens are remembered. DefaultCacheSize if zero.
	CacheSize int
	// Sync configures how the module follows the feed of the project.
	Sync SyncConfig
	// Policy configures how the access rules of the project are applied.
	Policy PolicyConfig
	// Store keeps keys, revocations and rules over a restart. If nil they are in memory only. The module closes a Store
	// that is an io.Closer.
	Store Store
	// StoreSecret authenticates what is in the Store; ClientSecret if empty.
	StoreSecret string
	// NoSessionReports turns off reporting the sessions that were used here to Usher, once a minute.
	NoSessionReports bool
	// UserAttributes gives the attributes user.… of conditions beside id and roles, such as teams. It is called once per
	// request, at the first decision.
	UserAttributes func(ctx context.Context, auth *Auth) policy.Attributes
	// RequestAttributes gives the attributes context.… of conditions.
	RequestAttributes func(r *http.Request) policy.Attributes
	// OnEvent is called when something changes. It must not block.
	OnEvent func(Event)
	// OnDecision is called for every decision of the access rules, in the goroutine of the request.
	OnDecision func(DecisionEvent)
	// OnRefusal writes the response to a refused request; Refusal.ServeHTTP if nil.
	OnRefusal func(w http.ResponseWriter, r *http.Request, refusal *Refusal)
	// ShowReasons puts the reason of a refusal into the response. For development: attackers learn it too.
	ShowReasons bool
	// Logger; slog.Default if nil. Nothing secret is logged.
	Logger *slog.Logger
	// HTTPClient for calls to the issuer; a new client if nil. Its redirect policy is replaced: redirects are refused.
	HTTPClient *http.Client
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Transport is how a module follows the feed.
type Transport string

const (
	// LongPoll asks and gets the answer as soon as something is new: within a second.
	LongPoll Transport = "longpoll"
	// Poll asks every PollInterval.
	Poll Transport = "poll"
	// Off does not follow the feed: a revoked token is accepted until it expires. Access rules are fetched every
	// PollInterval.
	Off Transport = "off"
)

// OnStale says what happens while the revocation list is older than MaxStaleness.
type OnStale string

const (
	// Allow uses the old list: a token that was revoked since is accepted until it expires.
	Allow OnStale = "allow"
	// Introspect introspects tokens, each at most once per second.
	Introspect OnStale = "introspect"
	// Deny answers 503.
	Deny OnStale = "deny"
)

// SyncConfig configures how the feed is followed.
type SyncConfig struct {
	// Transport: LongPoll if empty.
	Transport Transport
	// PollInterval of Poll, and of LongPoll while Usher has no capacity for more long polls. DefaultPollInterval if zero,
	// at least 5 s.
	PollInterval time.Duration
	// MaxStaleness is the age from which the list is stale. DefaultMaxStaleness if zero.
	MaxStaleness time.Duration
	// OnStale: Allow if empty.
	OnStale OnStale
	// MaxRevocations is the largest number of entries in the revocation list. Beyond it they are replaced by one entry
	// that revokes every token of the project issued before. 200,000 if zero.
	MaxRevocations int
}

// PolicyConfig configures how the access rules of the project are applied.
type PolicyConfig struct {
	// Off uses no access rules. Middleware then only identifies the caller.
	Off bool
	// IgnoreRoutes does not enforce the route rules: RequirePermission, Can and Filter still work.
	IgnoreRoutes bool
	// AllowMissingRoutes accepts requests that no route rule matches; otherwise they are denied.
	AllowMissingRoutes bool
	// AllowUnchecked accepts the response of a handler that did not check a permission with the resource although it
	// depends on the resource; otherwise the response is 500.
	AllowUnchecked bool
}

// check returns an error for misuse and fills in the defaults.
func (c *Config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("usher: "+format, args...)) }
	if err := checkURL(c.Issuer); err != nil {
		fault("Config.Issuer: %w", err)
	}
	if err := checkURL(c.BaseURL); err != nil && c.BaseURL != "" {
		fault("Config.BaseURL: %w", err)
	}
	for name, value := range map[string]string{
		"ClientID": c.ClientID, "ClientSecret": c.ClientSecret, "Audience": c.Audience,
	} {
		if strings.TrimSpace(value) == "" {
			fault("Config.%s is needed", name)
		}
	}
	if c.Project == "" && !c.Policy.Off {
		fault("Config.Project is needed to fetch the project's access rules; with Policy.Off there are none")
	}
	if c.Clients != nil && len(c.Clients) == 0 {
		fault("Config.Clients is an empty list: no token would do; nil asks Usher whose client it is")
	}
	if c.ClockSkew > time.Minute {
		fault("Config.ClockSkew is %s: a minute at most", c.ClockSkew)
	}
	if c.CacheSize < 0 || c.Sync.MaxRevocations < 0 {
		fault("Config.CacheSize and Config.Sync.MaxRevocations are not negative")
	}
	for _, alg := range c.Algorithms {
		if token.Canonical(alg) == "" {
			fault("Config.Algorithms: %q is not taken; these are: %s", alg, strings.Join(token.Algorithms, ", "))
		}
	}
	if err := c.Sync.check(); err != nil {
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	c.fill()
	return nil
}

func (s *SyncConfig) check() error {
	switch {
	case !slices.Contains([]Transport{"", LongPoll, Poll, Off}, s.Transport):
		return fmt.Errorf("usher: Sync.Transport is %q: longpoll, poll and off are known", s.Transport)
	case !slices.Contains([]OnStale{"", Allow, Introspect, Deny}, s.OnStale):
		return fmt.Errorf("usher: Sync.OnStale is %q: allow, introspect and deny are known", s.OnStale)
	case s.PollInterval != 0 && s.PollInterval < 5*time.Second:
		return fmt.Errorf("usher: Sync.PollInterval is %s: 5 s at least", s.PollInterval)
	}
	if s.PollInterval == 0 {
		s.PollInterval = DefaultPollInterval
	}
	if s.MaxStaleness == 0 {
		s.MaxStaleness = DefaultMaxStaleness
	}
	if s.MaxStaleness < time.Second || s.Transport == Poll && s.MaxStaleness <= s.PollInterval {
		return fmt.Errorf("usher: Sync.MaxStaleness is %s: 1 s at least, and more than Sync.PollInterval", s.MaxStaleness)
	}
	if s.Transport == "" {
		s.Transport = LongPoll
	}
	if s.OnStale == "" {
		s.OnStale = Allow
	}
	return nil
}

func (c *Config) fill() {
	switch {
	case c.ClockSkew == 0:
		c.ClockSkew = DefaultClockSkew
	case c.ClockSkew < 0:
		c.ClockSkew = 0
	}
	if c.CacheSize == 0 {
		c.CacheSize = DefaultCacheSize
	}
	if u, err := url.Parse(c.Audience); c.BaseURL == "" && err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		c.BaseURL = c.Audience
	}
	if c.StoreSecret == "" {
		c.StoreSecret = c.ClientSecret
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Algorithms == nil {
		c.Algorithms = token.Algorithms
	}
}

// checkURL accepts https, and http on loopback, without query, fragment or credentials (OpenID Connect Discovery §3).
func checkURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return errors.New("it is needed")
	case err != nil || u.Host == "":
		return fmt.Errorf("%q is no address", address)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("%q has a query, a fragment or credentials", address)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return fmt.Errorf("%q is neither https nor http on loopback", address)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// options gives what tokens are verified against.
func (c *Config) options() *token.Options {
	o := &token.Options{
		Issuer: c.Issuer, Audience: c.Audience, Project: c.Project, Clients: slices.Clone(c.Clients),
		ClockSkew: int64(c.ClockSkew / time.Second),
	}
	for _, alg := range c.Algorithms {
		o.Algorithms = append(o.Algorithms, token.Canonical(alg))
	}
	return o
}
