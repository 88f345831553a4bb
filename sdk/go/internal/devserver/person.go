package devserver

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// Client is a client of the server.
type Client struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// Callback is the redirect URI of clients that sign people in.
const Callback = "http://localhost:9/callback"

// Person is a user with a browser, signed in at Usher.
type Person struct {
	Server  *Server
	Browser *http.Client
	Email   string
	Sub     string
	Session string
}

// SignIn signs a user in, with a new browser.
func (s *Server) SignIn(email, password string) (*Person, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var said struct {
		SessionID string `json:"session_id"`
		User      struct{ Sub string }
	}
	_, err = s.API(browser, "", "POST", "/api/v1/auth/login", nil, map[string]string{"email": email, "password": password}, &said)
	return &Person{Server: s, Browser: browser, Email: email, Sub: said.User.Sub, Session: said.SessionID}, err
}

// Tokens is the answer of the token endpoint.
type Tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
}

// Authorize signs the person in at a client that needs no consent (RFC 6749 §4.1 with PKCE).
func (p *Person) Authorize(client Client, scope string) (*Tokens, error) {
	verifier := rand.Text() + rand.Text()
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {client.ID}, "redirect_uri": {Callback}, "scope": {scope}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	response, err := p.Browser.Get(p.Server.Issuer + "/oauth2/authorize?" + query.Encode())
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	back, err := response.Location()
	if err != nil || !strings.HasPrefix(back.String(), Callback) {
		page, _ := io.ReadAll(response.Body)
		return nil, fmt.Errorf("no redirect to the client: %d %v %s", response.StatusCode, back, page)
	}
	return p.Server.Token(client, url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {Callback},
		"code_verifier": {verifier},
	})
}

// Token asks the token endpoint.
func (s *Server) Token(client Client, form url.Values) (*Tokens, error) {
	var tokens Tokens
	return &tokens, s.Form(client, "/oauth2/token", form, &tokens)
}

// Form sends a form that the client authenticates.
func (s *Server) Form(client Client, path string, form url.Values, into any) error {
	request, err := http.NewRequest("POST", s.Issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(client.ID), url.QueryEscape(client.Secret))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", path, response.StatusCode, data)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(data, into)
	}
	return err
}
