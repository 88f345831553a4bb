package usher_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/internal/devserver"
)

// cause is something that ends a token.
type cause struct {
	name string
	do   func(*scene, *devserver.Person, *devserver.Tokens) error
}

var causes = []cause{
	{"sign-out", func(s *scene, p *devserver.Person, _ *devserver.Tokens) error {
		_, err := s.API(p.Browser, "", "POST", "/api/v1/auth/logout", nil, map[string]any{}, nil)
		return err
	}},
	{"a session ended by its owner", func(s *scene, p *devserver.Person, _ *devserver.Tokens) error {
		other, err := s.SignIn(p.Email, "a quiet green door")
		if err == nil {
			_, err = s.API(other.Browser, "", "DELETE", "/api/v1/auth/sessions/"+p.Session, nil, nil, nil)
		}
		return err
	}},
	{"sessions ended by an administrator", func(s *scene, p *devserver.Person, _ *devserver.Tokens) error {
		return s.asAdmin("/users/" + p.Sub + "/revoke")
	}},
	{"another password", func(s *scene, p *devserver.Person, _ *devserver.Tokens) error {
		other, err := s.SignIn(p.Email, "a quiet green door")
		if err == nil {
			change := map[string]string{"current_password": "a quiet green door", "new_password": "a loud yellow window"}
			_, err = s.API(other.Browser, "", "POST", "/api/v1/auth/change-password", nil, change, nil)
		}
		return err
	}},
	{"a disabled user", func(s *scene, p *devserver.Person, _ *devserver.Tokens) error {
		return s.asAdmin("/users/" + p.Sub + "/disable")
	}},
	{"a role given", func(s *scene, p *devserver.Person, _ *devserver.Tokens) error {
		role := map[string]any{"role": "seller", "subject": map[string]string{"type": "user", "id": p.Sub}}
		_, err := s.API(http.DefaultClient, s.token, "POST", "/api/v1/projects/"+s.project+"/assignments", nil, role, nil)
		return err
	}},
	{"a refresh token used twice", func(s *scene, _ *devserver.Person, tokens *devserver.Tokens) error {
		refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}
		next, err := s.Token(s.app, refresh)
		if err != nil {
			return err
		}
		if _, err := s.Token(s.app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next.Refresh}}); err != nil {
			return err
		}
		if _, err := s.Token(s.app, refresh); err == nil {
			return fmt.Errorf("the old refresh token was taken")
		}
		return nil
	}},
	{"an access token revoked by its client", func(s *scene, _ *devserver.Person, tokens *devserver.Tokens) error {
		return s.Form(s.app, "/oauth2/revoke", url.Values{"token": {tokens.Access}}, nil)
	}},
	{"a grant revoked by its client", func(s *scene, _ *devserver.Person, tokens *devserver.Tokens) error {
		return s.Form(s.app, "/oauth2/revoke", url.Values{"token": {tokens.Refresh}}, nil)
	}},
	{"a disabled client", func(s *scene, _ *devserver.Person, _ *devserver.Tokens) error {
		for _, disabled := range []bool{true, false} {
			etag := s.api("GET", "/clients/"+s.app.ID, nil, nil, nil).Get("ETag")
			change := map[string]any{"disabled": disabled}
			s.api("PUT", "/clients/"+s.app.ID, http.Header{"If-Match": {etag}}, change, nil)
		}
		return nil
	}},
	{"a key that leaked", func(s *scene, _ *devserver.Person, tokens *devserver.Tokens) error {
		header, _ := base64.RawURLEncoding.DecodeString(strings.Split(tokens.Access, ".")[0])
		var h struct{ Kid string }
		if err := json.Unmarshal(header, &h); err != nil {
			return err
		}
		return s.asAdmin("/keys/" + h.Kid + "/revoke")
	}},
}

func TestEveryCauseReachesTheApplicationWithinASecondAndByTheNextPoll(t *testing.T) {
	t.Parallel()
	s := stage(t)
	_, told := s.start()
	_, asking := s.start(func(c *usher.Config) { c.Sync.Transport, c.Sync.PollInterval = usher.Poll, 5*time.Second })
	type ended struct{ name, token string }
	var all []ended
	for i, c := range causes {
		person := s.person(fmt.Sprintf("person%d", i))
		tokens := s.tokens(person)
		bystander := s.tokens(s.person(fmt.Sprintf("bystander%d", i)))
		if got := status(told, "/me", tokens.Access); got != 200 {
			t.Fatalf("%s: %d before", c.name, got)
		}
		if got := status(asking, "/me", tokens.Access); got != 200 {
			t.Fatalf("%s: %d before", c.name, got)
		}
		if err := c.do(s, person, tokens); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		took := await(t, told, "/me", tokens.Access, 401, time.Second)
		t.Logf("%s: refused after %s", c.name, took.Round(time.Millisecond))
		all = append(all, ended{c.name, tokens.Access})
		if c.name != "a disabled client" && c.name != "a key that leaked" {
			if got := status(told, "/me", bystander.Access); got != 200 {
				t.Errorf("%s: somebody else is answered %d", c.name, got)
			}
		}
	}
	for _, e := range all {
		await(t, asking, "/me", e.token, 401, 8*time.Second)
	}
	// What comes afterwards is good, signed with a key that the module has not met.
	await(t, told, "/me", s.tokens(s.person("later")).Access, 200, 15*time.Second)
}
