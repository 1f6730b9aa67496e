"""A real Postfix: accepts from loopback for any domain, and fails, keeps or forgets by the recipient's domain."""

from __future__ import annotations

import mailbox
import os
import pwd
import re
import socket
from collections.abc import Sequence
from pathlib import Path

from tests.support.services.service import HOST, Service, ServiceError, found

_SERVICES = """\
{port}     inet  n - n - - smtpd
pickup     unix  n - n 60 1 pickup
cleanup    unix  n - n - 0 cleanup
qmgr       unix  n - n 300 1 qmgr
rewrite    unix  - - n - - trivial-rewrite
bounce     unix  - - n - 0 bounce
defer      unix  - - n - 0 bounce
trace      unix  - - n - 0 bounce
verify     unix  - - n - 1 verify
flush      unix  n - n 1000? 0 flush
proxymap   unix  - - n - - proxymap
proxywrite unix  - - n - 1 proxymap
smtp       unix  - - n - - smtp
relay      unix  - - n - - smtp
showq      unix  n - n - - showq
error      unix  - - n - - error
retry      unix  - - n - - error
discard    unix  - - n - - discard
local      unix  - n n - - local
virtual    unix  - n n - - virtual
anvil      unix  - - n - 1 anvil
scache     unix  - - n - 1 scache
postlog    unix-dgram n - n - 1 postlogd
"""


_MAILBOXES = tuple(f"box{number}" for number in range(1, 201))


class Postfix(Service):
    """Postfix with its own settings, queue and log. Its master has to run as root, so the tests have to.

    By the recipient's domain:

    - ``mail.test``: delivered into the Maildir of an address that ``create_mailbox`` returned;
    - ``gone.test``: accepted, then found unknown: Postfix itself sends a delivery report (5.1.1) to the return path;
    - ``busy.test``: accepted, then deferred (4.2.0), and kept in the queue;
    - any other: accepted and discarded, for measuring speed.

    Everything else is as Postfix comes, its throttle (`in_flow_delay`) and its fsync included, so that what is measured
    against it means something; only the pause after a client's error is off.
    """

    name = "postfix"
    account = None

    def __init__(self) -> None:
        super().__init__()
        self.maillog = self.folder / "maillog.txt"
        self._maildirs = self.folder / "maildirs"
        self._free_mailboxes = iter(_MAILBOXES)

    def prepare(self) -> None:
        """Write the settings and the table of services; make the folders with the owners Postfix insists on."""
        if os.getuid() != 0:
            raise ServiceError("Postfix starts for root only. Run the tests that need it as root, in a container.")
        settings = self.folder / "settings"
        for folder in (settings, self.folder / "queue"):
            folder.mkdir()
        for folder, owner in ((self.folder / "state", "postfix"), (self._maildirs, "nobody")):
            folder.mkdir()
            account = pwd.getpwnam(owner)
            os.chown(folder, account.pw_uid, account.pw_gid)
        # The maps of virtual(8) may not take a path from an address, so the mailboxes have names given in advance.
        boxes = (f"/^{name}(\\+[^@]*)?@mail\\.test$/ {name}/\n" for name in _MAILBOXES)
        (settings / "mailboxes").write_text("".join(boxes), encoding="ascii")
        (settings / "transports").write_text(
            "/@(mail|gone)\\.test$/ virtual:\n/@busy\\.test$/ retry:4.2.0 The mailbox is busy\n/./ discard:\n",
            encoding="ascii",
        )
        (settings / "master.cf").write_text(_SERVICES.format(port=f"{HOST}:{self.port}"), encoding="ascii")
        lines = (f"{name} = {value}\n" for name, value in self._settings(settings).items())
        (settings / "main.cf").write_text("".join(lines), encoding="utf-8")

    def command(self) -> Sequence[str]:
        """Return Postfix in the foreground."""
        return [found("postfix"), "-c", str(self.folder / "settings"), "start-fg"]

    def is_ready(self) -> bool:
        """Tell whether it greets."""
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as connection:
                return connection.recv(4) == b"220 "
        except OSError:
            return False

    def end_of_log(self) -> str:
        """Return the last lines of what Postfix printed and of its log of mail."""
        log = self.maillog.read_text(errors="replace").splitlines()[-30:] if self.maillog.exists() else []
        return "\n".join([super().end_of_log(), *log])

    def create_mailbox(self) -> str:
        """Return an address at mail.test whose Maildir is empty; mail to ``name+anything@`` arrives there too."""
        name = next(self._free_mailboxes)
        account = pwd.getpwnam("nobody")
        folder = self._maildirs / name
        for made in (folder, folder / "new", folder / "cur", folder / "tmp"):
            made.mkdir()
            os.chown(made, account.pw_uid, account.pw_gid)
        return f"{name}@mail.test"

    def maildir(self, address: str) -> Path:
        """Return the Maildir of an address made by ``create_mailbox``."""
        return self._maildirs / address.removesuffix("@mail.test")

    def mail_of(self, address: str) -> list[mailbox.MaildirMessage]:
        """Return what lies in the Maildir of an address made by ``create_mailbox``."""
        return list(mailbox.Maildir(self.maildir(address), create=False))

    def deliveries(self) -> dict[str, str]:
        """Return what became of each recipient, from the log: ``sent``, ``bounced`` or ``deferred`` by address."""
        log = self.maillog.read_text(errors="replace") if self.maillog.exists() else ""
        return dict(re.findall(r" to=<([^>]*)>,.* status=(\w+)", log))

    def wait_for_deliveries(self, *recipients: str) -> dict[str, str]:
        """Return the same once it names all of these; the log is written by a process of its own, later than mail."""
        self.wait_until(lambda: self.deliveries().keys() >= set(recipients), what="done with its log")
        return self.deliveries()

    def _settings(self, settings: Path) -> dict[str, str]:
        account = pwd.getpwnam("nobody")
        return {
            "compatibility_level": "3.6",
            "queue_directory": str(self.folder / "queue"),
            "data_directory": str(self.folder / "state"),
            "maillog_file": str(self.maillog),
            "maillog_file_prefixes": str(self.folder),
            "myhostname": "mx.mail.test",
            "mydestination": "",
            "myorigin": "mail.test",
            "inet_interfaces": HOST,
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            # Unknown recipients are to be accepted first and to bounce later.
            "smtpd_reject_unlisted_recipient": "no",
            "smtpd_error_sleep_time": "0",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "transport_maps": f"regexp:{settings}/transports",
            "virtual_mailbox_domains": "mail.test, gone.test",
            "virtual_mailbox_maps": f"regexp:{settings}/mailboxes",
            "virtual_mailbox_base": str(self._maildirs),
            "virtual_uid_maps": f"static:{account.pw_uid}",
            "virtual_gid_maps": f"static:{account.pw_gid}",
            "biff": "no",
        }
