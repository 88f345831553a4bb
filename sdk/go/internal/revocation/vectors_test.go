package revocation

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

type vectorQuestion struct {
	Name   string
	Claims struct {
		JTI, SID, GID, Sub string
		ClientID           string `json:"client_id"`
		URV                *int64
		IAT                int64
	}
	KID       string
	RevokedBy *string `json:"revoked_by"`
}

func (q *vectorQuestion) check(t *testing.T, list *List, now int64) {
	t.Helper()
	c := q.Claims
	token := &Token{
		ID: c.JTI, SessionID: c.SID, GrantID: c.GID, KeyID: q.KID, Subject: c.Sub, ClientID: c.ClientID, URV: -1,
		IssuedAt: c.IAT,
	}
	if c.URV != nil {
		token.URV = *c.URV
	}
	want := ""
	if q.RevokedBy != nil {
		want = *q.RevokedBy
	}
	if got := list.RevokedBy(token, now); got != want {
		t.Errorf("%s: revoked by %q, want %q", q.Name, got, want)
	}
}

type vectorStep struct {
	Now      int64
	Message  json.RawMessage
	Snapshot json.RawMessage
	Ask      *vectorQuestion
	Outcome  string
	Cursor   *int64
}

// take gives what became of a step, in the words of the vectors.
func (s *vectorStep) take(list *List, now int64) string {
	if s.Message != nil {
		message, err := ParseMessage(s.Message)
		if err != nil {
			return "message_invalid"
		}
		return string(list.Apply(&message, now))
	}
	snapshot, err := ParseSnapshot(s.Snapshot)
	if err != nil {
		return "snapshot_invalid"
	}
	if errors.Is(list.Replace(snapshot, now), ErrOldSnapshot) {
		return "snapshot_old"
	}
	return "replaced"
}

type vectorFile struct {
	Now, Skew int64
	Snapshot  json.RawMessage
	Cases     []vectorQuestion
	Sequences []struct {
		Name  string
		Max   int
		Steps []vectorStep
	}
}

func (f *vectorFile) list(t *testing.T, max int) *List {
	t.Helper()
	snapshot, err := ParseSnapshot(f.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	list := NewList(f.Skew, max)
	if err := list.Replace(snapshot, f.Now); err != nil {
		t.Fatal(err)
	}
	return list
}

func readVectors(t *testing.T) *vectorFile {
	t.Helper()
	data, err := os.ReadFile("../../../vectors/revocation.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return &file
}

func TestWhatIsRevokedIsTheSameInEverySDK(t *testing.T) {
	file := readVectors(t)
	list := file.list(t, 0)
	for i := range file.Cases {
		file.Cases[i].check(t, list, file.Now)
	}
}

func TestTheFeedIsFollowedAsInEverySDK(t *testing.T) {
	file := readVectors(t)
	for _, sequence := range file.Sequences {
		t.Run(sequence.Name, func(t *testing.T) {
			list := file.list(t, sequence.Max)
			for i, step := range sequence.Steps {
				now := file.Now
				if step.Now != 0 {
					now = step.Now
				}
				if step.Ask != nil {
					step.Ask.check(t, list, now)
					continue
				}
				if got := step.take(list, now); got != step.Outcome {
					t.Errorf("step %d: got %s, want %s", i, got, step.Outcome)
				}
				if at, _ := list.Cursor(); step.Cursor != nil && at.Position != *step.Cursor {
					t.Errorf("step %d: at %d, want %d", i, at.Position, *step.Cursor)
				}
			}
		})
	}
}
