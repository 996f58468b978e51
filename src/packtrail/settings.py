"""Settings: everything an operator can set, in one typed object.

Each setting comes from a flag of the command line, else from the environment
(`PACKTRAIL_PORT=8441`), else from its default. The text and the variable of each are part of its
declaration, and `docs/reference/settings` is made from them.

    >>> Settings.of({"PACKTRAIL_PORT": "8441"}).port
    8441
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from packtrail.base.errors import UsageError
from packtrail.mail_settings import MailSettings, is_loopback
from packtrail.mail_settings import says as _says

PROCESSES_MAX = 10
"""Most server processes: each holds connections to the database, which has fifty."""
_CONNECTIONS_LEAST = 4
"""Of a server process: a chore, a capture, a delivery and a request."""
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def default_data_dir() -> Path:
    """Return where data lies unless told otherwise: XDG data home, or /var/lib as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/packtrail")
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "packtrail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(MailSettings):
    """All settings of one installation."""

    data_dir: Path = field(
        default_factory=default_data_dir,
        metadata=_says(
            "Directory of the embedded database. Default: XDG data home, or /var/lib/packtrail.",
            variable="PACKTRAIL_DATA",
        ),
    )
    database_url: str = field(
        default="",
        metadata=_says(
            "PostgreSQL 15+ to use instead of the embedded server: postgresql://user@host/name."
        ),
    )
    host: str = field(
        default="127.0.0.1",
        metadata=_says(
            "Address to listen on. Any other than loopback needs accounts with passwords."
        ),
    )
    port: int = field(
        default=8440, metadata=_says("Port to listen on; 0 lets the system choose.", least=0)
    )
    server_processes: int = field(
        default=1,
        metadata=_says(
            "How many processes answer requests, 1 to 10; one of them also does the chores. Limits "
            "of connections and of documents received at once are shared out among them.",
            least=1,
        ),
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Host names a browser may use to reach this server, besides its address, with commas."
        ),
    )
    demo_sign_in: bool = field(
        default=False,
        metadata=_says(
            "Sign in to the demo world by a one-time link printed at start. Only on loopback."
        ),
    )
    cookie_secure: bool = field(
        default=False,
        metadata=_says(
            "Send cookies over HTTPS only. Always so when listening on other than loopback."
        ),
    )
    capture_bytes_max: int = field(
        default=512 * 1024 * 1024,
        metadata=_says("Largest document a capture accepts, in bytes.", least=1024),
    )
    capture_whole_bytes_max: int = field(
        default=64 * 1024 * 1024,
        metadata=_says(
            "Largest document that is held in memory, in bytes; larger ones are read in parts. "
            "Also the largest single event, and the largest of all other files handed in.",
            least=1024,
        ),
    )
    capture_part_bytes: int = field(
        default=8 * 1024 * 1024,
        metadata=_says(
            "Size of the parts in which large documents are read, in bytes: what a capture "
            "holds in memory is some ten times as much.",
            least=1024,
        ),
    )
    capture_events_max: int = field(
        default=2_000_000,
        metadata=_says("Largest number of events in one captured document.", least=1),
    )
    capture_inline_bytes_max: int = field(
        default=8 * 1024 * 1024,
        metadata=_says(
            "Documents up to this many bytes are captured before the answer and in memory; larger "
            "ones are read in parts, after the answer, by a worker.",
            least=0,
        ),
    )
    capture_workers: int = field(
        default=1,
        metadata=_says("How many large documents are captured at the same time.", least=1),
    )
    archive_dir: str = field(
        default="",
        metadata=_says(
            "Folder of the archives of closed months. Default: `archive` in the data directory."
        ),
    )
    archive_after_months: int = field(
        default=0,
        metadata=_says(
            "A server closes months by itself that ended so many months ago, exports them and "
            "verifies the archive; 0: by hand. Nothing is ever dropped by itself.",
            least=0,
        ),
    )
    upload_dir: str = field(
        default="",
        metadata=_says(
            "Directory where large documents lie while they are received and recorded, in files "
            "without a name. Default: the system's directory for temporary files."
        ),
    )
    disk_free_bytes_min: int = field(
        default=256 * 1024 * 1024,
        metadata=_says(
            "Room the disk of the embedded database must have for documents to be taken in, in "
            "bytes; with less, reading goes on and captures are refused.",
            least=0,
        ),
    )
    uploads_max: int = field(
        default=8,
        metadata=_says(
            "How many documents are received at the same time; further senders are asked to wait.",
            least=1,
        ),
    )
    upload_stall_for_seconds: int = field(
        default=30,
        metadata=_says(
            "How long a sender may pause within a request before it is cut off, in seconds.",
            least=1,
        ),
    )
    upload_bytes_per_second_min: int = field(
        default=1024,
        metadata=_says(
            "How fast a sender must be on the whole before it is cut off, in bytes a second.",
            least=0,
        ),
    )
    page_events_default: int = field(
        default=30,
        metadata=_says("Events on a page of a query that does not say perPage.", least=1),
    )
    page_events_max: int = field(
        default=1000,
        metadata=_says("Most events on one page of a query, whatever perPage says.", least=1),
    )
    page_token_for_minutes: int = field(
        default=60,
        metadata=_says("How long the link to the next page of a query works, in minutes.", least=1),
    )
    query_events_max: int = field(
        default=1_000_000,
        metadata=_says("Largest maxEventCount and eventCountLimit of a query.", least=1),
    )
    query_values_max: int = field(
        default=5_000,
        metadata=_says(
            "Most values in all parameters of a query; more is a QueryTooComplexException.", least=0
        ),
    )
    query_seconds_max: int = field(
        default=60,
        metadata=_says(
            "Longest time of a query in seconds; more is a QueryTooComplexException.", least=1
        ),
    )
    soap_events_max: int = field(
        default=100_000,
        metadata=_says("Most events in the answer to one SOAP poll, which has no pages.", least=1),
    )
    url_bytes_max: int = field(
        default=16 * 1024,
        metadata=_says(
            "Longest request address in bytes; longer ones are answered with 414.", least=1024
        ),
    )
    session_for_hours: int = field(
        default=12, metadata=_says("How long a sign-in lasts at most, in hours.", least=1)
    )
    sign_in_link_for_minutes: int = field(
        default=30, metadata=_says("How long a one-time sign-in link works, in minutes.", least=1)
    )
    sign_in_failures_max: int = field(
        default=5,
        metadata=_says("Wrong passwords in a row after which an account must wait.", least=1),
    )
    sign_in_wait_for_minutes: int = field(
        default=5,
        metadata=_says(
            "How long an account waits after too many wrong passwords, in minutes.", least=1
        ),
    )
    api_key_for_days: int = field(
        default=90,
        metadata=_says(
            "How long an API key works unless its maker says otherwise, in days.", least=1
        ),
    )
    subscriptions_max: int = field(
        default=1000,
        metadata=_says("Most subscriptions one organisation can have.", least=1),
    )
    subscription_workers: int = field(
        default=1,
        metadata=_says(
            "How many deliveries of subscriptions run at the same time; 0 delivers nothing.",
            least=0,
        ),
    )
    subscription_wait_for_ms: int = field(
        default=1000,
        metadata=_says(
            "How long a worker that has nothing to deliver waits, in milliseconds.", least=10
        ),
    )
    subscription_events_max: int = field(
        default=1000,
        metadata=_says("Most events in one document sent to a subscriber.", least=1),
    )
    recall_two_persons: bool = field(
        default=False,
        metadata=_says(
            "Publishing the status of a recall, and closing one, take two persons: one proposes, "
            "another does it."
        ),
    )
    webhook_allowed_networks: tuple[str, ...] = field(
        default=(),
        metadata=_says(
            "Networks that are not public to which subscriptions may deliver, also by plain http, "
            "such as 10.1.0.0/16, with commas."
        ),
    )
    webhook_timeout_seconds: int = field(
        default=10,
        metadata=_says("How long a receiver has for each step of an answer.", least=1),
    )
    webhook_retry_for_minutes_max: int = field(
        default=60,
        metadata=_says("Longest wait between two tries of a delivery, in minutes.", least=1),
    )
    form_inputs_per_hour: int = field(
        default=30,
        metadata=_says(
            "Most inputs in an hour through one form link; a third of it from one address.", least=1
        ),
    )
    form_file_bytes_max: int = field(
        default=5 * 1024 * 1024,
        metadata=_says(
            "Largest file handed in through a form link or with a mail, in bytes; up to 3 are.",
            least=1024,
        ),
    )
    master_key: str = field(
        default="",
        repr=False,
        metadata=_says(
            "Key that encrypts the keys of serial number pools: 32 bytes in Base64; while it is "
            "replaced the new and the old one, with a comma. Without it the embedded database uses "
            "the file master.key in its directory, made when it is needed."
        ),
    )
    serials_as_positions: bool = field(
        default=True,
        metadata=_says(
            "Whether recorded packs whose serial a random or sequential pool of ours made are kept "
            "as a position of that pool instead of a name, which saves most of their room in the "
            "dictionary. Without the master key such packs cannot be read. Off: what is new is "
            "kept by name; what is kept as a position stays so."
        ),
    )
    reports_dir: Path = field(
        default=Path("reports"),
        metadata=_says(
            "Directory below which receivers of reports have their folders, seen from the data "
            "directory."
        ),
    )
    lines_dir: str = field(
        default="",
        metadata=_says(
            "Directory into which line systems drop reports, a folder for each organisation; "
            "empty: none."
        ),
    )
    label_templates_dir: str = field(
        default="",
        metadata=_says("Directory with label templates of your own, TOML files; empty: none."),
    )
    receiver_tokens: tuple[str, ...] = field(
        default=(),
        repr=False,
        metadata=_says(
            "Bearer tokens for receivers of reports: organisation/receiver=token, with commas."
        ),
    )
    serials_request_max: int = field(
        default=10_000_000,
        metadata=_says("Most serial numbers one request can take or give back.", least=1),
    )
    serials_import_bytes_max: int = field(
        default=2 * 1024 * 1024 * 1024,
        metadata=_says("Largest file of serial numbers that is imported, in bytes.", least=1024),
    )
    market_packs: tuple[str, ...] = field(
        default=(),
        metadata=_says("Folders with rule packs of your own, each a folder inside, with commas."),
    )
    plan_entries_max: int = field(
        default=50_000,
        metadata=_says("Most entries of one programme: work packages, links, scope.", least=100),
    )
    company_prefixes_file: str = field(
        default="",
        metadata=_says(
            "File that tells the lengths of company prefixes, which the URN of a Digital Link "
            "needs: GS1's GCPPrefixFormatList in XML or JSON, or one prefix a line."
        ),
    )
    return_codes_file: str = field(
        default="",
        metadata=_says("TOML table of the return codes of a national system, for operations."),
    )
    database_connections_max: int = field(
        default=8, metadata=_says("Most connections to the database at the same time.", least=2)
    )

    @classmethod
    def of(cls, environ: Mapping[str, str] | None = None, **flags: Any) -> Settings:
        """Return the settings of an environment; flags that are not None win over it.

        Args:
            environ: Variables; default: those of the process.
            flags: Settings given on the command line, by name; None counts as not given.

        Raises:
            UsageError: A variable or flag has a value its setting cannot have.
        """
        variables = os.environ if environ is None else environ
        values = {name: value for name, value in flags.items() if value is not None}
        for each in fields(cls):
            text = variables.get(variable_of(each), "")
            if text and each.name not in values:
                values[each.name] = _read(each, text)
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse numbers below the least that makes sense.

        Raises:
            UsageError: The first number that is too small, with its least value.
        """
        for each in fields(self):
            least, value = each.metadata.get("least"), getattr(self, each.name)
            if least is not None and value < least:
                raise UsageError(f"{each.name} must be at least {least}; it is {value}.")
        for network in self.webhook_allowed_networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise UsageError(f"webhook_allowed_networks has {network!r}: {error}.") from error
        for fault in self.mail_faults():
            raise UsageError(fault)
        if self.server_processes > PROCESSES_MAX:
            raise UsageError(
                f"server_processes must be at most {PROCESSES_MAX}; it is {self.server_processes}."
            )
        if self.port > 65_535:
            raise UsageError(f"port must be at most 65535; it is {self.port}.")

    def of_one_process(self) -> Settings:
        """Return the settings of each of several server processes: its share of what is limited."""
        count = self.server_processes
        connections = max(_CONNECTIONS_LEAST, -(-self.database_connections_max // count))
        return replace(
            self,
            server_processes=1,
            uploads_max=max(1, self.uploads_max // count),
            database_connections_max=min(self.database_connections_max, connections),
        )

    def of_housekeeping(self) -> Settings:
        """Return the settings of the process that does chores and deliveries."""
        connections = _CONNECTIONS_LEAST + self.subscription_workers
        return replace(self, server_processes=1, database_connections_max=connections)

    @property
    def archives(self) -> Path:
        """The folder of the archives of closed months."""
        return Path(self.archive_dir) if self.archive_dir else self.data_dir / "archive"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is reachable from this machine only."""
        return is_loopback(self.host)

    @property
    def sends_secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.cookie_secure or not self.is_loopback


def variable_of(setting: Field[Any]) -> str:
    """Return the name of the environment variable of a setting."""
    return str(setting.metadata["variable"]) or f"PACKTRAIL_{setting.name.upper()}"


def documented() -> tuple[tuple[str, str, str, str], ...]:
    """Return (name, variable, default, text) of every setting, for the documentation."""
    return tuple(
        (
            each.name,
            variable_of(each),
            "" if each.name == "data_dir" else str(each.default),
            each.metadata["text"],
        )
        for each in fields(Settings)
    )


def _read(setting: Field[Any], text: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "int": _whole_number,
        "bool": _yes_or_no,
        "Path": Path,
        "tuple[str, ...]": _list,
    }
    reader = readers.get(str(setting.type), str)
    try:
        return reader(text)
    except ValueError as error:
        raise UsageError(f"{variable_of(setting)} is {text!r}: {error}.") from error


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("expected a whole number")
    return int(text)


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("expected yes or no")
    return word in _TRUE


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
