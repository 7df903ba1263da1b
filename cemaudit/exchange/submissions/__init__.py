"""What phones and web forms send, read back from the exports of ODK Central and KoboToolbox and from plain XML."""

from cemaudit.exchange.submissions.export import holds_submissions, read_submissions
from cemaudit.exchange.submissions.submission import Submission, Submissions

__all__ = ["Submission", "Submissions", "holds_submissions", "read_submissions"]
