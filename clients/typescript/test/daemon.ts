// A real pipeschedd for tests.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * pipeschedd on a socket of its own, and where its flags say; PIPESCHED_DAEMON, else that
 * of the release build.
 */
export class Daemon {
  readonly #folder = mkdtempSync(join(tmpdir(), "pipesched-"));
  readonly target = `unix:${join(this.#folder, "socket")}`;
  /** Where else it listens. */
  addresses: string[] = [];
  #process: ChildProcess | undefined;

  async start(...flags: string[]): Promise<void> {
    const built = fileURLToPath(new URL("../../../../build/release/bin/pipeschedd", import.meta.url));
    const program = process.env.PIPESCHED_DAEMON ?? built;
    const daemon = spawn(program, ["--listen", this.target, "--log-format", "text", ...flags], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#process = daemon;
    for await (const line of createInterface({ input: daemon.stderr })) {
      const [, told] = line.split(" listening on ");
      if (told === undefined) continue;
      this.addresses = told.split(" ").filter((address) => address && address !== this.target);
      break;
    }
    daemon.stderr.resume();
    if (daemon.exitCode !== null) throw new Error(`${program} ended with ${daemon.exitCode}`);
  }

  async stop(): Promise<void> {
    if (this.#process?.exitCode === null) {
      this.#process.kill("SIGINT");
      await once(this.#process, "exit");
    }
    rmSync(this.#folder, { recursive: true });
  }
}
