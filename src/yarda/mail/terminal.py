"""Shows messages on the operator's terminal, where no mail server is set."""

import sys

from yarda.domain.account import Mail

RULE = "─" * 72


class TerminalMailer:
    """Plays the `Mailer` port: whoever runs this process hands the message on, or uses it."""

    async def send(self, mail: Mail) -> None:
        """Write the message in one piece; nothing in it can move the cursor or change a colour."""
        lines = [
            f"To: {mail.to}",
            f"Subject: {mail.subject}",
            "",
            *mail.text.splitlines(),
        ]
        shown = "\n".join("".join(letter if letter.isprintable() else " " for letter in line) for line in lines)
        sys.stderr.write(f"\n{RULE}\n{shown}\n{RULE}\n\n")
        sys.stderr.flush()
