// Package testdaemon runs a real pipeschedd for tests.
package testdaemon

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Run runs tests while a daemon serves on a socket of its own, at the target that
// the environment's PIPESCHED_SERVER then is. The program is PIPESCHED_DAEMON, else
// that of the release build. It returns the exit code.
//
//	func TestMain(m *testing.M) { os.Exit(testdaemon.Run(m)) }
func Run(m *testing.M) int {
	// The folders of testing have paths that can be too long for a socket.
	folder, err := os.MkdirTemp("", "pipesched-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(folder)
	target := "unix:" + filepath.Join(folder, "socket")
	_, stop, err := start("--listen", target)
	if err != nil {
		return fail(err)
	}
	defer stop()
	if err := os.Setenv("PIPESCHED_SERVER", target); err != nil {
		return fail(err)
	}
	return m.Run()
}

// Start runs a daemon with these flags until the test ends, and returns the targets
// that it serves at: the free TCP port and the Unix socket that it adds.
func Start(t *testing.T, flags ...string) (tcp, unix string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "pipesched-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	unix = "unix:" + filepath.Join(folder, "socket")
	targets, stop, err := start(append(flags, "--listen", "127.0.0.1:0", "--listen", unix)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return targets[0], unix
}

// start runs a daemon until stop is called, and returns where it says it listens.
func start(flags ...string) (targets []string, stop func(), err error) {
	command := exec.Command(program(), append(flags, "--log-format", "text")...)
	said, err := command.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, fmt.Errorf("%w; build it: cmake --workflow --preset release", err)
	}
	stop = func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
	}
	if targets, err = waitUntilReady(said); err != nil {
		stop()
		return nil, nil, err
	}
	return targets, stop, nil
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func program() string {
	if program := os.Getenv("PIPESCHED_DAEMON"); program != "" {
		return program
	}
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../../../build/release/bin/pipeschedd")
}

func waitUntilReady(said io.Reader) ([]string, error) {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, targets, found := strings.Cut(lines.Text(), " listening on "); found {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return strings.Fields(targets), nil
		}
	}
	return nil, errors.New("pipeschedd ended before it was ready")
}
