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
	command := exec.Command(program(), "--listen", target)
	said, err := command.StderrPipe()
	if err != nil {
		return fail(err)
	}
	if err := command.Start(); err != nil {
		return fail(fmt.Errorf("%w; build it: cmake --workflow --preset release", err))
	}
	defer func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
	}()
	if err := waitUntilReady(said); err != nil {
		return fail(err)
	}
	if err := os.Setenv("PIPESCHED_SERVER", target); err != nil {
		return fail(err)
	}
	return m.Run()
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

func waitUntilReady(said io.Reader) error {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "listening on") {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return nil
		}
	}
	return errors.New("pipeschedd ended before it was ready")
}
