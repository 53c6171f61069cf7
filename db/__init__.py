"""The ground floor: connections, transactions, migrations, text keys, and every line of SQL.

Nothing here imports the rest of the product. `sqlite3` and `sqlite_utils` are used nowhere else.
"""

from db.connection import Connection, DatabaseError, connect, transaction
from db.schema import migrate, require_current

__all__ = ["Connection", "DatabaseError", "connect", "migrate", "require_current", "transaction"]
