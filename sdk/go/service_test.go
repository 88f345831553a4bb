package usher_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/devserver"
)

// tools are what the scripts of the example use beside a shell.
var tools = []string{"curl", "openssl", "sed"}

func TestTheExampleWorksAsItsReadmeSays(t *testing.T) {
	t.Parallel()
	program := devserver.Program()
	if program == "" {
		t.Skip("USHER_BIN names no program: the tests against the real server are skipped")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not there", tool)
		}
	}
	server, err := devserver.Start(program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	bin := t.TempDir()
	if err := os.Symlink(program, filepath.Join(bin, "usher")); err != nil {
		t.Fatal(err)
	}
	example, err := filepath.Abs(filepath.Join("..", "examples", "go-service"))
	if err != nil {
		t.Fatal(err)
	}
	env := append(server.Env(), "ISSUER="+server.Issuer, "PATH="+bin+":"+os.Getenv("PATH"))
	script := func(name string) string {
		t.Helper()
		command := exec.Command("sh", filepath.Join(example, name))
		command.Dir, command.Env = server.Folder(), env
		var fault bytes.Buffer
		command.Stderr = &fault
		output, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v %s", name, err, fault.String())
		}
		return strings.TrimSpace(string(output))
	}
	for lines := bufio.NewScanner(strings.NewReader(script("register.sh"))); lines.Scan(); {
		env = append(env, strings.Fields(strings.TrimPrefix(lines.Text(), "export "))...)
	}
	address := runExample(t, example, bin, env)
	token := script("token.sh")
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/health", 200}, {"GET", "/me", 200}, {"GET", "/plants", 200}, {"GET", "/plants/fern", 200},
		{"GET", "/plants/none", 404}, {"POST", "/plants/fern/water", 200}, {"POST", "/plants/foxglove/water", 403},
		{"GET", "/elsewhere", 403},
	} {
		r, err := http.NewRequest(c.method, address+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, response.StatusCode, c.status)
		}
	}
}

// runExample builds and starts the service, and gives its address.
func runExample(t *testing.T, example, bin string, env []string) string {
	t.Helper()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "service"), ".")
	build.Dir = example
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, output)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	service := exec.Command(filepath.Join(bin, "service"))
	service.Env = append(env, fmt.Sprintf("PORT=%d", port))
	var output bytes.Buffer
	service.Stdout, service.Stderr = &output, &output
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = service.Process.Signal(os.Interrupt)
		_ = service.Wait()
		if t.Failed() {
			t.Log(output.String())
		}
	})
	address := fmt.Sprintf("http://localhost:%d", port)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if response, err := http.Get(address + "/health"); err == nil {
			_ = response.Body.Close()
			return address
		}
	}
	t.Fatal("the service does not listen")
	return ""
}
