package usher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of responses of the issuer, in bytes.
const (
	maxDocument = 1 << 20  // metadata, key set, tokens
	maxSnapshot = 64 << 20 // 200,000 entries are about half of it
)

// callTimeout is the timeout of a call that is not a long poll.
const callTimeout = 10 * time.Second

// errMisuse marks errors that a retry does not solve: New returns them.
var errMisuse = errors.New("the configuration does not fit the issuer")

// statusError is a response with an unexpected status.
type statusError struct {
	what   string
	status int
	after  time.Duration // of Retry-After; 0 if there was none
	code   string        // of an OAuth error
}

func (e *statusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s answered %d %s", e.what, e.status, e.code))
}

// isFinal says that a retry would not help.
func (e *statusError) isFinal() bool {
	return e.status >= 400 && e.status < 500 && e.status != http.StatusRequestTimeout && e.status != http.StatusTooManyRequests
}

// issuerClient calls Usher.
type issuerClient struct {
	issuer, id, secret string
	http               *http.Client
	now                func() time.Time

	mutex    sync.Mutex
	metadata *metadata
	token    string
	tokenEnd time.Time
}

// metadata is the part of the issuer's metadata that is needed (OpenID Connect Discovery §3).
type metadata struct {
	Issuer                string `json:"issuer"`
	JWKSURI               string `json:"jwks_uri"`
	TokenEndpoint         string `json:"token_endpoint"`
	IntrospectionEndpoint string `json:"introspection_endpoint"`
}

func newIssuerClient(c *Config) *issuerClient {
	client := &http.Client{}
	if c.HTTPClient != nil {
		*client = *c.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Timeout = 0 // each call has its own timeout
	client.Jar = nil
	return &issuerClient{issuer: c.Issuer, id: c.ClientID, secret: c.ClientSecret, http: client, now: c.Now}
}

// discover reads the issuer's metadata, once.
func (i *issuerClient) discover(ctx context.Context) (*metadata, error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.metadata != nil {
		return i.metadata, nil
	}
	where := strings.TrimSuffix(i.issuer, "/") + "/.well-known/openid-configuration"
	answer, err := i.call(ctx, "discovery", where, nil, callTimeout, maxDocument)
	if err != nil {
		if refused := (*statusError)(nil); errors.As(err, &refused) && refused.isFinal() {
			err = fmt.Errorf("%w: %w: no issuer is at %s", err, errMisuse, i.issuer)
		}
		return nil, err
	}
	var m metadata
	if err := json.Unmarshal(answer.body, &m); err != nil {
		return nil, fmt.Errorf("usher: the issuer's metadata cannot be read: %w", err)
	}
	if m.Issuer != i.issuer {
		return nil, fmt.Errorf("usher: %w: it calls itself %q, and Config.Issuer is %q", errMisuse, m.Issuer, i.issuer)
	}
	for what, endpoint := range map[string]string{
		"jwks_uri": m.JWKSURI, "token_endpoint": m.TokenEndpoint, "introspection_endpoint": m.IntrospectionEndpoint,
	} {
		if !sameOrigin(endpoint, i.issuer) {
			return nil, fmt.Errorf("usher: %w: its %s is %q, of another origin", errMisuse, what, endpoint)
		}
	}
	i.metadata = &m
	return &m, nil
}

func sameOrigin(one, other string) bool {
	a, errA := url.Parse(one)
	b, errB := url.Parse(other)
	return errA == nil && errB == nil && a.Scheme == b.Scheme && a.Host == b.Host
}

// answer is a response of the issuer.
type answer struct {
	status int
	etag   string
	body   []byte
}

// call sends a GET, or what prepare makes of it. A status other than 200, 202 and 304 is an error.
func (i *issuerClient) call(
	ctx context.Context, what, where string, prepare func(*http.Request), timeout time.Duration, limit int64,
) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "usher-sdk-go/"+Version)
	if prepare != nil {
		prepare(request)
	}
	response, err := i.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("usher: %s: %w", what, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("usher: %s: %w", what, err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("usher: %s: the answer is larger than %d bytes", what, limit)
	}
	switch status := response.StatusCode; {
	case status == http.StatusOK, status == http.StatusAccepted, status == http.StatusNotModified:
		return &answer{status, response.Header.Get("ETag"), body}, nil
	case status >= 300 && status < 400:
		return nil, fmt.Errorf("usher: %w: %s is redirected to %q", errMisuse, what, response.Header.Get("Location"))
	default:
		return nil, failure(what, response, body)
	}
}

func failure(what string, response *http.Response, body []byte) error {
	e := &statusError{what: "usher: " + what, status: response.StatusCode}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		e.after = min(time.Duration(seconds)*time.Second, time.Hour)
	}
	var said struct {
		Error any `json:"error"`
	}
	_ = json.Unmarshal(body, &said)
	switch code := said.Error.(type) {
	case string: // RFC 6749 §5.2
		e.code = code
	case map[string]any:
		e.code, _ = code["code"].(string)
	}
	return e
}

