"""Child processes: run with their output in a log, and never left behind."""
import contextlib
import errno
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from .errors import SandboxError

POLL = 0.1
GRACE = 15  # seconds that a child gets between SIGTERM and SIGKILL


class CommandError(SandboxError):
    """A child process that failed; `log` is where its output lies."""

    def __init__(self, message, log, returncode):
        """Keep the log and the exit code beside the sentence."""
        super().__init__(message)
        self.log = Path(log)
        self.returncode = returncode

    def output(self):
        """Return what the child printed."""
        return self.log.read_text(errors="replace")


class Job:
    """A child in a session of its own, writing to a log file."""

    def __init__(self, command, log, *, what, watch=None, account=None, **popen):
        """Start `command`; `watch` turns a line of its log into a progress note."""
        self.command = [str(part) for part in command]
        self.what, self.watch, self.log = what, watch, Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._reader = None
        stdin = popen.pop("stdin", os.devnull)
        if account:
            popen.update(user=account, group=account, extra_groups=[], cwd=popen.get("cwd", "/"))
        with open(self.log, "w") as output, open(stdin) as given:
            self.process = subprocess.Popen(
                self.command, stdin=given, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **popen)

    def poll(self, progress=None):
        """Return the exit code once there is one; show what the child is at."""
        code = self.process.poll()
        if self.watch and progress:
            self._report(progress)
        return code

    def _report(self, progress):
        if self._reader is None:
            self._reader = open(self.log, errors="replace")  # noqa: SIM115 (read on at each poll)
        notes = [note for line in self._reader if (note := self.watch(line))]
        if notes:
            progress.note(notes[-1])

    def close(self):
        """End the child and everything that it started, if it still runs."""
        if self._reader:
            self._reader.close()
            self._reader = None
        if self.process.poll() is None:
            stop_group(self.process)

    def check(self):
        """Raise when the child failed."""
        code = self.process.returncode
        if code:
            full = "No space left on device" in self.log.read_text(errors="replace")[-20000:]
            if full:
                raise OSError(errno.ENOSPC, "full", str(self.log.parent))
            raise CommandError(f"{self.what} failed with exit code {code}; its output is in {self.log}.", self.log,
                               code)


def stop_group(process, sig=signal.SIGTERM, grace=GRACE):
    """End a child that leads its own session, with all that it started."""
    for each, patience in ((sig, grace), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, each)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if process.poll() is not None and not group_members(process.pid):
                return
            time.sleep(POLL)


def group_members(group):
    """Return the processes of a group that still run; those that only wait to be reaped don't."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            state, _parent, member = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:3]
            if int(member) == group and state != "Z":
                found.append(int(pid))
    return found


def wait_all(jobs, progress=None):
    """Wait for jobs that run side by side; when one fails or we are interrupted, end the others."""
    try:
        waiting = list(jobs)
        while waiting:
            for job in list(waiting):
                if job.poll(progress) is not None:
                    waiting.remove(job)
                    job.check()
            time.sleep(POLL)
    finally:
        for job in jobs:
            job.close()


def run(command, log, *, what, progress=None, **options):
    """Run one command to its end with its output in `log`."""
    wait_all([Job(command, log, what=what, **options)], progress)


def capture(command, *, check=True, text=None, account=None, **options):
    """Run a short command and return its standard output."""
    if account:
        options.update(user=account, group=account, extra_groups=[], cwd=options.get("cwd", "/"))
    stdin = {} if text is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run([str(part) for part in command], input=text, text=True, capture_output=True, check=False,
                          **stdin, **options)
    if check and done.returncode:
        if "No space left on device" in done.stderr:
            raise OSError(errno.ENOSPC, "full")
        message = re.sub(r"\s+", " ", done.stderr.strip()) or f"exit code {done.returncode}"
        raise SandboxError(f"{Path(str(command[0])).name} failed: {message[-400:]}.")
    return done.stdout


def interactive(command, end=signal.SIGTERM, **options):
    """Run a command on the user's own terminal or pipe and return its exit code; Ctrl-C belongs to it.

    When we are told to stop, it gets the signal `end` and time to clean up.
    """
    process = subprocess.Popen([str(part) for part in command], **options)
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.send_signal(end)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()
        signal.signal(signal.SIGINT, previous)


def cmdline(pid):
    """Return the command line of a process as a list, empty when it doesn't run."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return []
    return [] if state == "Z" else [part.decode(errors="replace") for part in raw.split(b"\0") if part]


def stop_pid(pid, mark, sig=signal.SIGTERM, grace=GRACE):
    """End process `pid` if its command line names `mark`; return whether it ran."""
    def ours():
        return any(mark in part for part in cmdline(pid))
    if not ours():
        return False
    for each, patience in ((sig, grace), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, each)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if not ours():
                return True
            time.sleep(POLL)
    return True
