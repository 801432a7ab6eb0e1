"""Databases of the cluster, each with its filestore: copied, renamed and dropped together.

What a database was made to is kept in its own comment, so that it can't outlive it. A database is built under a
name with a suffix and renamed when it is whole.
"""
import json
import os
import shutil

BUILDING = "_building"


class Databases:
    """The databases of one home."""

    def __init__(self, home, cluster):
        """Work on the running `cluster` and the filestores of `home`."""
        self.home, self.cluster = home, cluster

    def filestore(self, name):
        """Return the folder of a database's files."""
        return self.home.data / "filestore" / name

    def names(self):
        """Return the names of the databases there are."""
        return [row[0] for row in self.cluster.sql(
            "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1")]

    def stamp(self, name):
        """Return what the database was made to, or None when it isn't there or isn't whole."""
        rows = self.cluster.sql(
            f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name}'")
        try:
            return json.loads(rows[0][0])
        except (IndexError, ValueError):
            return None

    def put_stamp(self, name, stamp):
        """Record what a database was made to."""
        text = json.dumps(stamp).replace("'", "''")
        self.cluster.sql(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")

    def drop(self, name):
        """Drop a database, whoever is connected, and its files."""
        self.cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def copy(self, origin, name):
        """Copy a database; its files are named by their content and never written twice, so links will do."""
        self.drop(name)
        self._disconnect(origin)
        self.cluster.sql(f'CREATE DATABASE "{name}" TEMPLATE "{origin}"')
        self._link_files(self.filestore(origin), self.filestore(name))

    def rename(self, name, new):
        """Rename a database with its files; files first: without its database a filestore is just dropped."""
        shutil.rmtree(self.filestore(new), ignore_errors=True)
        if self.filestore(name).exists():
            self.filestore(name).rename(self.filestore(new))
        self._disconnect(name)
        self.cluster.sql(f'ALTER DATABASE "{name}" RENAME TO "{new}"')

    def finish(self, building, name, stamp):
        """Put a database that was built aside into its place; a former one of that name goes."""
        self.put_stamp(building, stamp)
        self.drop(name)
        self.rename(building, name)

    def _disconnect(self, name):
        """End our sessions on a database; the server's own (autovacuum) make way by themselves."""
        self.cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         f"WHERE datname = '{name}' AND usename = current_user AND pid <> pg_backend_pid()")

    @staticmethod
    def _link_files(origin, target):
        for folder, _subfolders, files in os.walk(origin):
            place = target / os.path.relpath(folder, origin)
            place.mkdir(parents=True, exist_ok=True)
            for file in files:
                os.link(os.path.join(folder, file), place / file)