// form makes a request a POST of a form with client authentication (RFC 6749 §2.3.1).
func (i *issuerClient) form(values url.Values) func(*http.Request) {
	return func(r *http.Request) {
		body := values.Encode()
		r.Method, r.ContentLength = http.MethodPost, int64(len(body))
		r.Body = io.NopCloser(strings.NewReader(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(url.QueryEscape(i.id), url.QueryEscape(i.secret))
	}
}

// bearer gives an access token with the scope usher:sync. It is renewed 30 s before it expires.
func (i *issuerClient) bearer(ctx context.Context) (string, error) {
	m, err := i.discover(ctx)
	if err != nil {
		return "", err
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.token != "" && i.now().Before(i.tokenEnd) {
		return i.token, nil
	}
	form := i.form(url.Values{"grant_type": {"client_credentials"}, "scope": {"usher:sync"}})
	answer, err := i.call(ctx, "the token endpoint", m.TokenEndpoint, form, callTimeout, maxDocument)
	if err != nil {
		if refused := (*statusError)(nil); errors.As(err, &refused) && (refused.status == 400 || refused.status == 401) {
			err = fmt.Errorf("%w: %w: is it a machine client with the scope usher:sync, and its newest secret?", err, errMisuse)
		}
		return "", err
	}
	var t struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(answer.body, &t); err != nil || t.AccessToken == "" {
		return "", errors.New("usher: the token endpoint gave no token")
	}
	life := time.Duration(t.ExpiresIn) * time.Second
	i.token, i.tokenEnd = t.AccessToken, i.now().Add(max(life-30*time.Second, life/2))
	return i.token, nil
}

// forget discards the access token.
func (i *issuerClient) forget() {
	i.mutex.Lock()
	i.token = ""
	i.mutex.Unlock()
}

// get sends a GET to the API.
func (i *issuerClient) get(
	ctx context.Context, path, etag, accept string, timeout time.Duration, limit int64,
) (*answer, error) {
	return i.api(ctx, path, timeout, limit, func(r *http.Request) {
		r.Header.Set("Accept", accept)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
	})
}

// post sends JSON to the API.
func (i *issuerClient) post(ctx context.Context, path string, body []byte) error {
	_, err := i.api(ctx, path, callTimeout, maxDocument, func(r *http.Request) {
		r.Method, r.ContentLength = http.MethodPost, int64(len(body))
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
	})
	return err
}

// api calls the API with an access token. If the token is refused, it tries once more with a new one.
func (i *issuerClient) api(
	ctx context.Context, path string, timeout time.Duration, limit int64, prepare func(*http.Request),
) (*answer, error) {
	answer, err := i.apiOnce(ctx, path, timeout, limit, prepare)
	if refused := (*statusError)(nil); errors.As(err, &refused) && refused.status == http.StatusUnauthorized {
		i.forget()
		answer, err = i.apiOnce(ctx, path, timeout, limit, prepare)
	}
	return answer, err
}

func (i *issuerClient) apiOnce(
	ctx context.Context, path string, timeout time.Duration, limit int64, prepare func(*http.Request),
) (*answer, error) {
	bearer, err := i.bearer(ctx)
	if err != nil {
		return nil, err
	}
	where := strings.TrimSuffix(i.issuer, "/") + path
	return i.call(ctx, path, where, func(r *http.Request) {
		prepare(r)
		r.Header.Set("Authorization", "Bearer "+bearer)
	}, timeout, limit)
}

// keySet fetches the published keys.
func (i *issuerClient) keySet(ctx context.Context) (*answer, error) {
	m, err := i.discover(ctx)
	if err != nil {
		return nil, err
	}
	return i.call(ctx, "the key set", m.JWKSURI, nil, callTimeout, maxDocument)
}

// introspect asks whether a token is active (RFC 7662).
func (i *issuerClient) introspect(ctx context.Context, token string) (bool, error) {
	m, err := i.discover(ctx)
	if err != nil {
		return false, err
	}
	form := i.form(url.Values{"token": {token}, "token_type_hint": {"access_token"}})
	answer, err := i.call(ctx, "introspection", m.IntrospectionEndpoint, form, callTimeout, maxDocument)
	if err != nil {
		return false, err
	}
	var said struct {
		Active   bool   `json:"active"`
		TokenUse string `json:"token_use"`
	}
	if err := json.Unmarshal(answer.body, &said); err != nil {
		return false, fmt.Errorf("usher: introspection cannot be read: %w", err)
	}
	return said.Active && said.TokenUse == "access_token", nil
}
