"""Runs a command and fails where it takes more anonymous memory than it may.

  peak_memory.py MIB COMMAND ...

MIB is beside what the command takes for an empty module, which is measured by
running it with one in place of the file behind `--input`.
"""

import subprocess
import sys
import tempfile
import time


def run(command):
    """The most anonymous memory seen in the process, in MiB."""
    process = subprocess.Popen(command)
    peak = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        peak = max(peak, int(line.split()[1]) / 1024)
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.002)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return peak


def main():
    limit, command = float(sys.argv[1]), sys.argv[2:]
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as empty:
        empty.write("module {}\n")
        empty.flush()
        base = run([command[0], empty.name, *command[2:]])
    peak = run(command) - base
    print(f"{peak:.0f} MiB beside {base:.0f}, at most {limit:.0f}")
    if peak > limit:
        sys.exit("too much memory")
    if peak < limit / 8:
        sys.exit("too little memory to be true")


if __name__ == "__main__":
    main()
