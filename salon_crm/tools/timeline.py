"""Time as bits: a stretch of days is one integer with a bit for each minute, the first minute lowest.

Shifting and masking such an integer asks a question of every minute of a month at once, in microseconds.
Nothing in here knows Odoo or a database.
"""


def run(length):
    """Return `length` bits that are set."""
    return (1 << length) - 1


def fill(size, stretches):
    """Return the bits of the minutes that `stretches` cover.

    :param int size: how many minutes there are
    :param stretches: (start, stop) in minutes; what lies outside is cut off
    """
    if not stretches:
        return 0
    # The bits of a stretch are 2^stop - 2^start: two numbers with few bits set are put together fast, and where one
    # stretch goes on into the next the two powers cancel out.
    begins, ends, reached = bytearray(size // 8 + 1), bytearray(size // 8 + 1), 0
    for start, stop in sorted(stretches):
        # Of all that is done to find free times this is done most: max and min would take as long as all of the rest.
        if start < reached:
            start = reached
        if stop > size:
            stop = size
        if start < stop:
            begins[start >> 3] |= 1 << (start & 7)
            ends[stop >> 3] |= 1 << (stop & 7)
            reached = stop
    return int.from_bytes(ends, "little") - int.from_bytes(begins, "little")


def starts(free, length):
    """Return the minutes from which on `length` minutes are all free."""
    done = 1
    while done < length:
        step = min(done, length - done)
        free &= free >> step
        done += step
    return free if length > 0 else free | ~free


def before(bits, length):
    """Return the minutes from which a set one is at most `length` minutes away."""
    done = 0
    while done < length:
        step = min(done + 1, length - done)
        bits |= bits >> step
        done += step
    return bits


def around(bits, length, size):
    """Return these minutes and those at most `length` before or after one of them."""
    return before(bits << length, 2 * length) & run(size) if length else bits


def minutes(bits):
    """Yield the numbers of the minutes that are set, in their order."""
    digits = bin(bits)[:1:-1]
    minute = digits.find("1")
    while minute >= 0:
        yield minute
        minute = digits.find("1", minute + 1)


def stretches(bits):
    """Yield (start, stop) of each stretch of minutes that are set, in their order."""
    digits = bin(bits)[:1:-1] + "0"
    start = digits.find("1")
    while start >= 0:
        stop = digits.find("0", start)
        yield start, stop
        start = digits.find("1", stop)


def chain(services, one_after_the_other=False):
    """Put the services of a booking one after the other; return their offsets and the length of all, in minutes.

    The guests of a booking begin together, or each when the one before is done.

    :param services: (guest, parallel, wait, minutes) in their order; one that is parallel begins with the service of
        its guest before it, `wait` minutes are spent before it unless it is the first
    """
    offsets, clocks, length = [], {}, 0
    for guest, parallel, wait, duration in services:
        clock = None if one_after_the_other else guest
        start, end, served = clocks.get(clock, (0, 0, None))
        wait = wait if clock in clocks else 0
        beside = parallel and clock in clocks and served == guest
        offset = (start if beside else end) + wait
        stop = offset + duration
        clocks[clock] = (start, max(end, stop), guest) if beside else (offset, stop, guest)
        length = max(length, stop)
        offsets.append(offset)
    return offsets, length


def parts(start, active, processing, finishing):
    """Return the stretches in which a service that begins at `start` has its stylist at work."""
    if not processing:
        return [(start, start + active + finishing)]
    resume = start + active + processing
    return [(start, start + active)] + ([(resume, resume + finishing)] if finishing else [])


def clean(stretches):
    """Return what the stretches of one resource in one booking take, with the clean-up after them.

    Who goes on with the same client, or stays at the same station, cleans up once, after the last of it.

    :param stretches: (start, stop, clean-up minutes, key) in minutes
    :return: (start, stop, key)
    """
    taken, carried = [], 0
    stretches = sorted(stretches, key=lambda stretch: stretch[:2])
    for number, (start, stop, cleanup, key) in enumerate(stretches, 1):
        cleanup = max(cleanup, carried)
        goes_on = number < len(stretches) and stretches[number][0] < stop + cleanup
        carried = cleanup if goes_on else 0
        end = stop if goes_on else stop + cleanup
        if start < end:
            taken.append((start, end, key))
    return taken
