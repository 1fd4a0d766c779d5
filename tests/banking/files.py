"""Statements as banks write them."""

V02, V08 = "camt.053.001.02", "camt.053.001.08"
ACCOUNT = "DE89370400440532013000"


def entry(
    amount: str = "12.50",
    *,
    side: str = "CRDT",
    status: str = "BOOK",
    version: str = V02,
    reference: str = "B1",
    details: str = "",
    day: str = "2026-11-20",
    currency: str = "EUR",
    more: str = "",
) -> str:
    """Return one entry of a statement."""
    state = status if version == V02 else f"<Cd>{status}</Cd>"
    own = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    inside = f"<NtryDtls>{details}</NtryDtls>" if details else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}'
        f"<Sts>{state}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>{own}{inside}</Ntry>"
    )


def transfer(
    amount: str = "",
    *,
    end_to_end: str = "",
    name: str = "Hester Vane",
    text: str = "Books",
    party: str = "Dbtr",
    version: str = V02,
    iban: str = "GB82WEST12345698765432",
    more: str = "",
) -> str:
    """Return the details of one transfer within an entry."""
    value = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    who = f"<Nm>{name}</Nm>" if version == V02 else f"<Pty><Nm>{name}</Nm></Pty>"
    refs = f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>" if end_to_end else ""
    return (
        f"<TxDtls>{refs}{value}<RltdPties><{party}>{who}</{party}><{party}Acct><Id><IBAN>{iban}</IBAN>"
        f"</Id></{party}Acct></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>{more}</TxDtls>"
    )


def camt(
    *entries: str,
    version: str = V02,
    account: str = ACCOUNT,
    opening: str = "100.00",
    closing: str = "",
    currency: str = "EUR",
) -> bytes:
    """Return a file with one statement."""

    def balance(code: str, amount: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
        )

    balances = balance("OPBD", opening) + balance("CLBD", closing) if closing else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T20:00:00Z</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S-2026-324</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>"
        f"{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()
