package storelog

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
)

type vectorFile struct {
	Secret         string
	KeyHex         string `json:"key_hex"`
	Issuer, Client string
	Cases          []struct {
		Name, Text string
		Expect     struct {
			Reason     string
			Epoch      string
			Cursor, At int64
			Named      []string
			Policy     *string
			PolicyETag *string `json:"policy_etag"`
			JWKSETag   string  `json:"jwks_etag"`
			Clients    []string
			Dropped    int
		}
	}
}

func readVectors(t testing.TB) *vectorFile {
	t.Helper()
	data, err := os.ReadFile("../../../vectors/store-log.json")
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return &file
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestALogIsReadAsInEverySDK(t *testing.T) {
	file := readVectors(t)
	key := Key(file.Secret)
	if hex.EncodeToString(key) != file.KeyHex {
		t.Fatalf("the key is %x", key)
	}
	for _, c := range file.Cases {
		state, err := Read([]byte(c.Text), key, file.Issuer, file.Client)
		if c.Expect.Reason != "" {
			if err == nil || err.Error() != c.Expect.Reason {
				t.Errorf("%s: got %v, want %s", c.Name, err, c.Expect.Reason)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		var named []string
		for _, entry := range state.Snapshot.Entries {
			named = append(named, entry.Value)
		}
		epoch, _ := revocation.ParseEpoch(c.Expect.Epoch)
		want := revocation.Cursor{Epoch: epoch, Position: c.Expect.Cursor}
		if state.Snapshot.Cursor != want || state.At != c.Expect.At || !slices.Equal(named, c.Expect.Named) ||
			state.Policy != text(c.Expect.Policy) || state.PolicyETag != text(c.Expect.PolicyETag) ||
			state.JWKSETag != c.Expect.JWKSETag || !slices.Equal(state.Clients, c.Expect.Clients) ||
			state.Dropped != c.Expect.Dropped {
			t.Errorf("%s: read as %+v, want %+v", c.Name, state, c.Expect)
		}
	}
}

func TestWhatIsWrittenReadsAsItself(t *testing.T) {
	w := NewWriter(Key("secret"))
	log := w.Line(Head{T: "head", V: Version, Issuer: "https://id.example.com", Client: "shop", Epoch: "e7", Cursor: 20, At: 5})
	log = append(log, w.Line(End{T: "end"})...)
	entry := revocation.Entry{Position: 21, Kind: "sub", Value: "користувач <&>", Before: 21, Expires: 600, At: 4, Why: "sign_out"}
	log = append(log, w.Line(EntryOf(&entry))...)
	log = append(log, w.Line(PolicyRevision{T: "policy_rev", C: 22, Rev: 44})...)
	log = append(log, w.Line(At{T: "at", Cursor: 22, At: 9})...)
	state, err := Read(log, Key("secret"), "https://id.example.com", "shop")
	if err != nil {
		t.Fatal(err)
	}
	if state.Snapshot.Cursor.Position != 22 || state.At != 9 || state.Snapshot.Entries[0] != entry {
		t.Errorf("read as %+v", state)
	}
}

func FuzzRead(f *testing.F) {
	file := readVectors(f)
	for _, c := range file.Cases {
		f.Add([]byte(c.Text))
	}
	key := Key(file.Secret)
	f.Fuzz(func(t *testing.T, text []byte) {
		state, err := Read(text, key, file.Issuer, file.Client)
		if (state == nil) == (err == nil) {
			t.Fatalf("%v, %v", state, err)
		}
	})
}
