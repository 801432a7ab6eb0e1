# The commands of the salon's sandbox. Settings, from the environment or behind the command:
#   SALON_HOME   its folder (odoo-salon in the user's cache folder)
#   SALON_PORT   the port of the demo (8069)
#   ODOO_SOURCE  an Odoo 19 checkout to use in place of Debian's package
#   PYTHON       the Python to build its environment from (the system's, or python3)
#   SALON_JOBS   how many processes test at once (one for each core)
#   TESTS, ARGS  for test, bench and compat: what to run, and options
# The system's Python, where it serves: distributions build theirs with profiles. One that was compiled without takes a
# sixth longer for all that Odoo does.
OWN = import ensurepip, sys, venv; print(sys.executable if sys.version_info >= (3, 10) else "")
PYTHON ?= $(or $(shell /usr/bin/python3 -c '$(OWN)' 2>/dev/null),python3)
SANDBOX = PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/sandbox
export SALON_HOME SALON_PORT SALON_JOBS ODOO_SOURCE

.PHONY: help demo fresh stop shell psql test lint pot bench compat pictures

help:
	@echo "make demo    bring up the salon with sample data, until Ctrl-C"
	@echo "make fresh   drop the demo's database; the next demo makes a new one"
	@echo "make stop    stop what a demo left running"
	@echo "make shell   Odoo's shell on the demo's database (takes a script on standard input)"
	@echo "make psql    psql on the demo's database (takes a script on standard input)"
	@echo "make test    all tests, in parallel; TESTS='paths' and ARGS='options of pytest' narrow them"
	@echo "make lint    style, manifests, XML and translations"
	@echo "make pot     write the terms to translate, and add them to the translations"
	@echo "make bench   the benchmarks: a table and a JSON file"
	@echo "make pictures the README's pictures, taken anew"
	@echo "make compat  core's own tests with and without the addons"

demo fresh stop shell psql lint pot pictures:
	@$(SANDBOX) $@ $(ARGS)

test bench compat:
	@$(SANDBOX) $@ $(TESTS) $(if $(ARGS),-- $(ARGS))
