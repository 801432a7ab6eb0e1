"""The sandbox: everything that it takes to run, test and measure the salon on one machine.

Run as ``python3 tests/sandbox <command>``; the Makefile names the commands. It is standard library only,
because it runs before there is anything else.
"""
