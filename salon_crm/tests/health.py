import os

from ..tools import vault


class HealthKeys:
    """For test classes: the server's master keys are these, whatever its configuration says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        before = os.environ.get(vault.ENVIRONMENT)
        cls.addClassCleanup(cls._use_keys, before)
        cls.master = vault.new_key()
        cls._use_keys(cls.master)

    @staticmethod
    def _use_keys(text):
        """Have the server use these master keys; None: those of its configuration."""
        if text is None:
            os.environ.pop(vault.ENVIRONMENT, None)
        else:
            os.environ[vault.ENVIRONMENT] = text

    def _keys(self, *keys):
        """Use these master keys until the end of the test."""
        self.addCleanup(self._use_keys, self.master)
        self._use_keys(",".join(keys))
