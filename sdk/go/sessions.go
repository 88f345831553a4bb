package usher

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
	"github.com/usher-id/usher/sdk/go/internal/token"
)

// Limits of the session list.
const (
	reportEvery  = time.Minute
	mostSessions = 10_000
	mostReported = 500 // in one report
	sessionsKey  = "sessions"
	sessionsLife = 24 * time.Hour // since the last request
	longestText  = 300            // characters
)

// Session is a session at Usher whose tokens were used at this application.
type Session struct {
	// ID is the sid of its tokens.
	ID string `json:"sid"`
	// Subject is the person's sub.
	Subject string `json:"sub"`
	// ClientID is the client that the tokens were issued to.
	ClientID string `json:"client_id"`
	// FirstSeen and LastSeen are seconds since the epoch.
	FirstSeen int64 `json:"first_seen"`
	LastSeen  int64 `json:"last_seen"`
	// Requests is the number of requests.
	Requests uint32 `json:"requests"`
	// IPHash is an HMAC of the network address, with a key of this module.
	IPHash string `json:"ip_hash,omitempty"`
	// UserAgent is the User-Agent header.
	UserAgent string `json:"user_agent,omitempty"`
}

type seenSession struct {
	Session
	reported uint32 // of Requests
	address  string // of IPHash
}

// sessionList holds the sessions that were used.
type sessionList struct {
	secret []byte
	mutex  sync.Mutex
	byID   map[string]*seenSession
}

func newSessionList(secret string) *sessionList {
	return &sessionList{secret: []byte(secret), byID: map[string]*seenSession{}}
}

// Sessions lists the sessions that were used at this application within a day and not revoked, the most recent first.
func (u *Usher) Sessions() []Session {
	u.seen.mutex.Lock()
	defer u.seen.mutex.Unlock()
	sessions := make([]Session, 0, len(u.seen.byID))
	for _, s := range u.seen.byID {
		sessions = append(sessions, s.Session)
	}
	slices.SortFunc(sessions, func(a, b Session) int {
		return cmp.Or(cmp.Compare(b.LastSeen, a.LastSeen), cmp.Compare(a.ID, b.ID))
	})
	return sessions
}

// note records a request.
func (l *sessionList) note(c *token.Claims, r *http.Request, now int64) {
	if c.SessionID == "" {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	s := l.byID[c.SessionID]
	if s == nil {
		if len(l.byID) >= mostSessions {
			l.makeRoom(now)
		}
		s = &seenSession{Session: Session{ID: c.SessionID, Subject: c.Subject, FirstSeen: now}}
		l.byID[c.SessionID] = s
	}
	s.ClientID, s.LastSeen, s.Requests = c.ClientID, max(s.LastSeen, now), s.Requests+1
	if r.RemoteAddr != s.address {
		s.address, s.IPHash, s.UserAgent = r.RemoteAddr, l.hash(r.RemoteAddr), printable(r.UserAgent())
	}
}

// makeRoom removes sessions of yesterday, or else the least recent tenth.
func (l *sessionList) makeRoom(now int64) {
	l.sweep(now)
	if len(l.byID) < mostSessions {
		return
	}
	all := slices.SortedFunc(maps.Values(l.byID), func(a, b *seenSession) int { return cmp.Compare(a.LastSeen, b.LastSeen) })
	for _, s := range all[:mostSessions/10] {
		delete(l.byID, s.ID)
	}
}

func (l *sessionList) sweep(now int64) {
	for id, s := range l.byID {
		if now-s.LastSeen > int64(sessionsLife/time.Second) {
			delete(l.byID, id)
		}
	}
}

// revoke removes the session that an entry of the feed revokes.
func (l *sessionList) revoke(e *revocation.Entry) {
	if e.Kind != "sid" {
		return
	}
	l.mutex.Lock()
	delete(l.byID, e.Value)
	l.mutex.Unlock()
}

// hash gives the IPHash of a network address.
func (l *sessionList) hash(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte("usher-session-ip\n" + host))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// printable limits a text to what Usher accepts.
func printable(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, s)
	if runes := []rune(s); len(runes) > longestText {
		return string(runes[:longestText])
	}
	return s
}

// unreported gives the sessions that were used since they were last reported.
func (l *sessionList) unreported(now int64) []Session {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.sweep(now)
	var sessions []Session
	for _, s := range l.byID {
		if s.Requests != s.reported && len(sessions) < mostReported {
			report := s.Session
			report.Requests = s.Requests - s.reported
			sessions = append(sessions, report)
		}
	}
	return sessions
}

// reported records what was reported.
func (l *sessionList) reported(sessions []Session) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, told := range sessions {
		if s := l.byID[told.ID]; s != nil {
			s.reported += told.Requests
		}
	}
}

// report reports sessions to Usher and writes the list to the Store.
func (u *Usher) report(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for !u.config.NoSessionReports {
		sessions := u.seen.unreported(u.now())
		if len(sessions) == 0 {
			break
		}
		body, err := json.Marshal(map[string]any{"sessions": sessions})
		if err == nil {
			err = u.issuer.post(ctx, "/api/v1/sync/seen", body)
		}
		if err != nil {
			u.config.Logger.Warn("usher: sessions could not be reported", "error", err)
			break
		}
		u.seen.reported(sessions)
		if len(sessions) < mostReported {
			break
		}
	}
	u.saveSessions(ctx)
}

func (u *Usher) saveSessions(ctx context.Context) {
	if u.config.Store == nil {
		return
	}
	body, err := json.Marshal(u.Sessions())
	if err == nil {
		err = u.config.Store.Set(ctx, sessionsKey, body, sessionsLife)
	}
	if err != nil {
		u.config.Logger.Warn("usher: sessions could not be stored", "error", err)
	}
}

// restoreSessions reads the list from the Store. No decision depends on it, so an invalid list is ignored.
func (u *Usher) restoreSessions(ctx context.Context) {
	body, err := u.config.Store.Get(ctx, sessionsKey)
	var sessions []Session
	if err != nil || body == nil || json.Unmarshal(body, &sessions) != nil {
		return
	}
	for _, s := range sessions[:min(len(sessions), mostSessions)] {
		u.seen.byID[s.ID] = &seenSession{Session: s, reported: s.Requests}
	}
}
