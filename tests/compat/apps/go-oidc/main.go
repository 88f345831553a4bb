// Signs people in with go-oidc and golang.org/x/oauth2.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A session; an application stores its sessions in a database.
type session struct {
	state, nonce, verifier string
	claims                 map[string]any
	idToken                string
	token                  *oauth2.Token
}

type application struct {
	baseURL  string
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	config   oauth2.Config
	mutex    sync.Mutex
	sessions map[string]*session
}

func main() {
	provider, err := oidc.NewProvider(context.Background(), os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	id, baseURL := os.Getenv("CLIENT_ID"), os.Getenv("BASE_URL")
	app := &application{
		baseURL:  baseURL,
		provider: provider,
		verifier: provider.Verifier(&oidc.Config{ClientID: id}),
		config: oauth2.Config{
			ClientID:     id,
			ClientSecret: os.Getenv("CLIENT_SECRET"),
			Endpoint:     provider.Endpoint(),
			RedirectURL:  baseURL + "/callback",
			Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
		},
		sessions: map[string]*session{},
	}
	http.HandleFunc("/login", app.login)
	http.HandleFunc("/callback", app.callback)
	http.HandleFunc("/userinfo", app.userinfo)
	http.HandleFunc("/refresh", app.refresh)
	http.HandleFunc("/logout", app.logout)
	http.HandleFunc("/", app.home)
	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}

func (app *application) login(w http.ResponseWriter, r *http.Request) {
	s := &session{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier()}
	app.start(w, s)
	url := app.config.AuthCodeURL(s.state, oidc.Nonce(s.nonce), oauth2.S256ChallengeOption(s.verifier))
	http.Redirect(w, r, url, http.StatusFound)
}

func (app *application) callback(w http.ResponseWriter, r *http.Request) {
	s := app.session(r)
	if s.state == "" || r.URL.Query().Get("state") != s.state {
		http.Error(w, "this sign-in was not begun here", http.StatusBadRequest)
		return
	}
	token, err := app.config.Exchange(r.Context(), r.URL.Query().Get("code"), oauth2.VerifierOption(s.verifier))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := app.verifier.Verify(r.Context(), raw)
	if err != nil || idToken.Nonce != s.nonce {
		http.Error(w, "the ID token is not good", http.StatusBadGateway)
		return
	}
	// at_hash: the access token belongs to this ID token.
	if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	signedIn := &session{idToken: raw, token: token}
	if err := idToken.Claims(&signedIn.claims); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	app.start(w, signedIn)
	http.Redirect(w, r, "/", http.StatusFound)
}

func (app *application) home(w http.ResponseWriter, r *http.Request) {
	answer(w, map[string]any{"user": app.session(r).claims})
}

func (app *application) userinfo(w http.ResponseWriter, r *http.Request) {
	info, err := app.provider.UserInfo(r.Context(), oauth2.StaticTokenSource(app.session(r).token))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	answer(w, map[string]any{"sub": info.Subject, "email": info.Email, "email_verified": info.EmailVerified})
}

// A TokenSource refreshes when the access token has expired; here the token is marked as expired.
func (app *application) refresh(w http.ResponseWriter, r *http.Request) {
	s := app.session(r)
	fresh, err := app.config.TokenSource(r.Context(), &oauth2.Token{RefreshToken: s.token.RefreshToken}).Token()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	refreshed := fresh.AccessToken != s.token.AccessToken
	s.token = fresh // it has a new refresh token
	answer(w, map[string]any{"refreshed": refreshed})
}

func (app *application) logout(w http.ResponseWriter, r *http.Request) {
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if err := app.provider.Claims(&metadata); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	query := url.Values{"id_token_hint": {app.session(r).idToken}, "post_logout_redirect_uri": {app.baseURL + "/"}}
	app.start(w, &session{})
	http.Redirect(w, r, metadata.EndSession+"?"+query.Encode(), http.StatusFound)
}

// start gives the browser a new session.
func (app *application) start(w http.ResponseWriter, s *session) {
	id := rand.Text()
	app.mutex.Lock()
	app.sessions[id] = s
	app.mutex.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// session returns the session of the browser, or an empty one.
func (app *application) session(r *http.Request) *session {
	if cookie, err := r.Cookie("session"); err == nil {
		app.mutex.Lock()
		defer app.mutex.Unlock()
		if s := app.sessions[cookie.Value]; s != nil {
			return s
		}
	}
	return &session{}
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Print(err)
	}
}
