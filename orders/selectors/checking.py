"""Do the books add up? A check is one statement that returns differences, and nothing else.

It sees one moment, and the database adds up, in bounded memory. ``ledger_check`` holds the journal against what
it comes from, ``order_check`` the rows of orders against each other, ``stock_check`` copies against movements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from django.db import connection

# Differences told of one check: with more, something is wrong with the check, or with everything.
MOST = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference: what was checked, of which row, on which account or column, and both amounts.

    Amounts are minor units where ``account`` is of money, else counts.
    """

    check: str
    subject: str
    account: str
    expected: int
    found: int

    def __str__(self) -> str:
        return (
            f"{self.check}: {self.subject}, {self.account}: "
            f"expected {self.expected}, found {self.found}"
        )

    @property
    def data(self) -> dict[str, str | int]:
        """The same for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the books. ``sql`` returns rows of (subject, account, expected, found) that break it.

    ``views`` are statements that it may read by their names.
    """

    name: str
    sql: str
    views: Mapping[str, str] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """Return at most ``MOST`` differences, in the order of their subjects."""
        views = ", ".join(f"{name} AS ({sql})" for name, sql in self.views.items())
        # All of it is written in this folder; nothing comes from outside.
        found = f"SELECT * FROM ({self.sql}) found ORDER BY 1, 2 LIMIT {MOST}"  # noqa: S608
        statement = f"WITH {views} {found}" if views else found
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [
                Finding(self.name, str(subject), str(account), int(expected), int(found))
                for subject, account, expected, found in cursor.fetchall()
            ]


def run(checks: Sequence[Check]) -> Iterable[Finding]:
    """Yield what all ``checks`` find, one check after the other."""
    for check in checks:
        yield from check.findings()
