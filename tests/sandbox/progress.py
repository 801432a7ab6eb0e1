"""Progress on standard error: one line a phase, with its time."""
import contextlib
import sys
import time

HEARTBEAT = 10  # seconds between signs of life where there is no terminal to overwrite a line on


class Progress:
    """Prints phases as they go and remembers how long each took."""

    def __init__(self, stream=None):
        """Write to `stream`, standard error by default."""
        self.stream = stream or sys.stderr
        self.started = time.monotonic()
        self.phases = {}
        self._beat = 0.0
        self._open_line = False

    def say(self, text):
        """Print one line."""
        self._end_line()
        print(text, file=self.stream, flush=True)

    def note(self, text):
        """Tell what a running phase is at: in place on a terminal, now and then elsewhere."""
        now = time.monotonic()
        if self.stream.isatty():
            if now - self._beat > 0.2:
                self._beat = now
                self._open_line = True
                print(f"\r\033[K    {text[:100]}", end="", file=self.stream, flush=True)
        elif now - self._beat > HEARTBEAT:
            self._beat = now
            print(f"    {text}", file=self.stream, flush=True)

    @contextlib.contextmanager
    def phase(self, title, key=None):
        """Announce `title`, and its time when the block is done; `key` names it in the record of times."""
        self.say(f"==> {title}")
        begin = self._beat = time.monotonic()
        yield
        took = time.monotonic() - begin
        self.phases[key or title] = round(took, 2)
        self.say(f"    done in {took:.1f} s")

    def elapsed(self):
        """Seconds since the command began."""
        return time.monotonic() - self.started

    def _end_line(self):
        if self._open_line:
            print("\r\033[K", end="", file=self.stream)
            self._open_line = False
