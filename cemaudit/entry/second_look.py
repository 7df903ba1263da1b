"""The end of a conversation: what is in doubt is mended, or let stand for a reason."""

from __future__ import annotations

from cemaudit.entry.commands import Said, SlashCommand, parse
from cemaudit.entry.doubts import Doubt
from cemaudit.entry.questions import questions
from cemaudit.entry.session import Session
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

__all__ = ["SecondLook"]

SHORTEST_REASON = 5


class SecondLook:
    """What is in doubt once all questions are answered, by number."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.doubts = list(session.keeper.doubts(session.draft))

    def show(self) -> None:
        """The doubts, and what to do about them."""
        say = self._session.screen.say
        say()
        if not self.doubts:
            say(str(message("All questions are answered. Empty: done; /go GS05 changes an answer.")))
            return
        say(str(message("All questions are answered. Please look again:")))
        for number, doubt in enumerate(self.doubts, 1):
            self._session.tell(f"{number}  {doubt.problem}")
        say(str(message("A number goes there to mend it; /stand 1 lets it stand, for a reason; empty: later.")))

    def ask(self) -> str | Said | None:
        """The question to mend, another command, ``None`` where a doubt was let stand; ``""`` to stop here."""
        while True:
            try:
                line = self._session.screen.ask("> ").strip()
                said = parse(line)
                if said and said.command is SlashCommand.STAND:
                    word, _, reason = said.rest.partition(" ")
                    self._let_stand(self._doubt(word), reason.strip())
                    return None
                return said or (self._mending(self._doubt(line)) if line else "")
            except BadInput as error:
                self._session.complain(error)

    def _doubt(self, word: str) -> Doubt:
        if not word.isdecimal() or not 1 <= int(word) <= len(self.doubts):
            what = message("expected a number from 1 to {most}, found {value}", most=len(self.doubts), value=word)
            raise BadInput(Problem(what))
        return self.doubts[int(word) - 1]

    def _let_stand(self, doubt: Doubt, reason: str) -> None:
        if doubt.must:
            raise BadInput(Problem(message("this cannot stand; it must be mended")))
        reason = reason or self._session.screen.ask(f"  {message('reason')}: ").strip()
        if len(reason) < SHORTEST_REASON:
            what = message("a reason of at least {least} characters is needed", least=SHORTEST_REASON)
            raise BadInput(Problem(what))
        override = doubt.let_stand(reason)
        self._session.write({f"overrides.{doubt.check} {doubt.place}": override.model_dump(mode="json")})

    def _mending(self, doubt: Doubt) -> str:
        place = doubt.problem.place
        known = {one.name for one in questions(self._session.draft)}
        return place if place in known else self._session.named(place.rpartition(".")[2])
