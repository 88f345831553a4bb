// Package devserver starts a real Usher for tests: `usher dev` in a folder and on ports of its own.
package devserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// patience is how long a start may take.
const patience = 60 * time.Second

// Server is a running Usher.
type Server struct {
	// Issuer is its address.
	Issuer string
	// Port it listens on.
	Port int

	program, folder string
	env             []string
	process         *exec.Cmd
}

// Program is the program of USHER_BIN; "" if it is not set, and the tests are skipped.
func Program() string {
	program, err := filepath.Abs(os.Getenv("USHER_BIN"))
	if os.Getenv("USHER_BIN") == "" || err != nil {
		return ""
	}
	return program
}

// Start starts the program, with settings such as "USHER_TOKENS__ACCESS_TTL=1m" beside the usual ones.
func Start(program string, settings ...string) (*Server, error) {
	folder, err := os.MkdirTemp("", "usher-go-")
	if err != nil {
		return nil, err
	}
	ports := [3]int{}
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, err
		}
	}
	s := &Server{program: program, folder: folder, Port: ports[0], Issuer: fmt.Sprintf("http://localhost:%d", ports[0])}
	// Usher refuses unknown settings, such as USHER_BIN.
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "USHER_") {
			s.env = append(s.env, pair)
		}
	}
	s.env = append(s.env, "USHER_ISSUER="+s.Issuer, fmt.Sprintf("USHER_LISTEN=127.0.0.1:%d", ports[0]),
		fmt.Sprintf("USHER_DEMO__LISTEN_A=127.0.0.1:%d", ports[1]),
		fmt.Sprintf("USHER_DEMO__LISTEN_B=127.0.0.1:%d", ports[2]), "USHER_LIMITS__SIGN_IN=off")
	s.env = append(s.env, settings...)
	if err := s.Run(); err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	return s, nil
}

// Run starts the process and waits until it is ready.
func (s *Server) Run() error {
	output, err := os.Create(filepath.Join(s.folder, "usher.log"))
	if err != nil {
		return err
	}
	defer output.Close()
	s.process = exec.Command(s.program, "dev")
	s.process.Dir, s.process.Env, s.process.Stdout, s.process.Stderr = s.folder, s.env, output, output
	if err := s.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(s.Issuer + "/health/ready")
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
	s.Halt()
	said, _ := os.ReadFile(output.Name())
	return fmt.Errorf("the server does not become ready; it printed:\n%s", said)
}

// Halt ends the process and keeps its data, for Run.
func (s *Server) Halt() {
	_ = s.process.Process.Signal(syscall.SIGTERM)
	_ = s.process.Wait() // however it ends
}

// Stop ends the process and removes its folder.
func (s *Server) Stop() {
	s.Halt()
	_ = os.RemoveAll(s.folder)
}

// Command runs a command of usher beside the server and reads its JSON into a value.
func (s *Server) Command(into any, arguments ...string) error {
	command := exec.Command(s.program, append(arguments, "--json")...)
	command.Dir, command.Env = s.folder, s.env
	var fault bytes.Buffer
	command.Stderr = &fault
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("usher %s: %w: %s", strings.Join(arguments, " "), err, fault.String())
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(output, into)
}

// Folder is where the process runs, and its data are.
func (s *Server) Folder() string { return s.folder }

// Env is the environment of the process.
func (s *Server) Env() []string { return slices.Clone(s.env) }

// CommandIn runs a command that reads from its standard input.
func (s *Server) CommandIn(input string, arguments ...string) error {
	command := exec.Command(s.program, arguments...)
	command.Dir, command.Env, command.Stdin = s.folder, s.env, strings.NewReader(input)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("usher %s: %w: %s", strings.Join(arguments, " "), err, output)
	}
	return nil
}

// API sends JSON to the API and reads the answer into a value; nil sends and reads nothing.
func (s *Server) API(client *http.Client, token, method, path string, header http.Header, send, into any) (http.Header, error) {
	var body io.Reader
	if send != nil {
		data, err := json.Marshal(send)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, s.Issuer+path, body)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if send != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, data)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(data, into)
	}
	return response.Header, err
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
