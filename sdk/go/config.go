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

// Config says which issuer a module trusts and how it behaves. Issuer, ClientID, ClientSecret and Audience are needed.
type Config struct {
	// Issuer is Usher's address, exactly as tokens carry it: https, or http on loopback.
	Issuer string
	// ClientID of a machine client of the project, with the scope usher:sync.
	ClientID string
	// ClientSecret of that client.
	ClientSecret string
	// Audience that tokens must be for: what the project's clients carry as their audience.
	Audience string
	// Project is the project's id: its access rules are fetched by it. Needed unless Policy.Off.
	Project string
	// Clients whose tokens are taken. Where it is nil, Usher is asked once for each client that is met: it vouches for
	// clients of the project alone.
	Clients []string
	// Algorithms of signatures: ES256, RS256, PS256, Ed25519 (or EdDSA). All of them if nil.
	Algorithms []string
	// ClockSkew between Usher's clock and this one; a minute at most. DefaultClockSkew if zero; negative for none.
	ClockSkew time.Duration
	// CacheSize is how many verified tokens are remembered. DefaultCacheSize if zero.
	CacheSize int
	// Sync says how the module follows the project's feed.
	Sync SyncConfig
	// Policy says how the project's access rules are applied.
	Policy PolicyConfig
	// Store keeps what is known over a restart; memory alone if nil. The module closes it if it is an io.Closer.
	Store Store
	// StoreSecret seals the store's text against changes; ClientSecret if empty.
	StoreSecret string
	// MaxRevocations is how many entries the list holds before it folds them into one mark over the project. 200,000 if zero.
	MaxRevocations int
	// NoSessionReports keeps the list of sessions that were seen here; otherwise Usher is told once a minute, too.
	NoSessionReports bool
	// UserAttributes gives what access rules may ask of user.… beside id and roles, such as teams. It is called once a
	// request, when the first rule is asked.
	UserAttributes func(ctx context.Context, auth *Auth) policy.Attributes
	// RequestAttributes gives what access rules may ask of context.…
	RequestAttributes func(r *http.Request) policy.Attributes
	// OnEvent is told of what changes. It must not block.
	OnEvent func(Event)
	// OnDecision is told of every decision of the access rules, in the request's goroutine.
	OnDecision func(DecisionEvent)
	// OnRefusal answers requests that are refused, in the application's own way; Refusal.ServeHTTP if nil.
	OnRefusal func(w http.ResponseWriter, r *http.Request, refusal *Refusal)
	// ShowReasons puts the reason of a refusal into its answer. For development: it tells an attacker, too.
	ShowReasons bool
	// Logger; slog.Default if nil. Nothing secret is logged.
	Logger *slog.Logger
	// HTTPClient for calls to the issuer; redirects are refused whatever it says. A new client if nil.
	HTTPClient *http.Client
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Transport is how a module learns what is new.
type Transport string

const (
	// LongPoll asks and is answered as soon as something is new: within a second.
	LongPoll Transport = "longpoll"
	// Poll asks each PollInterval.
	Poll Transport = "poll"
	// Off follows nothing: a token that is revoked is good until it expires. Access rules are asked for each PollInterval.
	Off Transport = "off"
)

// OnStale is what happens while the list is older than MaxStaleness.
type OnStale string

const (
	// Allow goes on with the last list: a token that was revoked meanwhile is good until it expires.
	Allow OnStale = "allow"
	// Introspect asks Usher about every token.
	Introspect OnStale = "introspect"
	// Deny answers 503.
	Deny OnStale = "deny"
)

// SyncConfig says how the feed is followed.
type SyncConfig struct {
	// Transport: LongPoll if empty.
	Transport Transport
	// PollInterval of Poll, and of LongPoll while Usher has no place for more who wait. DefaultPollInterval if zero, 5 s
	// at least.
	PollInterval time.Duration
	// MaxStaleness is how old the list may become. DefaultMaxStaleness if zero.
	MaxStaleness time.Duration
	// OnStale: Allow if empty.
	OnStale OnStale
}

// PolicyConfig says how the project's access rules are applied.
type PolicyConfig struct {
	// Off uses no access rules at all.
	Off bool
	// IgnoreRoutes leaves the route table alone: only RequirePermission, Can and Filter ask the rules.
	IgnoreRoutes bool
	// AllowMissingRoutes lets requests pass that no route rule speaks of; otherwise they are denied.
	AllowMissingRoutes bool
	// AllowUnchecked lets a handler answer without the check of the resource that the rules made it owe; otherwise the
	// answer is 500.
	AllowUnchecked bool
}

// check refuses misuse and fills in the defaults.
func (c *Config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("usher: "+format, args...)) }
	if err := checkIssuer(c.Issuer); err != nil {
		fault("Config.Issuer: %w", err)
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
	if c.CacheSize < 0 || c.MaxRevocations < 0 {
		fault("Config.CacheSize and Config.MaxRevocations are not negative")
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

// checkIssuer takes https, and http on loopback, without query, fragment or credentials (OpenID Connect Discovery §3).
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	switch {
	case issuer == "":
		return errors.New("it is needed")
	case err != nil || u.Host == "":
		return fmt.Errorf("%q is no address", issuer)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("%q has a query, a fragment or credentials", issuer)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return fmt.Errorf("%q is neither https nor http on loopback", issuer)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// options are what tokens are checked against.
func (c *Config) options() *token.Options {
	o := &token.Options{
		Issuer: c.Issuer, Audience: c.Audience, Project: c.Project, Clients: slices.Clone(c.Clients),
		ClockSkew: int64(c.ClockSkew / time.Second),
	}
	for _, alg := range c.Algorithms {
		o.Algorithms = append(o.Algorithms, token.Canonical(alg))
	}
	if o.Clients != nil {
		o.Clients = append(o.Clients, c.ClientID)
	}
	return o
}
