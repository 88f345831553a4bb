package revocation

import (
	"encoding/json"
	"os"
	"testing"
)

func FuzzMessages(f *testing.F) {
	data, err := os.ReadFile("../../../vectors/revocation.json")
	if err != nil {
		f.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(data, &file); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(file.Snapshot))
	f.Add([]byte(`{"epoch":"e1","cursor":1,"events":[{"t":"policy","c":1,"rev":5}],"more":false}`))
	for _, sequence := range file.Sequences {
		for _, step := range sequence.Steps {
			f.Add([]byte(step.Message))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list := NewList(30, 100)
		if snapshot, err := ParseSnapshot(data); err == nil {
			_ = list.Replace(snapshot, file.Now)
		}
		if events, err := ParseEvents(data); err == nil {
			for i := range events.Messages {
				list.Apply(&events.Messages[i], file.Now)
			}
		}
		if message, err := ParseMessage(data); err == nil {
			before, _ := list.Cursor()
			list.Apply(&message, file.Now)
			if after, _ := list.Cursor(); after.Position != before.Position && after.Position != before.Position+1 {
				t.Fatalf("from %d to %d", before.Position, after.Position)
			}
		}
		list.RevokedBy(&Token{ID: "a", Subject: "b"}, file.Now)
		if list.Len() > 101 {
			t.Fatalf("%d entries", list.Len())
		}
	})
}
